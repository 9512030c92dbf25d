import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { appWith } from '../support/mail-way.ts'
import { makeKey, type Reply, shapeIssuer, startOtherServer } from '../support/native-provider.ts'
import { newPerson, signedUp } from '../support/people.ts'
import { type Claims, startProviders } from '../support/provider.ts'
import { administratorOf, registerProvider } from '../support/registered-provider.ts'

const { provider, env, stop } = await startProviders()
/** Google and GitHub as they never are, and an app that asks them. */
const [issuer, github] = await Promise.all([startOtherServer(), startOtherServer()])
let app: TestApp
let own: TestApp
let without: TestApp
let unreadable: TestApp
beforeAll(async () => {
  shapeIssuer(issuer, [])
  const githubUrls = { GITHUB_URL: github.url, GITHUB_API_URL: `${github.url}/api/v3` }
  ;[app, own, without, unreadable] = await Promise.all([
    startApp(env),
    startApp({ ...env, ...githubUrls, GOOGLE_ISSUER: issuer.url }),
    startApp(),
    startApp({ ...env, GOOGLE_ISSUER: 'http://127.0.0.1:1' }),
  ])
})
afterAll(async () => {
  await Promise.all([app, own, without, unreadable].map((one) => one.close()))
  await stop()
  issuer.stop()
  github.stop()
})

let subjects = 0
const newcomer = (): Claims => ({ sub: `native-${++subjects}`, email: newPerson().email, email_verified: true })

/** The two ways in with a token that the provider issued to the app itself. */
const ways = {
  '/v0/app/auth/oauth/google/token': async (client: TestClient, claims: Claims) =>
    client.post('/v0/app/auth/oauth/google/token', { id_token: await provider.idToken(claims) }),
  '/v0/auth/oauth/google/one-tap/login': async (client: TestClient, claims: Claims) => {
    const { nonce } = (await client.get('/v0/auth/oauth/google/one-tap/nonce')).body
    const credential = await provider.idToken({ nonce, ...claims })
    return client.post('/v0/auth/oauth/google/one-tap/login', { credential })
  },
}

describe.each(Object.entries(ways))('POST %s', (url, enter) => {
  const isApp = url.startsWith('/v0/app')
  async function account() {
    const claims = newcomer()
    const client = app.client()
    const { body } = await enter(client, claims)
    const wish = { pending_token: body.pending_token, handle: `nat_${++subjects}_x`, display_name: 'N' }
    const done = await client.post(`/v0${isApp ? '/app' : ''}/auth/complete-signup`, wish)
    expect(done.status).toBeLessThan(300)
    return claims
  }

  test('somebody new: a pending sign-up', async () => {
    const claims = newcomer()
    const answer = await enter(app.client(), claims)
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { pending_token: expect.any(String), email: claims.email },
    ])
  })

  test('a known identity: signed in on a known device, with TOTP a temp_token, banned user:banned [FD80]', async () => {
    const claims = await account()
    const client = app.client()
    const answer = await enter(client, claims)
    const token = expect.stringMatching(/^pst_/)
    expect([answer.status, answer.body]).toEqual(
      isApp ? [200, { token, device_token: expect.stringMatching(/^pdt_/) }] : [204, {}],
    )
    const headers: Record<string, string> = isApp ? { authorization: `Bearer ${answer.body.token}` } : {}
    expect((await client.get('/v0/user/me', { headers })).body.email).toBe(claims.email)
    if (isApp) client.headers['x-device-token'] = String(answer.body.device_token)
    const again = await enter(client, claims)
    expect([again.body, again.setCookies.join().includes('device_id')]).toEqual([isApp ? { token } : {}, false])
    await app.sql('update users set totp_enabled_at = now() where email = $1', [claims.email])
    expect(Object.keys((await enter(app.client(), claims)).body)).toEqual(['temp_token', 'methods'])
    await app.sql('update users set banned_at = now() where email = $1', [claims.email])
    expect((await enter(app.client(), claims)).code).toBe('user:banned')
  })

  test.each(['true', 'false', false, 1, null, undefined])('oauth:email_not_verified: it says %j', async (said) => {
    expect((await enter(app.client(), { ...newcomer(), email_verified: said })).code).toBe('oauth:email_not_verified')
  })

  test.each([undefined, '', 'nobody', 'a\u0000@example.com', 1])(
    'oauth:email_not_verified for the address %j',
    async (email) => {
      expect((await enter(app.client(), { ...newcomer(), email })).code).toBe('oauth:email_not_verified')
    },
  )

  test('oauth:email_already_exists', async () => {
    const { person } = await signedUp(app)
    const answer = await enter(app.client(), { ...newcomer(), email: person.email })
    expect(answer.code).toBe('oauth:email_already_exists')
  })

  test.each(
    Object.entries<Claims>({
      'another client': { aud: 'somebody' },
      'another issuer': { iss: 'https://evil.example' },
      'another nonce': { nonce: 'another' },
      'an end that is over': { exp: 1_000_000_000 },
      'several audiences, no party': { aud: [provider.clientId, 'somebody'] },
      'several audiences, another party': { aud: [provider.clientId, 'somebody'], azp: 'somebody' },
      'an issuer that is almost the one': { iss: `${provider.url}/` },
      'no issuer': { iss: undefined },
      'no audience': { aud: undefined },
      'no end': { exp: undefined },
      'an end that is no number': { exp: '9999999999' },
      'a beginning to come': { nbf: 9_999_999_999 },
      'no subject': { sub: undefined },
      'an empty subject': { sub: '' },
      'a subject that is no text': { sub: 1 },
      'a subject too long': { sub: 'x'.repeat(256) },
      'a subject with a null character': { sub: 'a\u0000' },
    }),
  )('oauth:invalid_id_token for %s', async (_name, claims) => {
    expect((await enter(app.client(), { ...newcomer(), ...claims })).code).toBe('oauth:invalid_id_token')
  })

  test('oauth:user_info_fetch_failed while the keys cannot be had', async () => {
    issuer.replies.set('/jwks', { status: 500 })
    expect((await enter(own.client(), newcomer())).code).toBe('oauth:user_info_fetch_failed')
  })

  test('oauth:invalid_auth_url while the issuer cannot be read, oauth:provider_not_found without it', async () => {
    const sent = isApp ? { id_token: 'a.b.c' } : { credential: 'e30.e30.AAAA' }
    expect((await unreadable.client().post(url, sent)).code).toBe('oauth:invalid_auth_url')
    expect((await without.client().post(url, sent)).code).toBe('oauth:provider_not_found')
  })

  test('general:bad_request', async () => {
    const both = { id_token: 'a', access_token: 'b' }
    const junk = isApp
      ? [{}, both, { id_token: 1 }, { access_token: {} }, { id_token: null }, { id_token: 'a', nonce: 1 }, '{', '[]']
      : [{}, { credential: 1 }, { credential: null }, { credential: '' }, '{', '[]']
    for (const body of junk)
      expect([body, (await app.client().post(url, body)).code]).toEqual([body, 'general:bad_request'])
  })
})

const googleUrl = '/v0/app/auth/oauth/google/token'

describe('native sign-in with a nonce of the app', () => {
  const post = async (claims: Claims, nonce?: string) =>
    app.client().post(googleUrl, { id_token: await provider.idToken({ ...newcomer(), ...claims }), nonce })

  test('must be the one in the token', async () => {
    expect((await post({ nonce: 'mine' }, 'mine')).status).toBe(200)
    for (const [claims, nonce] of [
      [{ nonce: 'mine' }, 'other'],
      [{ nonce: 'mine' }, ''],
      [{ nonce: 'mine' }, undefined],
      [{}, 'mine'],
      [{ nonce: ['mine'] }, 'mine'],
    ] as const)
      expect([claims, nonce, (await post(claims, nonce)).code]).toEqual([claims, nonce, 'oauth:invalid_id_token'])
  })
})

test.each(['nobody', 'Google', '%00', '..%2Fgoogle'])('oauth:provider_not_found for %s', async (slug) => {
  const answer = await app.client().post(`/v0/app/auth/oauth/${slug}/token`, { id_token: 'a.b.c' })
  expect(answer.code).toBe('oauth:provider_not_found')
})

test('a sign-up that began in an app ends in an app', async () => {
  const { body } = await ways[googleUrl](app.client(), newcomer())
  const wish = { pending_token: body.pending_token, handle: `nat_${++subjects}_x`, display_name: 'N' }
  expect((await app.client().post('/v0/auth/complete-signup', wish)).code).toBe('user:invalid_token')
  expect((await app.client().post('/v0/app/auth/complete-signup', wish)).status).toBe(200)
})

test('oauth:invalid_id_token for a token of another party from a provider that is not Google', async () => {
  const other = await startOtherServer()
  onTestFinished(other.stop)
  shapeIssuer(other, [first.jwk])
  const slug = await registerProvider(await administratorOf(app), other)
  const seconds = Math.floor(Date.now() / 1000)
  const claims = { ...newcomer(), iss: other.url, aud: provider.clientId, iat: seconds, exp: seconds + 600 }
  const post = async (more: Claims) =>
    app.client().post(`/v0/app/auth/oauth/${slug}/token`, { id_token: await first.sign({ ...claims, ...more }) })
  expect((await post({ azp: 'somebody' })).code).toBe('oauth:invalid_id_token')
  expect((await post({ azp: provider.clientId })).status).toBe(200)
})

describe.each(Object.entries(ways))("Google's tokens for apps at POST %s", (url, enter) => {
  test('the audience is ours, the party the app: accepted [FD2]', async () => {
    const android = { azp: 'android.apps.googleusercontent.com' }
    expect((await enter(app.client(), { ...newcomer(), ...android })).status).toBe(200)
    expect((await enter(app.client(), { ...newcomer(), ...android, aud: [provider.clientId] })).status).toBe(200)
  })

  test('another audience passes where GOOGLE_AUDIENCES names it, and no other [FD2]', async () => {
    const ios = 'ios.apps.googleusercontent.com'
    const named = await appWith({ ...env, GOOGLE_AUDIENCES: `${ios}, android` })
    const statusOf = async (claims: Claims) => (await enter(named.client(), { ...newcomer(), ...claims })).status
    expect(await statusOf({ aud: ios, azp: ios })).toBe(200)
    expect(await statusOf({ aud: 'android' })).toBe(200)
    expect(await statusOf({ aud: [ios, provider.clientId], azp: ios })).toBe(200)
    for (const claims of [
      { aud: 'somebody' },
      { aud: 'somebody', azp: ios },
      { aud: [ios, 'x'], azp: 'x' },
      { aud: [] },
    ])
      expect([claims, await statusOf(claims)]).toEqual([claims, 400])
    expect((await enter(app.client(), { ...newcomer(), aud: ios, azp: ios })).code).toBe('oauth:invalid_id_token')
  })

  test('either spelling of the issuer, and one identity [FD3]', async () => {
    const claims = newcomer()
    const client = app.client()
    const { body } = await enter(client, { ...claims, iss: 'accounts.google.com' })
    const wish = { pending_token: body.pending_token, handle: `spelt_${++subjects}`, display_name: 'N' }
    const complete = url.startsWith('/v0/app') ? '/v0/app/auth/complete-signup' : '/v0/auth/complete-signup'
    expect((await client.post(complete, wish)).status).toBeLessThan(300)
    for (const iss of ['https://accounts.google.com', 'accounts.google.com', provider.url])
      expect((await enter(app.client(), { ...claims, iss })).body).not.toHaveProperty('pending_token')
    for (const iss of [
      'http://accounts.google.com',
      'https://accounts.google.com/',
      'accounts.google.com.evil.example',
    ])
      expect([iss, (await enter(app.client(), { ...claims, iss })).code]).toEqual([iss, 'oauth:invalid_id_token'])
  })
})

test('several audiences are fine where this client is the party', async () => {
  const claims = { ...newcomer(), aud: ['somebody', provider.clientId], azp: provider.clientId }
  expect((await ways[googleUrl](app.client(), claims)).status).toBe(200)
})

const [first, second, foreign] = await Promise.all([makeKey('first'), makeKey('second'), makeKey('first')])
const checkPath = '/api/v3/applications/gid/token'
const postIdToken = async (token: string | Promise<string>) => own.client().post(googleUrl, { id_token: await token })
const postAccessToken = () => own.client().post('/v0/app/auth/oauth/github/token', { access_token: 'gho_x' })

test('oauth:user_info_fetch_failed where keys, check or user do not come in five seconds', async () => {
  const claims = { ...newcomer(), iss: issuer.url, aud: provider.clientId, iat: 1, exp: 9_999_999_999 }
  issuer.replies.set('/jwks', { how: 'silent' })
  github.replies.set(checkPath, { how: 'silent' })
  const began = performance.now()
  const answers = await Promise.all([postIdToken(first.sign(claims)), postAccessToken()])
  expect(answers.map(({ code }) => code)).toEqual(['oauth:user_info_fetch_failed', 'oauth:user_info_fetch_failed'])
  expect(performance.now() - began).toBeGreaterThan(4500)
  expect(performance.now() - began).toBeLessThan(7500)
})

describe('the keys of an issuer [OA3]', () => {
  let passedMs = 0
  beforeAll(() => {
    const now = performance.now.bind(performance)
    // Keys are remembered for minutes and hours, which a test cannot wait for.
    vi.spyOn(performance, 'now').mockImplementation(() => now() + passedMs)
  })
  afterAll(() => void vi.restoreAllMocks())
  /** Whatever was remembered before is forgotten. */
  const publish = (keys: readonly object[], headers?: Record<string, string>) => {
    shapeIssuer(issuer, keys, headers)
    passedMs += 25 * 3_600_000
  }
  const claimsOf = () => {
    const seconds = Math.floor(Date.now() / 1000)
    return { ...newcomer(), iss: issuer.url, aud: provider.clientId, iat: seconds, exp: seconds + 600 }
  }
  const timesAsked = async (requests: () => Promise<unknown>): Promise<number> => {
    const before = issuer.timesAsked('/jwks')
    await requests()
    return issuer.timesAsked('/jwks') - before
  }

  const forgeries: Record<string, () => string | Promise<string>> = {
    "another's key of the same name": () => foreign.sign(claimsOf()),
    "another's key, enclosed": () => foreign.sign(claimsOf(), { kid: undefined, jwk: foreign.jwk }),
    "another's key, to be fetched": () => foreign.sign(claimsOf(), { kid: 'x', jku: `${issuer.url}/foreign` }),
    'alg none': () => new UnsecuredJWT(claimsOf()).encode(),
    'no signature': async () => (await first.sign(claimsOf())).replace(/[^.]+$/, ''),
    'the client secret, HS256': () =>
      new SignJWT(claimsOf()).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(provider.clientSecret)),
    'the public key as a secret, HS256': async () =>
      new SignJWT(claimsOf())
        .setProtectedHeader({ alg: 'HS256', kid: 'first' })
        .sign(Buffer.from(await exportSPKI(first.publicKey))),
    'other claims than were signed': async () => {
      const [header, , signature] = (await first.sign(claimsOf())).split('.')
      return [header, Buffer.from(JSON.stringify(claimsOf())).toString('base64url'), signature].join('.')
    },
  }
  test.each(Object.entries(forgeries))('oauth:invalid_id_token for %s', async (_name, forge) => {
    publish([first.jwk])
    expect((await postIdToken(first.sign(claimsOf()))).status).toBe(200)
    expect((await postIdToken(forge())).code).toBe('oauth:invalid_id_token')
    expect(issuer.timesAsked('/foreign')).toBe(0)
  })

  test.each([
    ['max-age=3600', 3600],
    ['public, max-age=19845, must-revalidate', 19_845],
    ['no-store, max-age=0', 60],
    ['max-age=999999999', 24 * 3600],
    [undefined, 600],
  ])('with cache-control %j are asked for once in %i s', async (cacheControl, seconds) => {
    publish([first.jwk], cacheControl === undefined ? {} : { 'cache-control': cacheControl })
    const enter = () => postIdToken(first.sign(claimsOf()))
    const enterOften = async () => {
      const all = await Promise.all(Array.from({ length: 10 }, enter))
      expect(all.map(({ status }) => status)).toEqual(all.map(() => 200))
    }
    expect(await timesAsked(enterOften)).toBe(1)
    passedMs += (seconds - 5) * 1000
    expect(await timesAsked(enterOften)).toBe(0)
    passedMs += 5000
    expect(await timesAsked(enterOften)).toBe(1)
  })

  test('a new one is found although the old ones are remembered, and one taken back no longer counts', async () => {
    publish([first.jwk], { 'cache-control': 'max-age=86400' })
    expect((await postIdToken(first.sign(claimsOf()))).status).toBe(200)
    passedMs += 31_000
    shapeIssuer(issuer, [second.jwk])
    expect((await postIdToken(second.sign(claimsOf()))).status).toBe(200)
    expect((await postIdToken(first.sign(claimsOf()))).code).toBe('oauth:invalid_id_token')
  })

  test('one that took the name of another is found; junk under a known name makes the server ask once in 30 s [FD12]', async () => {
    publish([first.jwk], { 'cache-control': 'max-age=86400' })
    expect((await postIdToken(first.sign(claimsOf()))).status).toBe(200)
    passedMs += 31_000
    shapeIssuer(issuer, [foreign.jwk])
    expect((await postIdToken(foreign.sign(claimsOf()))).status).toBe(200)
    const sendJunk = () => Promise.all(Array.from({ length: 20 }, () => postIdToken(first.sign(claimsOf()))))
    expect(await timesAsked(sendJunk)).toBe(0)
    passedMs += 31_000
    expect(await timesAsked(sendJunk)).toBe(1)
  })

  test('those that are known stay good while they cannot be asked for [FD12]', async () => {
    publish([first.jwk])
    expect((await postIdToken(first.sign(claimsOf()))).status).toBe(200)
    passedMs += 31_000
    issuer.replies.set('/jwks', { status: 500 })
    expect((await postIdToken(second.sign(claimsOf(), { kid: 'unknown' }))).code).toBe('oauth:user_info_fetch_failed')
    expect((await postIdToken(first.sign(claimsOf()))).status).toBe(200)
  })

  test('several without names are tried one after the other', async () => {
    const nameless = [first.jwk, second.jwk].map((jwk) => ({ ...jwk, kid: undefined }))
    publish(nameless)
    for (const key of [first, second])
      expect((await postIdToken(key.sign(claimsOf(), { kid: undefined }))).status).toBe(200)
    expect((await postIdToken(foreign.sign(claimsOf(), { kid: undefined }))).code).toBe('oauth:invalid_id_token')
  })

  test('names that nobody knows make the server ask once in 30 s', async () => {
    publish([first.jwk])
    await postIdToken(first.sign(claimsOf()))
    passedMs += 31_000
    const sendJunk = () =>
      Promise.all(
        Array.from({ length: 20 }, (_, index) => postIdToken(second.sign(claimsOf(), { kid: `junk-${index}` }))),
      )
    expect(await timesAsked(sendJunk)).toBe(1)
    expect(await timesAsked(sendJunk)).toBe(0)
    passedMs += 31_000
    expect(await timesAsked(sendJunk)).toBe(1)
  })

  const faults: Record<string, Reply> = {
    'an error': { status: 500 },
    'a redirect': { status: 302, headers: { location: '/elsewhere' } },
    'no JSON': { body: '<html>' },
    'no key set': { body: { keys: 'none' } },
    'too much': { body: { keys: [], padding: 'x'.repeat(1024 * 1024) } },
    'a cut connection': { how: 'cut' },
    'a key that is none': { body: { keys: [{ ...first.jwk, x: 'AAAA' }] } },
  }
  test.each(Object.entries(faults))(
    'oauth:user_info_fetch_failed for %s, until it is well again',
    async (_name, fault) => {
      publish([first.jwk])
      issuer.replies.set('/elsewhere', { body: { keys: [first.jwk] } })
      issuer.replies.set('/jwks', fault)
      expect((await postIdToken(first.sign(claimsOf()))).code).toBe('oauth:user_info_fetch_failed')
      publish([first.jwk])
      expect((await postIdToken(first.sign(claimsOf()))).status).toBe(200)
    },
  )
})

describe('native sign-in with an access token of GitHub', () => {
  /** Somebody new at GitHub, but for what differs. */
  const shape = (different: Record<string, Reply> = {}) => {
    const id = ++subjects
    const emails = [
      { email: 'other@example.com', primary: false, verified: true },
      { email: `gh-${id}@example.com`, primary: true, verified: true },
    ]
    github.replies.set(checkPath, { body: { app: { client_id: 'gid' }, user: { id } } })
    github.replies.set('/api/v3/user', { body: { id, login: 'octo' } })
    github.replies.set('/api/v3/user/emails', { body: emails })
    for (const [path, reply] of Object.entries(different)) github.replies.set(path, reply)
    return { id, email: `gh-${id}@example.com` }
  }

  test('one that GitHub says it issued to this client', async () => {
    const { email } = shape()
    github.asked.length = 0
    const answer = await postAccessToken()
    expect([answer.status, answer.body]).toEqual([200, { pending_token: expect.any(String), email }])
    expect(github.asked).toMatchObject([
      {
        method: 'POST',
        path: checkPath,
        headers: { authorization: `Basic ${Buffer.from('gid:gsecret').toString('base64')}` },
        body: JSON.stringify({ access_token: 'gho_x' }),
      },
      { method: 'GET', path: '/api/v3/user', headers: { authorization: 'Bearer gho_x' } },
      { method: 'GET', path: '/api/v3/user/emails', headers: { authorization: 'Bearer gho_x' } },
    ])
    const wish = { pending_token: answer.body.pending_token, handle: `nat_${++subjects}_x`, display_name: 'N' }
    expect((await own.client().post('/v0/app/auth/complete-signup', wish)).status).toBe(200)
    expect((await postAccessToken()).body).toEqual({ token: expect.any(String), device_token: expect.any(String) })
  })

  const app404 = { status: 404, body: { message: 'Not Found' } }
  test.each<[string, Record<string, Reply>]>([
    ['one that GitHub does not know', { [checkPath]: app404 }],
    ['one that GitHub cannot read', { [checkPath]: { ...app404, status: 422 } }],
    [
      'one of another client',
      {
        [checkPath]: { body: { app: { client_id: 'another' }, user: { id: 1 } } },
        '/api/v3/user': { body: { id: 1, login: 'octo' } },
      },
    ],
    ["one of another's", { [checkPath]: { body: { app: { client_id: 'gid' }, user: { id: 1 } } } }],
  ])('oauth:invalid_id_token for %s', async (_name, different) => {
    shape(different)
    expect((await postAccessToken()).code).toBe('oauth:invalid_id_token')
  })

  test('oauth:invalid_id_token for a token of the kind that says nothing there', async () => {
    const answers = [
      await own.client().post('/v0/app/auth/oauth/github/token', { id_token: 'a.b.c' }),
      await own.client().post(googleUrl, { access_token: 'gho_x' }),
    ]
    expect(answers.map(({ code }) => code)).toEqual(['oauth:invalid_id_token', 'oauth:invalid_id_token'])
  })

  const paths = [checkPath, '/api/v3/user', '/api/v3/user/emails']
  test.each(paths)('oauth:user_info_fetch_failed, oauth:user_info_parse_failed: faults of %s', async (path) => {
    for (const fault of [
      { status: 500 },
      { status: 401 },
      { status: 302, headers: { location: '/' } },
      { how: 'cut' },
    ]) {
      shape({ [path]: fault as Reply })
      expect([fault, (await postAccessToken()).code]).toEqual([fault, 'oauth:user_info_fetch_failed'])
    }
    for (const body of ['<html>', '', 'null', '{"nothing":true}', '{"app":{},"user":{"id":"1"},"id":"1"}']) {
      shape({ [path]: { body } })
      expect([body, (await postAccessToken()).code]).toEqual([body, 'oauth:user_info_parse_failed'])
    }
  })

  test.each([
    ['not the first', [{ email: 'a@example.com', primary: false, verified: true }]],
    ['not verified', [{ email: 'a@example.com', primary: true, verified: false }]],
    ['none', []],
  ])('oauth:email_not_verified: its address is %s', async (_name, body) => {
    shape({ '/api/v3/user/emails': { body } })
    expect((await postAccessToken()).code).toBe('oauth:email_not_verified')
  })

  test('oauth:email_already_exists', async () => {
    const { person } = await signedUp(own)
    shape({ '/api/v3/user/emails': { body: [{ email: person.email, primary: true, verified: true }] } })
    expect((await postAccessToken()).code).toBe('oauth:email_already_exists')
  })
})
