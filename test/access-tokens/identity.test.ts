import { generateKeyPairSync } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, type TestContext, test, vi } from 'vitest'
import { signJwt } from '../../src/credentials/jwt.ts'
import { identityHeaders } from '../proxies/attacks.ts'
import {
  type Application,
  applications,
  documentedVerification,
  Refused,
  type Verify,
} from '../proxies/documented-verification.ts'
import { publicUrl, startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { signedUp } from '../support/people.ts'
import { holder, partsOf, takeSigningKeys } from './support.ts'

const plain = '/v0/auth/check'
const url = `${plain}?identity=jwt`
let app: TestApp
let verify: Verify
beforeAll(async () => {
  app = await startApp({ JWT_AUDIENCE: 'billing' })
  verify = await documentedVerification(app)
  await vi.waitFor(() => expect(app.deps.replicas.isLeased()).toBe(true), { timeout: 10_000 })
})
afterAll(() => app.close())

type Operation = { parameters: unknown[]; responses: { 204: { headers?: object } } }

const identityOf = async (client: TestClient, at = url) => String((await client.get(at)).headers['x-postern-identity'])
const verified = (text: string) => verify({ headers: { 'x-postern-identity': text } })

describe(`GET ${url}`, () => {
  test('adds who is signed in as a JWT of a minute, which nobody keeps', async () => {
    const { client } = await signedUp(app)
    const { headers, status } = await client.get(url)
    expect([status, headers['cache-control']]).toEqual([204, 'no-store'])
    const { header, claims } = partsOf(String(headers['x-postern-identity']))
    expect(header).toEqual({ alg: 'EdDSA', typ: 'identity+jwt', kid: app.deps.signingKeys.getCurrent().kid })
    expect(claims).toEqual({
      iss: publicUrl,
      aud: [publicUrl, 'billing'],
      sub: headers['x-user-id'],
      sid: headers['x-session-id'],
      roles: [],
      iat: expect.closeTo(Date.now() / 1000, -1),
      exp: Number(claims.iat) + 60,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    const { 'x-postern-identity': _signed, 'x-request-id': _id, date: _date, ...rest } = headers
    expect((await client.get(plain)).headers).toMatchObject(rest)
  })

  test('without being asked there is none, whatever the client sends', async () => {
    const { client } = await signedUp(app)
    await client.get(url)
    for (const at of [plain, `${plain}?`, `${plain}?other=jwt`]) {
      const { headers } = await client.get(at, { headers: { 'x-postern-identity': 'forged', identity: 'jwt' } })
      expect([at, 'x-postern-identity' in headers]).toEqual([at, false])
    }
  })

  test('by an access token, and for the head alone, the same', async () => {
    const { accessToken } = await holder(app)
    const headers = { authorization: `Bearer ${accessToken}` }
    const byToken = String((await app.client().get(url, { headers })).headers['x-postern-identity'])
    expect(partsOf(byToken).claims.sub).toBe(partsOf(accessToken).claims.sub)
    const reply = await app.app.inject({ method: 'HEAD', url, headers: { ...headers, host: 'auth.example.com' } })
    expect([reply.statusCode, reply.headers['x-postern-identity']]).toEqual([204, byToken])
  })

  test.each(['identity=', 'identity=JWT', 'identity=none', 'identity=jwt&identity=jwt'])(
    'general:bad_request for %s, so that a misspelt proxy shows at once',
    async (query) => {
      const { client } = await signedUp(app)
      expect((await client.get(`${plain}?${query}`)).code).toBe('general:bad_request')
    },
  )

  test('system:token_creation_error while there is no signing key; the plain check goes on', async () => {
    const { client } = await signedUp(app)
    const bringBack = takeSigningKeys(app)
    try {
      await vi.waitFor(async () => expect((await client.get(url)).code).toBe('system:token_creation_error'))
      expect((await client.get(plain)).status).toBe(204)
    } finally {
      bringBack()
    }
  })

  test('user:unauthorized has none', async () => {
    const { headers, code } = await app.client().get(url)
    expect([code, 'x-postern-identity' in headers]).toEqual(['user:unauthorized', false])
  })

  test('is in OpenAPI, with what it answers', async () => {
    const { paths } = (await app.client().get('/openapi.json')).body as { paths: { [plain]: { get: Operation } } }
    const { parameters, responses } = paths[plain].get
    expect(parameters).toEqual([expect.objectContaining({ in: 'query', name: 'identity', required: false })])
    const { headers } = responses['204']
    expect(Object.keys(headers ?? {})).toEqual(identityHeaders)
  })
})

describe('an identity is remembered with its session', () => {
  test('it is said again, to this session alone', async () => {
    const [one, other] = [(await signedUp(app)).client, (await signedUp(app)).client]
    // Not as long as a transaction runs, in whatever test, that began before the sign-up ended.
    const areAlike = async () => {
      const first = await identityOf(one)
      // Nor before keys that were away are looked for again.
      expect(first).toMatch(/^ey/)
      expect(await identityOf(one)).toBe(first)
    }
    await vi.waitFor(areAlike, { timeout: 10_000 })
    expect(partsOf(await identityOf(other)).claims.sid).not.toBe(partsOf(await identityOf(one)).claims.sid)
  })

  test('for ten seconds', async () => {
    const { client } = await signedUp(app)
    let first = ''
    const areAlike = async () => {
      first = await identityOf(client)
      expect(await identityOf(client)).toBe(first)
    }
    await vi.waitFor(areAlike, { timeout: 10_000 })
    const now = performance.now.bind(performance)
    // The memory of sessions goes by PostgreSQL's clock and ours; ten seconds are within what it holds.
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 10_001)
    try {
      expect(await identityOf(client)).not.toBe(first)
    } finally {
      vi.restoreAllMocks()
    }
  })

  test('it ends with the session, and shows new roles at once [SE5]', async () => {
    const { client, person } = await signedUp(app)
    await identityOf(client)
    await app.sql("insert into user_roles (user_id, role) select id, 'mod' from users where email = $1", [person.email])
    expect((await verified(await identityOf(client))).roles).toEqual(['mod'])
    const cookie = `__Host-session_id=${client.cookies.get('__Host-session_id')}`
    expect((await client.post('/v0/auth/logout')).status).toBe(204)
    const { code, headers } = await app.client().get(url, { headers: { cookie } })
    expect([code, 'x-postern-identity' in headers]).toEqual(['user:invalid_session', false])
  })

  test('without memory each is made anew', async () => {
    const forgetful = await startApp({ SESSION_MEMORY_MIB: '0' })
    try {
      const { client } = await signedUp(forgetful)
      expect(await identityOf(client)).not.toBe(await identityOf(client))
    } finally {
      await forgetful.close()
    }
  })
})

describe('what passes for an identity [AT6]', () => {
  let ours: { readonly userId: string; readonly sessionId: string }
  let ofStranger: string
  beforeAll(async () => {
    const { claims } = partsOf(await identityOf((await signedUp(app)).client))
    ours = { userId: String(claims.sub), sessionId: String(claims.sid) }
    const stranger = await startApp()
    ofStranger = await identityOf((await signedUp(stranger)).client)
    await stranger.close()
  })
  const currentKey = () => app.deps.signingKeys.getCurrent()
  const sign = (typ: 'identity+jwt' | 'at+jwt', ageSeconds = 0) => {
    const claims = { ...ours, roles: [], issuedAtSeconds: Date.now() / 1000 - ageSeconds }
    return signJwt(app.config, currentKey(), { typ, ttlSeconds: 60 }, claims)
  }
  /** With other claims, or by another key under the name of ours. */
  const signAnew = (changes: object, key = currentKey().privateKey) => {
    const { header, claims } = partsOf(sign('identity+jwt'))
    return new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'EdDSA', ...header }).sign(key)
  }

  describe.each(Object.entries(applications))('to an application in %s that does what the page tells', (_, start) => {
    let application: Application | undefined
    beforeAll(async () => {
      application = await start(app)
    })
    afterAll(() => application?.stop())
    const judge = (context: TestContext, text: string) =>
      application?.verify({ headers: { 'x-postern-identity': text } }) ??
      context.skip('the program of this language is not here')

    test('one of ours', async (context) => {
      const { client } = await signedUp(app)
      const { headers } = await client.get(url)
      expect(await judge(context, String(headers['x-postern-identity']))).toEqual({
        userId: headers['x-user-id'],
        sessionId: headers['x-session-id'],
        roles: [],
      })
    })

    test.for<[string, () => string | Promise<string>]>([
      ['an access token', async () => (await holder(app)).accessToken],
      ['one of another kind by the same key', () => sign('at+jwt')],
      ['one of another issuer', () => signAnew({ iss: 'https://evil.example' })],
      ['one for another audience', () => signAnew({ aud: ['billing'] })],
      ['one without a session', () => signAnew({ sid: undefined })],
      ['one that is over', () => sign('identity+jwt', 61)],
      ['one without signature', () => sign('identity+jwt').replace(/[^.]+$/, '')],
      [
        'one that a stranger signed under the name of our key',
        () => signAnew({}, generateKeyPairSync('ed25519').privateKey),
      ],
      ['one of another Postern', () => ofStranger],
      ['alg none', () => new UnsecuredJWT({ sub: 'x', sid: 'x', iss: publicUrl, aud: publicUrl }).encode()],
      ['two of ours, as a proxy joins them', () => [sign('identity+jwt'), sign('identity+jwt')].join(', ')],
      ['what a client writes', () => 'forged'],
      ['nothing', () => ''],
    ])('not %s', async ([, make], context) => {
      const text = await make()
      await expect((async () => judge(context, text))()).rejects.toThrow(Refused)
    })
  })

  test('it opens nothing here: user:invalid_token', async () => {
    const text = await identityOf((await signedUp(app)).client)
    for (const at of [plain, url, '/v0/user/me', '/v0/auth/sessions'])
      expect([at, (await app.client().get(at, { headers: { authorization: `Bearer ${text}` } })).code]).toEqual([
        at,
        'user:invalid_token',
      ])
    expect((await app.client().get(plain, { headers: { 'x-postern-identity': text } })).code).toBe('user:unauthorized')
  })
})
