import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signAccessToken } from '../../src/access-tokens/access-token.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { holder, withToken } from './support.ts'

let app: TestApp
let genuine: Awaited<ReturnType<typeof holder>>
beforeAll(async () => {
  app = await startApp()
  genuine = await holder(app)
})
afterAll(() => app.close())

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const partsOf = (token: string) => {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  return { header: decode(header), claims: decode(claims), signature }
}
/** Signed with the server's own key unless said otherwise: what is wrong is the one thing that is changed. */
function forge(
  header: Record<string, unknown>,
  claims: Record<string, unknown>,
  key: KeyObject = app.deps.signingKeys.getCurrent().privateKey,
): string {
  const own = partsOf(genuine.accessToken)
  const text = `${encode({ ...own.header, ...header })}.${encode({ ...own.claims, ...claims })}`
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
}

describe('what an access token opens', () => {
  test('the own account and the check, and nothing else that needs a session', async () => {
    const { body } = await app.client().get('/openapi.json')
    const headers = { authorization: `Bearer ${genuine.accessToken}` }
    const opened = []
    for (const [path, item] of Object.entries(body.paths as Record<string, Record<string, { security?: object }>>)) {
      for (const [verb, { security }] of Object.entries(item)) {
        if (security === undefined) continue
        const answer = await app.client().send(verb.toUpperCase(), path.replace(/\{\w+\}/g, 'x'), { headers })
        if (answer.code === undefined) opened.push(`${verb} ${path}`)
        else expect([path, answer.code]).toEqual([path, 'user:invalid_token'])
      }
    }
    expect(opened.sort()).toEqual(['get /v0/auth/check', 'get /v0/user/me'])
  })

  test('it says who it is for as the session does', async () => {
    const check = await withToken(app, genuine.accessToken, '/v0/auth/check')
    const { claims } = partsOf(genuine.accessToken)
    expect(check.headers).toMatchObject({ 'x-user-id': claims.sub, 'x-session-id': claims.sid })
  })

  test('where no session is needed it is nobody', async () => {
    const headers = { authorization: `Bearer ${genuine.accessToken}` }
    const { email } = genuine.person
    const answer = await app.client().post('/v0/auth/resend-verification-email', { email }, { headers })
    expect(answer.status).toBe(204)
  })

  test('as a cookie it is a malformed session', async () => {
    const cookie = `__Host-session_id=${genuine.accessToken}`
    expect((await app.client().get('/v0/user/me', { headers: { cookie } })).code).toBe('user:invalid_session')
  })

  test('user:token_expired', async () => {
    const { claims } = partsOf(genuine.accessToken)
    const token = await signAccessToken(app.config, app.deps.signingKeys.getCurrent(), {
      userId: String(claims.sub),
      sessionId: String(claims.sid),
      roles: [],
      issuedAtSeconds: Date.now() / 1000 - 301,
    })
    for (const url of ['/v0/user/me', '/v0/auth/check']) {
      const answer = await withToken(app, token, url)
      expect([answer.status, answer.code, answer.setCookies]).toEqual([401, 'user:token_expired', []])
    }
  })

  test('its session decides, on the very next request [SE5]', async () => {
    const states = {
      'user:invalid_session': 'update sessions set ended_at = now() where id = $1',
      'session:expired': 'update sessions set expires_at = now() where id = $1',
      'session:invalid_user_id': 'update sessions set user_id = gen_random_uuid() where id = $1',
      'session:not_found': 'delete from sessions where id = $1',
    }
    for (const [code, change] of Object.entries(states)) {
      const { accessToken } = await holder(app)
      await app.sql(change, [partsOf(accessToken).claims.sid])
      const answer = await withToken(app, accessToken)
      expect([answer.code, answer.setCookies]).toEqual([code, []])
    }
    const { browser, accessToken } = await holder(app)
    await browser.post('/v0/auth/logout')
    expect((await withToken(app, accessToken)).code).toBe('user:invalid_session')
  })
})

describe('user:invalid_token for a forged one [TK5]', () => {
  const stranger = generateKeyPairSync('ed25519').privateKey
  const withSecret = (algorithm: string, secret: string) => {
    const own = partsOf(genuine.accessToken)
    const text = `${encode({ ...own.header, alg: algorithm })}.${encode(own.claims)}`
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
  const corpus: Record<string, () => string | Promise<string>> = {
    'no signature': () =>
      `${encode({ ...partsOf(genuine.accessToken).header, alg: 'none' })}.${genuine.accessToken.split('.')[1]}.`,
    'HS256 with the public key': () => withSecret('HS256', app.deps.signingKeys.getCurrent().publicJwk.x),
    'another key': () => forge({}, {}, stranger),
    'another algorithm': () => forge({ alg: 'ES256' }, {}),
    'an unknown key id': () => forge({ kid: 'unknown' }, {}),
    'no key id': () => forge({ kid: undefined }, {}),
    crit: () => forge({ crit: ['exp'] }, {}),
    b64: () => forge({ b64: false, crit: ['b64'] }, {}),
    jku: () => forge({ jku: 'https://evil.example/keys' }, {}),
    jwk: () => forge({ jwk: stranger.export({ format: 'jwk' }) }, {}),
    x5u: () => forge({ x5u: 'https://evil.example/cert' }, {}),
    'another type': () => forge({ typ: 'JWT' }, {}),
    'no type': () => forge({ typ: undefined }, {}),
    'another issuer': () => forge({}, { iss: 'https://evil.example' }),
    'no issuer': () => forge({}, { iss: undefined }),
    'another audience': () => forge({}, { aud: 'https://evil.example' }),
    'no audience': () => forge({}, { aud: undefined }),
    'no end': () => forge({}, { exp: undefined }),
    'an end that is no number': () => forge({}, { exp: '9999999999' }),
    'no subject': () => forge({}, { sub: undefined }),
    'another subject': () => forge({}, { sub: '01890a5d-ac96-774b-bcce-b302099a8057' }),
    'no session': () => forge({}, { sid: undefined }),
    'a session that is no id': () => forge({}, { sid: 'x' }),
    "another account's session": async () => forge({}, { sid: partsOf((await holder(app)).accessToken).claims.sid }),
    'two dots': () => '..',
    'no JSON': () => 'a.b.c',
    'a list for claims': () => `${encode(partsOf(genuine.accessToken).header)}.${encode([])}.AAAA`,
    'too long a header': () => forge({ pad: 'x'.repeat(4000) }, {}),
  }
  test.each(Object.entries(corpus))('%s', async (_name, make) => {
    const answer = await withToken(app, await make())
    expect([answer.status, answer.code]).toEqual([401, 'user:invalid_token'])
  })

  test('four parts are no access token', async () => {
    expect((await withToken(app, `${genuine.accessToken}.x`)).code).toBe('user:invalid_session')
  })

  test('one changed character anywhere', async () => {
    const token = genuine.accessToken
    const places = fc.integer({ min: 0, max: token.length - 1 }).filter((at) => token[at] !== '.')
    await fc.assert(
      fc.asyncProperty(places, fc.constantFrom('A', 'Q', 'g', 'w', '_'), async (at, character) => {
        fc.pre(token[at] !== character)
        const changed = token.slice(0, at) + character + token.slice(at + 1)
        expect((await withToken(app, changed)).code).toBe('user:invalid_token')
      }),
      { numRuns: 300 },
    )
    const last = token.at(-1) === 'A' ? 'B' : 'A'
    expect((await withToken(app, token.slice(0, -1) + last)).code).toBe('user:invalid_token')
  })
})
