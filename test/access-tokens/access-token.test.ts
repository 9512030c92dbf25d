import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signAccessToken } from '../../src/credentials/access-token.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { isProof } from '../support/long-form.ts'
import { isOfConsole, isSignedIn, readOpenApi, type Security } from '../support/openapi.ts'
import { holder, partsOf, startReplica, withToken } from './support.ts'

let app: TestApp
let replica: TestApp
let genuine: Awaited<ReturnType<typeof holder>>
beforeAll(async () => {
  app = await startApp({ JWT_AUDIENCE: 'billing' })
  replica = await startReplica(app)
  genuine = await holder(app)
})
afterAll(async () => {
  await replica.close()
  await app.close()
})

const routesThatTakeIt = ['/v0/auth/check', '/v0/user/me']

describe('what an access token opens', () => {
  type Operation = {
    readonly method: string
    readonly url: string
    readonly isSignedIn: boolean
    readonly isOfConsole: boolean
  }
  const refusalOf = ({ isOfConsole }: Operation) => (isOfConsole ? 'user:unauthorized' : 'user:invalid_token')
  const operations = async (): Promise<Operation[]> => {
    const { paths } = await readOpenApi<{ paths: Record<string, Record<string, { security: Security }>> }>(app)
    return Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([verb, { security }]) => ({
        method: verb.toUpperCase(),
        url: path.replace(/\{\w+\}/g, 'x'),
        isSignedIn: isSignedIn(security),
        isOfConsole: isOfConsole(security),
      })),
    )
  }
  const ask = ({ method, url }: Operation, headers = {}) => app.client().send(method, url, { headers })

  test('the own account and the check; every other route that needs a session answers user:invalid_token', async () => {
    const headers = { authorization: `Bearer ${genuine.accessToken}` }
    const opened = []
    for (const operation of await operations()) {
      if (!operation.isSignedIn) continue
      const { status, code, setCookies } = await ask(operation, headers)
      if (code === undefined) opened.push(`${operation.method} ${operation.url}`)
      // A console session comes in its own cookie alone, so elsewhere there is none.
      else expect([operation.url, status, code, setCookies]).toEqual([operation.url, 401, refusalOf(operation), []])
    }
    expect(opened.sort()).toEqual(routesThatTakeIt.map((url) => `GET ${url}`))
  })

  test('where no session is needed it is nobody, alive or expired', async () => {
    for (const operation of await operations()) {
      if (operation.isSignedIn) continue
      const nobody = await ask(operation)
      for (const token of [genuine.accessToken, expired(), 'a.b.c']) {
        const { status, code } = await ask(operation, { authorization: `Bearer ${token}` })
        expect([operation.url, status, code]).toEqual([operation.url, nobody.status, nobody.code])
      }
    }
    const headers = { authorization: `Bearer ${genuine.accessToken}` }
    const { email } = genuine.person
    // To its owner's session the route says that the address is verified.
    const resend = await app.client().post('/v0/auth/resend-verification-email', { email }, { headers })
    expect(resend.status).toBe(204)
  })

  test('as a cookie it is a malformed session', async () => {
    const cookie = `__Host-session_id=${genuine.accessToken}`
    for (const url of routesThatTakeIt)
      expect((await app.client().get(url, { headers: { cookie } })).code).toBe('user:invalid_session')
  })

  test('who it is for: as the session says', async () => {
    const { claims } = partsOf(genuine.accessToken)
    const check = await withToken(app, genuine.accessToken, '/v0/auth/check')
    expect(check.headers).toMatchObject({ 'x-user-id': claims.sub, 'x-session-id': claims.sid })
    expect((await withToken(app, genuine.accessToken)).body.email).toBe(genuine.person.email)
  })
})

function expired(ageSeconds = 301): string {
  const { claims } = partsOf(genuine.accessToken)
  return signAccessToken(app.config, app.deps.signingKeys.getCurrent(), {
    userId: String(claims.sub),
    sessionId: String(claims.sid),
    roles: [],
    issuedAtSeconds: Date.now() / 1000 - ageSeconds,
  })
}

describe.each(routesThatTakeIt)('GET %s by access token', (url) => {
  test('user:token_expired, without leeway [FT12]', async () => {
    for (const age of [300, 301, 86_400]) {
      const answer = await withToken(app, expired(age), url)
      expect([answer.status, answer.code, answer.setCookies]).toEqual([401, 'user:token_expired', []])
    }
    expect((await withToken(app, expired(290), url)).code).toBeUndefined()
  })

  test.each([
    ['user:invalid_session', 'update sessions set ended_at = now() where id = $1'],
    ['session:expired', 'update sessions set expires_at = now() where id = $1'],
    ['session:invalid_user_id', 'delete from users where id = (select user_id from sessions where id = $1)'],
    ['session:not_found', 'delete from sessions where id = $1'],
  ])('%s on the next request, on every replica; no cookie is taken back [SE5]', async (code, change) => {
    const { accessToken } = await holder(app)
    await app.sql(change, [partsOf(accessToken).claims.sid])
    for (const each of [app, replica]) {
      const answer = await withToken(each, accessToken, url)
      expect([answer.status, answer.code, answer.setCookies]).toEqual([401, code, []])
    }
  })

  test('user:invalid_session after logout', async () => {
    const { browser, accessToken } = await holder(app)
    expect((await withToken(replica, accessToken, url)).code).toBeUndefined()
    await browser.post('/v0/auth/logout')
    for (const each of [app, replica])
      expect((await withToken(each, accessToken, url)).code).toBe('user:invalid_session')
  })
})

test('roles and ban are those of now, not of the token [SE5]', async () => {
  const { accessToken } = await holder(app)
  const rolesAt = async (each: TestApp) =>
    (await withToken(each, accessToken, '/v0/auth/check')).headers['x-user-roles']
  expect(await rolesAt(replica)).toBe('')
  const { id } = (await withToken(app, accessToken)).body
  const change = async (statement: string) => {
    await app.sql(statement, [id])
    await app.deps.replicas.forget([id as string])
  }
  await change("insert into user_roles (user_id, role) values ($1, 'mod')")
  for (const each of [app, replica]) expect(await rolesAt(each)).toBe('mod')
  await change('update users set banned_at = now() where id = $1')
  for (const each of [app, replica]) {
    expect((await withToken(each, accessToken, '/v0/auth/check')).code).toBe('user:banned')
    expect((await withToken(each, accessToken)).body.is_banned).toBe(true)
  }
})

describe('a forged one [TK5]', () => {
  const stranger = generateKeyPairSync('ed25519')
  const ownKey = () => app.deps.signingKeys.getCurrent()
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const bodyOf = (header: object, claims: object) => {
    const own = partsOf(genuine.accessToken)
    return `${encode({ ...own.header, ...header })}.${encode({ ...own.claims, ...claims })}`
  }
  const signed = (text: string, key: KeyObject = ownKey().privateKey) =>
    `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
  /** Signed by the server's own key: what is wrong is the one thing that is changed. */
  const forge = (header: object, claims: object = {}) => signed(bodyOf(header, claims))
  const byStranger = (header: object) => signed(bodyOf(header, {}), stranger.privateKey)

  const codeOf = async (token: string) => {
    const { status, code } = await withToken(app, token)
    return `${status} ${code}`
  }
  const invalid = '401 user:invalid_token'

  test('what the forger makes is right but for what is changed', async () => {
    expect(await codeOf(forge({}))).toBe('200 undefined')
  })

  const strangerJwk = () => stranger.publicKey.export({ format: 'jwk' })
  const corpus: Record<string, () => string | Promise<string>> = {
    'another key': () => byStranger({}),
    'another key that it brings along': () => byStranger({ jwk: strangerJwk() }),
    'another key and no key id': () => byStranger({ kid: undefined, jwk: strangerJwk() }),
    'another algorithm': () => forge({ alg: 'ES256' }),
    'the algorithm by its newer name': () => forge({ alg: 'Ed25519' }),
    'no algorithm': () => forge({ alg: undefined }),
    'an unknown key id': () => forge({ kid: 'unknown' }),
    'a path for a key id': () => forge({ kid: '../../dev/null' }),
    'no key id': () => forge({ kid: undefined }),
    crit: () => forge({ crit: ['exp'] }),
    'an empty crit': () => forge({ crit: [] }),
    b64: () => forge({ b64: false, crit: ['b64'] }),
    'b64 that is not critical': () => forge({ b64: true }),
    jku: () => forge({ jku: 'https://evil.example/keys' }),
    jwk: () => forge({ jwk: strangerJwk() }),
    x5u: () => forge({ x5u: 'https://evil.example/cert' }),
    x5c: () => forge({ x5c: ['AAAA'] }),
    zip: () => forge({ zip: 'DEF' }),
    'a nested token': () =>
      signed(`${encode({ ...partsOf(genuine.accessToken).header, cty: 'JWT' })}.${encode(genuine.accessToken)}`),
    'another type': () => forge({ typ: 'JWT' }),
    'no type': () => forge({ typ: undefined }),
    'another issuer': () => forge({}, { iss: 'https://evil.example' }),
    'an issuer with a slash': () => forge({}, { iss: 'https://auth.example.com/' }),
    'no issuer': () => forge({}, { iss: undefined }),
    'another audience': () => forge({}, { aud: 'https://evil.example' }),
    'the further audience alone': () => forge({}, { aud: ['billing'] }),
    'no audience': () => forge({}, { aud: undefined }),
    'no end': () => forge({}, { exp: undefined }),
    'an end that is text': () => forge({}, { exp: '9999999999' }),
    'no beginning': () => forge({}, { iat: undefined }),
    'no subject': () => forge({}, { sub: undefined }),
    'another subject': () => forge({}, { sub: randomUUID() }),
    'no session': () => forge({}, { sid: undefined }),
    'a session that is no id': () => forge({}, { sid: 'x' }),
    'a list of sessions': () => forge({}, { sid: [partsOf(genuine.accessToken).claims.sid] }),
    "another account's session": async () => forge({}, { sid: partsOf((await holder(app)).accessToken).claims.sid }),
    "another account's name": async () => forge({}, { sub: partsOf((await holder(app)).accessToken).claims.sub }),
    'a list for claims': () => signed(`${encode(partsOf(genuine.accessToken).header)}.${encode([])}`),
    'null for claims': () => signed(`${encode(partsOf(genuine.accessToken).header)}.${encode(null)}`),
    'null for a header': () => signed(`${encode(null)}.${encode(partsOf(genuine.accessToken).claims)}`),
    'too long a header': () => forge({ pad: 'x'.repeat(8000) }),
    'too long claims': () => signed(bodyOf({}, { sid: 'x'.repeat(8000) })),
    'deep claims': () =>
      signed(`${encode(partsOf(genuine.accessToken).header)}.${Buffer.from('['.repeat(9000)).toString('base64url')}`),
    'no claims': () => genuine.accessToken.replace(/\..*\./, '..'),
    'two dots': () => '..',
    'no JSON': () => 'a.b.c',
    'another alphabet': () =>
      forge({}).replace(/[^.]+$/, (signature) => Buffer.from(signature, 'base64url').toString('base64')),
  }
  test.each(Object.entries(corpus))('user:invalid_token for %s', async (_name, make) => {
    expect(await codeOf(await make())).toBe(invalid)
  })

  test.each(['none', 'None', 'NONE', ''])('user:invalid_token for no signature, alg %j', async (alg) => {
    const text = bodyOf({ alg }, {})
    const [, , signature] = genuine.accessToken.split('.')
    for (const token of [`${text}.`, `${text}.${signature}`, signed(text)]) expect(await codeOf(token)).toBe(invalid)
  })

  test.each(['HS256', 'HS384', 'HS512'])('user:invalid_token for %s with the public key as secret', async (alg) => {
    const { publicJwk, publicKey } = ownKey()
    const secrets = [
      publicJwk.x,
      Buffer.from(publicJwk.x, 'base64url'),
      JSON.stringify(publicJwk),
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
    ]
    const text = bodyOf({ alg }, {})
    for (const secret of secrets) {
      const signature = createHmac(alg.replace('HS', 'sha'), secret).update(text).digest('base64url')
      expect(await codeOf(`${text}.${signature}`)).toBe(invalid)
    }
  })

  test('user:invalid_token from another server of the same name', async () => {
    const foreign = await startApp()
    const { accessToken } = await holder(foreign)
    await foreign.close()
    expect(await codeOf(accessToken)).toBe(invalid)
  })

  test('session:not_found for a session that never was', async () => {
    expect(await codeOf(forge({}, { sid: randomUUID() }))).toBe('401 session:not_found')
  })

  test('user:invalid_token for one changed bit of any character', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const token = genuine.accessToken
    const bits = isProof ? [1, 2, 32] : [2]
    const taken = []
    for (let at = 0; at < token.length; at++) {
      const value = alphabet.indexOf(token.charAt(at))
      // The lowest bit of a part's last character may be one that decoders ignore.
      for (const bit of value < 0 ? [] : bits) {
        const forged = token.slice(0, at) + alphabet[value ^ bit] + token.slice(at + 1)
        if ((await codeOf(forged)) !== invalid) taken.push(forged)
      }
    }
    expect(taken).toEqual([])
  })

  test('401 for a part of one, and for more than one', async () => {
    const token = genuine.accessToken
    const ends = [...Array(token.length).keys()].slice(1)
    const parts = [...ends.map((end) => token.slice(0, end)), ...ends.map((start) => token.slice(start))]
    for (const part of parts) {
      const isAccessToken = part.split('.').length === 3
      expect(await codeOf(part)).toBe(isAccessToken ? invalid : '401 user:invalid_session')
    }
    for (const more of [`${token}.x`, `${token}.`, `.${token}`, `${token}.${token}`])
      expect(await codeOf(more)).toBe('401 user:invalid_session')
  })

  test('user:invalid_token whatever else a claim or the header holds', async () => {
    const value = fc.jsonValue({ maxDepth: 2 })
    const claims = fc.record({ name: fc.constantFrom('iss', 'aud', 'sub', 'sid'), value })
    const headers = fc.record({ name: fc.oneof(fc.constantFrom('alg', 'typ', 'kid', '__proto__'), fc.string()), value })
    const tokens = fc.oneof(
      claims.map((one) => forge({}, { [one.name]: one.value })),
      headers.map((one) => forge({ [one.name]: one.value })),
      fc.array(fc.stringMatching(/^[!-\-/-~]*$/), { minLength: 3, maxLength: 3 }).map((parts) => parts.join('.')),
    )
    await fc.assert(
      fc.asyncProperty(tokens, async (token) => {
        expect(await codeOf(token)).toBe(invalid)
      }),
      { numRuns: 300 },
    )
  })
})
