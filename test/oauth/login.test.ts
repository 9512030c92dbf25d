import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { brokenWorkers } from '../support/mail-way.ts'
import { mailedToken, newPerson, signedUp } from '../support/people.ts'
import { arrive, startProviders } from '../support/provider.ts'

const url = '/v0/auth/oauth/google/login'
const { provider, github, env, stop } = await startProviders()
let app: TestApp
beforeAll(async () => {
  app = await startApp(env)
})
afterAll(async () => {
  await app.close()
  await stop()
})

let subjects = 0
const newcomer = () => {
  const { email } = newPerson()
  return { sub: `subject-${++subjects}`, email, email_verified: true, preferred_username: `some.one${subjects}` }
}
type Newcomer = ReturnType<typeof newcomer>

const login = async (client: TestClient, more: object = {}, query = '') =>
  client.post(url, { ...(await arrive(client, 'google', query)), ...more })

/** An account that knows only this provider; the client is signed in. */
async function withAccount(who: Newcomer = newcomer()) {
  provider.reset(who)
  const client = app.client()
  const answer = await login(client)
  const handle = `h_${++subjects}_x`
  const wish = { pending_token: answer.body.pending_token, handle, display_name: 'Some One' }
  expect((await client.post('/v0/auth/complete-signup', wish)).status).toBe(204)
  return { who, client, handle }
}
const countRows = async () =>
  (
    await app.sql(
      'select (select count(*) from users) as u, (select count(*) from oauth_identities) as i, (select count(*) from oauth_sign_ups) as s',
    )
  )[0]

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

  test('a known identity on a new device: a link, then a known device and a session, whatever its address is by now [OA4]', async () => {
    const { who } = await withAccount()
    provider.reset({ ...who, email: newPerson().email, email_verified: false })
    const client = app.client()
    const answer = await login(client)
    expect([answer.status, answer.body]).toEqual([202, { status: 'device_verification_required' }])
    await client.post('/v0/auth/device/verify', { token: await mailedToken(app, who.email) })
    expect((await login(client)).status).toBe(204)
    expect((await client.get('/v0/user/me')).body.email).toBe(who.email)
  })

  test('with TOTP on: a temp_token [MF4]', async () => {
    const { who } = await withAccount()
    await app.sql('update users set totp_enabled_at = now() where email = $1', [who.email])
    const answer = await login(app.client())
    expect([answer.status, Object.keys(answer.body)]).toEqual([202, ['temp_token']])
  })

  test('user:banned', async () => {
    const { who } = await withAccount()
    await app.sql('update users set banned_at = now() where email = $1', [who.email])
    expect((await login(app.client())).code).toBe('user:banned')
  })

  test('GitHub: its verified primary address', async () => {
    const who = newcomer()
    Object.assign(github, {
      user: { id: ++subjects, login: 'octo-cat' },
      emails: [
        { email: 'other@example.com', primary: false, verified: true },
        { email: who.email, primary: true, verified: true },
      ],
    })
    const client = app.client()
    const post = async () => client.post('/v0/auth/oauth/github/login', await arrive(client, 'github'))
    expect((await post()).body).toMatchObject({ email: who.email, suggested_handle: 'octo_cat' })
    github.emails = [{ email: who.email, primary: true, verified: false }]
    expect((await post()).code).toBe('oauth:email_not_verified')
    github.emails = 'none'
    expect((await post()).code).toBe('oauth:user_info_parse_failed')
    github.user = { id: 'x' }
    expect((await post()).code).toBe('oauth:user_info_parse_failed')
    github.token = { error: 'bad_verification_code' }
    expect((await post()).code).toBe('oauth:token_exchange_failed')
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

    test('used before; of 20 at once one passes', async () => {
      provider.reset(newcomer())
      const client = app.client()
      const sent = await arrive(client, 'google')
      const answers = await Promise.all(Array.from({ length: 20 }, () => client.post(url, sent)))
      expect(answers.filter(({ code }) => code === 'oauth:invalid_state')).toHaveLength(19)
      await expectInvalid(client, sent)
    })
  })

  test('oauth:state_expired', async () => {
    provider.reset(newcomer())
    const client = app.client()
    const sent = await arrive(client, 'google')
    await app.sql('update oauth_states set expires_at = now() where expires_at > now()')
    expect((await client.post(url, sent)).code).toBe('oauth:state_expired')
  })

  test('oauth:provider_not_found', async () => {
    const sent = { code: 'c', state: 's' }
    expect((await app.client().post('/v0/auth/oauth/nobody/login', sent)).code).toBe('oauth:provider_not_found')
  })

  test('oauth:invalid_auth_url while the issuer cannot be read', async () => {
    const cut = await startApp({ ...env, GOOGLE_ISSUER: 'http://127.0.0.1:1' })
    expect((await cut.client().post(url, { code: 'c', state: 's' })).code).toBe('oauth:invalid_auth_url')
    await cut.close()
  })

  test('general:bad_request', async () => {
    for (const body of [{}, { code: 'c' }, { code: 1, state: 's' }])
      expect((await app.client().post(url, body)).code).toBe('general:bad_request')
  })

  describe('provider faults leave no half user', () => {
    const expectFault = async (shape: () => void, code: string) => {
      provider.reset(newcomer())
      const client = app.client()
      const sent = await arrive(client, 'google')
      shape()
      const before = await countRows()
      expect((await client.post(url, sent)).code).toBe(code)
      expect(await countRows()).toEqual(before)
    }
    const now = () => Math.floor(Date.now() / 1000)
    const unsigned = (header: object, claims: object) =>
      [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    const own = () => ({ iss: provider.url, aud: provider.clientId, sub: 'x', iat: now(), exp: now() + 300 })
    const hs256 = () => {
      const text = unsigned({ alg: 'HS256' }, own())
      return `${text}.${createHmac('sha256', provider.clientSecret).update(text).digest('base64url')}`
    }
    const answering = (id_token: unknown) => () => {
      provider.token = { body: { access_token: 'at', token_type: 'Bearer', id_token } }
    }
    const claiming = (claims: object) => () => Object.assign(provider.idClaims, claims)

    test.each(
      Object.entries<() => void>({
        'a refusal': () => Object.assign(provider, { token: { status: 400, body: { error: 'invalid_grant' } } }),
        'an error of the server': () => Object.assign(provider, { token: { status: 500 } }),
        'no token': () => Object.assign(provider, { token: { body: { error: 'nope' } } }),
        'no ID token': answering(undefined),
        'an ID token that is none': answering('x'),
        'one without signature': () => answering(`${unsigned({ alg: 'none' }, own())}.`)(),
        'one signed with the client secret': () => answering(hs256())(),
        'one for another client': claiming({ aud: 'somebody' }),
        'one for several clients': claiming({ aud: ['postern', 'somebody'] }),
        'one of another party': claiming({ azp: 'somebody' }),
        'one of another issuer': claiming({ iss: 'https://evil.example' }),
        'one that is over': claiming({ exp: 1_000_000_000 }),
        'one with another nonce': claiming({ nonce: 'another' }),
      }),
    )('oauth:token_exchange_failed for %s [OA3]', (_name, shape) => expectFault(shape, 'oauth:token_exchange_failed'))

    test('oauth:user_info_fetch_failed', () =>
      expectFault(() => Object.assign(provider, { userinfo: { status: 503 } }), 'oauth:user_info_fetch_failed'))

    test.each(
      Object.entries<unknown>({
        'no subject': { email: 'a@example.com' },
        'another subject': { sub: 'another' },
        'a list': [],
      }),
    )('oauth:user_info_parse_failed for %s', (_name, body) =>
      expectFault(() => Object.assign(provider, { userinfo: { body } }), 'oauth:user_info_parse_failed'),
    )

    test.each(['true', 1, undefined, false, null])('oauth:email_not_verified for %j [OA5]', (verified) =>
      expectFault(() => Object.assign(provider.claims, { email_verified: verified }), 'oauth:email_not_verified'),
    )

    test('oauth:email_already_exists: never linked by e-mail, however it is spelt [OA5]', async () => {
      const { person } = await signedUp(app)
      await expectFault(
        () => Object.assign(provider.claims, { email: person.email.toUpperCase() }),
        'oauth:email_already_exists',
      )
    })

    test('a token endpoint that hangs is given up after five seconds', async () => {
      const server = createServer((request, response) => {
        const base = `http://${request.headers.host}`
        if (request.url !== '/.well-known/openid-configuration') return
        const endpoints = { authorization_endpoint: `${base}/a`, token_endpoint: `${base}/t`, jwks_uri: `${base}/k` }
        response.end(JSON.stringify({ issuer: base, ...endpoints }))
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const hung = await startApp({ ...env, GOOGLE_ISSUER: issuer })
      const client = hung.client()
      const { body } = await client.get('/v0/auth/oauth/google/authorize')
      const state = new URL(String(body.auth_url)).searchParams.get('state')
      const started = performance.now()
      expect((await client.post(url, { code: 'c', state })).code).toBe('oauth:token_exchange_failed')
      expect(performance.now() - started).toBeGreaterThan(4500)
      expect(performance.now() - started).toBeLessThan(6500)
      await hung.close()
      server.closeAllConnections()
      server.close()
    })
  })

  test('tokens of the provider are stored nowhere [OA8]', async () => {
    provider.reset(newcomer())
    provider.token = {}
    await withAccount()
    for (const { name } of await app.sql<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    ))
      expect(JSON.stringify(await app.sql(`select t::text from ${name} t`))).not.toMatch(/eyJ[\w-]{20}/)
  })

  test('worker faults of the device link', async () => {
    const { who } = await withAccount()
    for (const [broken, code] of await brokenWorkers(app, env)) {
      provider.reset(who)
      expect((await login(broken.client())).code).toBe(code)
    }
  })

  test('rate_limit:exceeded when the owner was sent five device links', async () => {
    const strict = await startApp({ ...env, RATE_LIMITS: 'on' })
    const who = newcomer()
    provider.reset(who)
    const client = strict.client()
    const { body } = await login(client)
    await client.post('/v0/auth/complete-signup', {
      pending_token: body.pending_token,
      handle: 'limited',
      display_name: 'L',
    })
    for (let time = 0; time < 5; time++) expect((await login(strict.client())).status).toBe(202)
    expect((await login(strict.client())).code).toBe('rate_limit:exceeded')
    await strict.close()
  })
})
