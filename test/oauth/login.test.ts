import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { generateSync } from 'otplib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { appWith } from '../support/mail-way.ts'
import { newPerson, signedUp } from '../support/people.ts'
import { arrive, type Claims, newcomer, signedUpThrough, startProviders } from '../support/provider.ts'

const url = '/v0/auth/oauth/google/login'
const { provider, github, env, stop } = await startProviders()
let app: TestApp
beforeAll(async () => {
  app = await startApp({ ...env })
})
afterAll(async () => {
  await app.close()
  await stop()
})

let subjects = 0
const login = async (client: TestClient, more: object = {}, query = '') =>
  client.post(url, { ...(await arrive(client, 'google', query)), ...more })
const githubLogin = async (client: TestClient) =>
  client.post('/v0/auth/oauth/github/login', await arrive(client, 'github'))
/** An account that knows only this provider; the client is signed in. */
const withAccount = (who?: ReturnType<typeof newcomer>) => signedUpThrough(app, provider, who)
const onGithub = (emails: unknown) => github.reset({ id: ++subjects, login: 'octo-cat' }, emails)
const primary = (email: string, verified: unknown = true) => ({ email, primary: true, verified })

/** How many rows there are of all that a sign-in could leave behind. */
async function countRows() {
  const tables = ['users', 'handles', 'sessions', 'devices', 'oauth_identities', 'oauth_sign_ups', 'pending_logins']
  const counts = [...tables, 'mailed_tokens', 'mails', 'security_events'].map(
    (table) => `(select count(*) from ${table}) as ${table}`,
  )
  return (await app.sql(`select ${counts.join()}`))[0]
}

describe('POST /v0/auth/oauth/{provider}/login', () => {
  test('somebody new: a pending sign-up with a suggested handle, and where to go on', async () => {
    const who = newcomer()
    provider.reset(who)
    const answer = await login(app.client(), {}, '?redirect_to=/welcome')
    expect(answer.body).toEqual({
      pending_token: expect.stringMatching(/^pps_\S{49}$/),
      email: who.email,
      suggested_handle: who.preferred_username.replace('.', '_'),
    })
    expect([answer.status, answer.headers['x-redirect-to']]).toEqual([200, '/welcome'])
  })

  test('a known identity on a new device: a session, and a known device, whatever its address is by now [OA4 FD80]', async () => {
    const { who } = await withAccount()
    provider.reset({ ...who, email: newPerson().email, email_verified: false })
    const client = app.client()
    const answer = await login(client)
    expect([answer.status, answer.body]).toEqual([204, {}])
    expect((await client.get('/v0/user/me')).body.email).toBe(who.email)
    const { devices } = (await client.get('/v0/auth/devices')).body
    expect(devices).toContainEqual(expect.objectContaining({ is_current: true }))
    expect((await login(client)).setCookies.join()).not.toContain('device_id')
  })

  test('rate_limit:exceeded: an account has five new devices an hour, each with its mail [RL5]', async () => {
    const strict = await startApp({ ...env, RATE_LIMITS: 'on' })
    const { who } = await signedUpThrough(strict, provider)
    provider.reset(who)
    const known = strict.client()
    expect((await login(known)).status).toBe(204)
    for (let time = 1; time < 5; time++) expect((await login(strict.client())).status).toBe(204)
    expect((await login(strict.client())).code).toBe('rate_limit:exceeded')
    expect((await login(known)).status).toBe(204)
    await strict.close()
  })

  test('with TOTP on: a temp_token [MF4]', async () => {
    const { client } = await withAccount()
    const { secret } = (await client.post('/v0/auth/totp/setup')).body
    const code = () => generateSync({ secret: String(secret) })
    expect((await client.post('/v0/auth/totp/enable', { code: code() })).status).toBe(200)
    await app.sql('update totp_secrets set login_step = 0')

    const browser = app.client()
    const answer = await login(browser)
    expect([answer.status, Object.keys(answer.body), answer.setCookies]).toEqual([202, ['temp_token', 'methods'], []])
    const wish = { temp_token: answer.body.temp_token, code: code() }
    const verified = await browser.post('/v0/auth/totp/verify', wish)
    expect([verified.status, verified.body]).toEqual([204, {}])
    expect(browser.cookies.has('__Host-device_id')).toBe(true)
  })

  test('X-Redirect-To is on every 2xx and on no error', async () => {
    const { who } = await withAccount()
    const client = app.client()
    const comeIn = async () => {
      const { status, headers } = await login(client, {}, '?redirect_to=/welcome')
      return [status, headers['x-redirect-to']]
    }
    expect(await comeIn()).toEqual([204, '/welcome'])
    const plain = await login(client)
    expect([plain.status, plain.headers['x-redirect-to']]).toEqual([204, '/'])
    await app.sql('update users set totp_enabled_at = now() where email = $1', [who.email])
    expect(await comeIn()).toEqual([202, '/welcome'])
    await app.sql('update users set banned_at = now() where email = $1', [who.email])
    expect(await comeIn()).toEqual([403, undefined])
    provider.userinfo = { status: 500 }
    expect(await comeIn()).toEqual([400, undefined])
  })

  test('a subject that is no Unicode is none: PostgreSQL would take two of them for one [OA4]', async () => {
    for (const sub of ['subject-\ud800', 'subject-\ud801', 'subject-\0']) {
      provider.reset({ ...newcomer(), sub })
      expect((await login(app.client())).code).toBe('oauth:user_info_parse_failed')
    }
  })

  test('an address and the word for it come from one place [OA5]', async () => {
    const { sub, email } = newcomer()
    provider.reset({ sub })
    provider.idClaims = { email, email_verified: true }
    expect((await login(app.client())).body).toMatchObject({ email })
    provider.userinfo = { body: { sub, email: newPerson().email } }
    expect((await login(app.client())).code).toBe('oauth:email_not_verified')
  })

  test('either spelling of Google as the issuer of the ID token, and as whoever sent the browser back [FD3]', async () => {
    for (const iss of ['accounts.google.com', 'https://accounts.google.com']) {
      provider.reset(newcomer())
      provider.idClaims = { iss }
      expect([iss, (await login(app.client(), { iss })).status]).toEqual([iss, 200])
    }
  })

  test('user:banned', async () => {
    const { who } = await withAccount()
    await app.sql('update users set banned_at = now() where email = $1', [who.email])
    expect((await login(app.client())).code).toBe('user:banned')
  })

  test('GitHub: its verified primary address', async () => {
    const { email } = newcomer()
    onGithub([{ ...primary('other@example.com'), primary: false }, primary(email)])
    expect((await githubLogin(app.client())).body).toMatchObject({ email, suggested_handle: 'octo_cat' })
  })

  test('GitHub: a picture that no database takes is as good as none', async () => {
    const { email } = newcomer()
    github.reset({ id: ++subjects, avatar_url: 'https://example.com/\u0000' }, [primary(email)])
    expect((await githubLogin(app.client())).body).toMatchObject({ email })
  })

  describe('oauth:invalid_state [OA1 OA2]', () => {
    const expectInvalid = async (client: TestClient, sent: object, slug = 'google') =>
      expect((await client.post(`/v0/auth/oauth/${slug}/login`, sent)).code).toBe('oauth:invalid_state')

    test('unknown, of another browser, provider or flow; it stays good for its own', async () => {
      provider.reset(newcomer())
      const client = app.client()
      const sent = await arrive(client, 'google')
      await expectInvalid(client, { ...sent, state: 'unknown' })
      await expectInvalid(app.client(), sent)
      const other = app.client()
      await arrive(other, 'google')
      await expectInvalid(other, sent)
      await expectInvalid(client, sent, 'github')
      await expectInvalid(client, { ...sent, iss: 'https://evil.example' })
      const { client: member } = await withAccount()
      await expectInvalid(member, await arrive(member, 'google', '?flow=link'))
      provider.reset(newcomer())
      expect((await client.post(url, { ...sent, iss: provider.url })).status).toBe(200)
    })

    test('a nonce of One Tap, which stays good for One Tap', async () => {
      const who = newcomer()
      const client = app.client()
      const nonce = String((await client.get('/v0/auth/oauth/google/one-tap/nonce')).body.nonce)
      await expectInvalid(client, { code: 'c', state: nonce })
      const credential = await provider.idToken({ ...who, nonce })
      expect((await client.post('/v0/auth/oauth/google/one-tap/login', { credential })).status).toBe(200)
    })

    test('without the name that the issuer always gives itself', async () => {
      provider.reset(newcomer())
      provider.discovery = { authorization_response_iss_parameter_supported: true }
      const named = await appWith(env)
      const client = named.client()
      const sent = await arrive(client, 'google')
      await expectInvalid(client, sent)
      expect((await client.post(url, { ...sent, iss: provider.url })).status).toBe(200)
    })

    test('used before, also where the provider then refused; of 50 at once one passes', async () => {
      provider.reset(newcomer())
      const client = app.client()
      const sent = await arrive(client, 'google')
      const answers = await Promise.all(Array.from({ length: 50 }, () => client.post(url, sent)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(answers.filter(({ code }) => code === 'oauth:invalid_state')).toHaveLength(49)
      await expectInvalid(client, sent)

      const refused = await arrive(client, 'google')
      provider.token = { status: 400, body: { error: 'invalid_grant' } }
      expect((await client.post(url, refused)).code).toBe('oauth:token_exchange_failed')
      await expectInvalid(client, refused)
    })
  })

  test('oauth:state_expired', async () => {
    provider.reset(newcomer())
    const client = app.client()
    const sent = await arrive(client, 'google')
    await app.sql('update oauth_states set expires_at = now() where expires_at > now()')
    expect((await app.client().post(url, sent)).code).toBe('oauth:invalid_state')
    expect((await client.post(url, sent)).code).toBe('oauth:state_expired')
    await app.sql('update oauth_states set used_at = now() where used_at is null')
    expect((await client.post(url, sent)).code).toBe('oauth:invalid_state')
  })

  test('oauth:provider_not_found', async () => {
    const sent = { code: 'c', state: 's' }
    expect((await app.client().post('/v0/auth/oauth/nobody/login', sent)).code).toBe('oauth:provider_not_found')
  })

  test('oauth:invalid_auth_url while the issuer cannot be read', async () => {
    const cut = await appWith({ ...env, GOOGLE_ISSUER: 'http://127.0.0.1:1' })
    expect((await cut.client().post(url, { code: 'c', state: 's' })).code).toBe('oauth:invalid_auth_url')
  })

  test('general:bad_request', async () => {
    for (const body of [{}, { code: 'c' }, { code: 1, state: 's' }])
      expect((await app.client().post(url, body)).code).toBe('general:bad_request')
  })

  describe('provider faults leave nothing but a state that is used [FT9]', () => {
    const expectFault = async (code: string, come: () => Promise<{ readonly code: string | undefined }>) => {
      const before = await countRows()
      expect((await come()).code).toBe(code)
      expect(await countRows()).toEqual(before)
    }
    const expectOidcFault = async (shape: () => void, code: string) => {
      provider.reset(newcomer())
      const client = app.client()
      const sent = await arrive(client, 'google')
      shape()
      await expectFault(code, () => client.post(url, sent))
    }
    const expectGithubFault = async (shape: () => void, code: string) => {
      onGithub([primary(newPerson().email)])
      shape()
      await expectFault(code, () => githubLogin(app.client()))
    }

    const unsigned = (header: object, claims: Claims) =>
      [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    const hs256 = (key: string) => (claims: Claims) => {
      const text = unsigned({ alg: 'HS256' }, claims)
      return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
    }
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const rs256 = (kid: () => string) => (claims: Claims) => {
      const text = unsigned({ alg: 'RS256', kid: kid() }, claims)
      return `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`
    }
    /** All of the token is right but what the forger does to it. */
    const forging = (forge: (claims: Claims) => string) => () => {
      provider.forge = forge
    }
    const answering = (token: { status?: number; body?: unknown }) => () => {
      provider.token = token
    }
    const claiming = (claims: Claims) => () => {
      provider.idClaims = claims
    }
    const failing =
      (path: string, fault: (typeof provider.faults)[string], at: { faults: typeof provider.faults } = provider) =>
      () => {
        at.faults[path] = fault
      }

    test.each(
      Object.entries<() => void>({
        'a refusal': answering({ status: 400, body: { error: 'invalid_grant' } }),
        'an error of the server': answering({ status: 500 }),
        'a redirect': answering({ status: 302 }),
        'an error with 200': answering({ body: { error: 'nope' } }),
        'something that is not JSON': failing('/token', { text: '<html>' }),
        'a connection that is cut': failing('/token', 'cut'),
        'no ID token': answering({ body: { access_token: 'at', token_type: 'Bearer' } }),
        'an ID token that is none': forging(() => 'x'),
        'one without signature': forging((claims) => `${unsigned({ alg: 'none' }, claims)}.`),
        'one signed with the client secret': forging(hs256(provider.clientSecret)),
        'one signed by another key': forging(rs256(() => provider.keyId)),
        'one signed by a key that nobody published': forging(rs256(() => 'unknown')),
        'keys that cannot be had': () => {
          forging(rs256(() => 'unknown'))()
          provider.faults['/jwks'] = { status: 500, text: '' }
        },
        'one for another client': claiming({ aud: 'somebody' }),
        'one for several clients': claiming({ aud: ['postern', 'somebody'] }),
        'one of another party': claiming({ azp: 'somebody' }),
        'one for several, of another party': claiming({ aud: ['postern', 'somebody'], azp: 'somebody' }),
        'one of another issuer': claiming({ iss: 'https://evil.example' }),
        'one that is over': claiming({ exp: 1_000_000_000 }),
        'one of tomorrow [AT13]': claiming({ iat: Math.floor(Date.now() / 1000) + 24 * 3600 }),
        'one of another kind [AT13]': () => Object.assign(provider, { idHeader: { typ: 'at+jwt' } }),
        'one with another nonce': claiming({ nonce: 'another' }),
        'one without nonce': claiming({ nonce: undefined }),
        'one of nobody': claiming({ sub: '' }),
      }),
    )('oauth:token_exchange_failed for %s [OA3]', (_name, shape) =>
      expectOidcFault(shape, 'oauth:token_exchange_failed'),
    )

    test('an ID token for several clients passes where this one asked for it', async () => {
      provider.reset(newcomer())
      provider.idClaims = { aud: ['postern', 'somebody'], azp: 'postern' }
      expect((await login(app.client())).status).toBe(200)
    })

    test.each(
      Object.entries<() => void>({
        'an error of the server': () => Object.assign(provider, { userinfo: { status: 503 } }),
        'a refusal': () => Object.assign(provider, { userinfo: { status: 401 } }),
        'a connection that is cut': failing('/userinfo', 'cut'),
        'more than anybody could mean': failing('/userinfo', { text: `"${'x'.repeat(1024 * 1024)}"` }),
      }),
    )('oauth:user_info_fetch_failed for %s', (_name, shape) => expectOidcFault(shape, 'oauth:user_info_fetch_failed'))

    test.each(
      Object.entries<() => void>({
        'something that is not JSON': failing('/userinfo', { text: '<html>' }),
        'no subject': () => Object.assign(provider, { userinfo: { body: { email: 'a@example.com' } } }),
        'a number for a subject': () => Object.assign(provider, { userinfo: { body: { sub: 1 } } }),
        'another subject than the ID token names': () => Object.assign(provider, { userinfo: { body: { sub: 'x' } } }),
        'a list': () => Object.assign(provider, { userinfo: { body: [] } }),
      }),
    )('oauth:user_info_parse_failed for %s', (_name, shape) => expectOidcFault(shape, 'oauth:user_info_parse_failed'))

    test.each(['true', 1, undefined, false, null])('oauth:email_not_verified for %j [OA5]', (verified) =>
      expectOidcFault(() => Object.assign(provider.claims, { email_verified: verified }), 'oauth:email_not_verified'),
    )

    const { email } = newPerson()
    test.each(
      Object.entries<[string, () => void]>({
        'a refusal with 200': [
          'oauth:token_exchange_failed',
          () => Object.assign(github, { token: { error: 'bad_verification_code' } }),
        ],
        'an error instead of the user': [
          'oauth:user_info_fetch_failed',
          failing('/user', { status: 500, text: '{}' }, github),
        ],
        'an error instead of the addresses': [
          'oauth:user_info_fetch_failed',
          failing('/user/emails', { status: 404, text: '{}' }, github),
        ],
        'a user who is not JSON': ['oauth:user_info_parse_failed', failing('/user', { text: '<html>' }, github)],
        'a user without a number': ['oauth:user_info_parse_failed', () => Object.assign(github, { user: { id: 'x' } })],
        'addresses that are none': ['oauth:user_info_parse_failed', () => Object.assign(github, { emails: 'none' })],
        'no address': ['oauth:email_not_verified', () => Object.assign(github, { emails: [] })],
        'a primary address that is not verified': [
          'oauth:email_not_verified',
          () => Object.assign(github, { emails: [primary(email, false)] }),
        ],
        'a verified address that is not the primary one': [
          'oauth:email_not_verified',
          () => Object.assign(github, { emails: [primary(email, false), { ...primary(email), primary: false }] }),
        ],
      }),
    )('GitHub: %s', (_name, [code, shape]) => expectGithubFault(shape, code))

    test('oauth:email_already_exists: never linked by e-mail, however it is spelt [OA5]', async () => {
      const { person } = await signedUp(app, { email: `Jürgen.${process.pid}@Bücher.example` })
      for (const spelling of [
        person.email,
        person.email.toUpperCase(),
        person.email.replace('Bücher', 'xn--bcher-kva'),
      ])
        await expectOidcFault(() => Object.assign(provider.claims, { email: spelling }), 'oauth:email_already_exists')
      await expectGithubFault(
        () => Object.assign(github, { emails: [primary(person.email)] }),
        'oauth:email_already_exists',
      )
    })

    test('a provider that nobody listens for [FT9]', async () => {
      const nobody = 'http://127.0.0.1:1'
      provider.reset(newcomer())
      provider.discovery = { token_endpoint: `${nobody}/token` }
      const cut = await appWith({ ...env, GITHUB_API_URL: nobody })
      expect((await login(cut.client())).code).toBe('oauth:token_exchange_failed')
      onGithub([])
      expect((await githubLogin(cut.client())).code).toBe('oauth:user_info_fetch_failed')
    })

    test('a provider that hangs is given up after five seconds [FT9]', async () => {
      provider.reset(newcomer())
      provider.faults['/token'] = 'hang'
      onGithub([])
      github.faults['/user'] = 'hang'
      const take = async (slug: string) => {
        const client = app.client()
        const sent = await arrive(client, slug)
        const started = performance.now()
        const { code } = await client.post(`/v0/auth/oauth/${slug}/login`, sent)
        return { code, seconds: (performance.now() - started) / 1000 }
      }
      const answers = await Promise.all([take('google'), take('github')])
      expect(answers.map(({ code }) => code)).toEqual(['oauth:token_exchange_failed', 'oauth:user_info_fetch_failed'])
      for (const { seconds } of answers) {
        expect(seconds).toBeGreaterThan(4.5)
        expect(seconds).toBeLessThan(7)
      }
    })
  })

  test('tokens of the provider are stored nowhere [OA8]', async () => {
    const { who, client } = await withAccount()
    onGithub([primary(who.email)])
    await client.post('/v0/auth/oauth/github/link', await arrive(client, 'github', '?flow=link'))
    const tables = await app.sql<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    )
    const rows = JSON.stringify(await Promise.all(tables.map(({ name }) => app.sql(`select t::text from ${name} t`))))
    expect(rows.includes(who.sub)).toBe(true)
    const tokens = [...provider.given, 'gho_secret']
    const spelt = (token: string) => [
      token,
      ...(['hex', 'base64'] as const).map((way) => Buffer.from(token).toString(way)),
    ]
    expect(tokens.filter((token) => spelt(token).some((text) => rows.includes(text)))).toEqual([])
  })
})
