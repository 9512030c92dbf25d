import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { appWith } from '../support/mail-way.ts'
import { signedUp } from '../support/people.ts'
import { arrive, OidcProvider } from '../support/provider.ts'

const url = '/v0/auth/oauth/google/authorize'
const provider = new OidcProvider()
let app: TestApp
beforeAll(async () => {
  const issuer = await provider.start()
  app = await startApp({
    GOOGLE_CLIENT_ID: 'cid',
    GOOGLE_CLIENT_SECRET: 's',
    GOOGLE_ISSUER: issuer,
    GITHUB_CLIENT_ID: 'gid',
    GITHUB_CLIENT_SECRET: 's',
  })
})
afterAll(async () => {
  await app.close()
  await provider.stop()
})

beforeEach(() => provider.reset({}))

const authUrlOf = ({ body }: { readonly body: Record<string, unknown> }) => new URL(String(body.auth_url)).searchParams

describe('GET /v0/auth/oauth/{provider}/authorize', () => {
  test('code flow with PKCE, state and nonce; the page to come back to is the configured one [OA1 OA2 OA8]', async () => {
    const answer = await app.client().get(`${url}?redirect_to=/welcome`)
    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store'])
    const { origin, searchParams } = new URL(String(answer.body.auth_url))
    expect(origin).toBe(provider.url)
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: 'cid',
      redirect_uri: 'https://app.example.com/account/oauth/google/callback',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    })
  })

  test('GitHub has no nonce', async () => {
    const { body } = await app.client().get('/v0/auth/oauth/github/authorize')
    const auth = new URL(String(body.auth_url))
    expect([auth.origin + auth.pathname, auth.searchParams.has('nonce'), auth.searchParams.get('scope')]).toEqual([
      'https://github.com/login/oauth/authorize',
      false,
      'read:user user:email',
    ])
  })

  test('every attempt has its own state, nonce and challenge, and the verifier of the challenge goes to the provider [OA1]', async () => {
    const client = app.client()
    const [first, second] = [authUrlOf(await client.get(url)), authUrlOf(await client.get(url))]
    for (const name of ['state', 'nonce', 'code_challenge']) expect(first.get(name)).not.toBe(second.get(name))

    const sent = await arrive(client, 'google')
    await client.post('/v0/auth/oauth/google/login', sent)
    expect(provider.asked).toMatchObject({
      grant_type: 'authorization_code',
      code: sent.code,
      code_verifier: expect.stringMatching(/^[\w.~-]{43,128}$/),
      redirect_uri: 'https://app.example.com/account/oauth/google/callback',
    })
  })

  test("another page to come back to, and other origins to go on to, are the configuration's to name [OA2 OA7]", async () => {
    const configured = await appWith({
      GITHUB_CLIENT_ID: 'gid',
      GITHUB_CLIENT_SECRET: 's',
      OAUTH_REDIRECT_URL: 'https://login.example.net/{provider}/back',
      OAUTH_REDIRECT_ALLOW: 'https://one.example.net,https://two.example.net:8443',
    })
    const ask = (redirectTo: string) =>
      configured.client().get(`/v0/auth/oauth/github/authorize?redirect_to=${encodeURIComponent(redirectTo)}`)
    expect(authUrlOf(await ask('https://two.example.net:8443/x')).get('redirect_uri')).toBe(
      'https://login.example.net/github/back',
    )
    expect((await ask('https://app.example.com/x')).code).toBe('oauth:invalid_redirect_url')
  })

  test("the browser's name for itself is made by the server only, and kept", async () => {
    const client = app.client()
    const [cookie, aside, ...others] = (await client.get(url)).setCookies
    expect(cookie).toMatch(/^__Host-anonymous_user_id=\S+; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect(aside).toMatch(
      /^__Host-anonymous_user_id_[0-9a-f]{8}=\S+; Max-Age=1800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    expect(others).toEqual([])
    expect((await client.get(url)).setCookies).toEqual([])
    const own = client.cookies.get('__Host-anonymous_user_id') ?? ''
    for (const planted of ['mine', `${own.slice(0, -1)}${own.endsWith('A') ? 'Q' : 'A'}`, own.replace(/^1/, '7')]) {
      client.cookies.set('__Host-anonymous_user_id', planted)
      expect((await client.get(url)).setCookies).toHaveLength(2)
      expect(client.cookies.get('__Host-anonymous_user_id')).not.toBe(planted)
    }
  })

  test.each(['nobody', 'GOOGLE', '..%2Fgoogle', '%00'])('oauth:provider_not_found for %s', async (slug) => {
    const answer = await app.client().get(`/v0/auth/oauth/${slug}/authorize`)
    expect([answer.status, answer.code]).toEqual([404, 'oauth:provider_not_found'])
  })

  test.each([
    '',
    'welcome',
    '//evil.example',
    '/\\evil.example',
    '/%2Fevil.example',
    '/%252Fevil.example',
    '/%5Cevil.example',
    '/%255Cevil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/\t/evil.example',
    '/%09/evil.example',
    '/a\r\nLocation: https://evil.example',
    '/%0D%0ALocation:x',
    '/\u2044evil.example',
    '/\uff0fevil.example',
    'https://evil.example',
    'https://app.example.com.evil.example',
    'https://app.example.com@evil.example',
    'https://app.example.com:8443/',
    'https://user@app.example.com/',
    'http://app.example.com/',
    'javascript:alert(1)',
  ])('oauth:invalid_redirect_url for %j, and no state is made [OA7]', async (text) => {
    const client = app.client()
    const before = await app.sql('select count(*) from oauth_states')
    const answer = await client.get(`${url}?redirect_to=${encodeURIComponent(text)}`)
    expect([answer.status, answer.code]).toEqual([400, 'oauth:invalid_redirect_url'])
    expect(await app.sql('select count(*) from oauth_states')).toEqual(before)
  })

  test.each(['steal', 'LINK', ''])('general:validation_error for the flow %j', async (flow) => {
    const { code, body } = await app.client().get(`${url}?flow=${flow}`)
    expect([code, body.fields]).toEqual([
      'general:validation_error',
      [{ path: '/flow', rule: 'one_of', values: ['login', 'link'] }],
    ])
  })

  test('general:bad_request for a parameter given twice', async () => {
    for (const query of ['redirect_to=/a&redirect_to=/b', 'flow=link&flow=link'])
      expect((await app.client().get(`${url}?${query}`)).code).toBe('general:bad_request')
  })

  test('oauth:invalid_auth_url while the discovery document cannot be read, and once it can no longer', async () => {
    const document = '/.well-known/openid-configuration'
    const late = await appWith({ GOOGLE_CLIENT_ID: 'cid', GOOGLE_CLIENT_SECRET: 's', GOOGLE_ISSUER: provider.url })
    const ask = () => late.client().get(url)
    for (const fault of ['cut', { status: 503, text: '{}' }, { text: '<html>' }, { text: '[]' }] as const) {
      provider.faults[document] = fault
      expect([fault, (await ask()).code]).toEqual([fault, 'oauth:invalid_auth_url'])
    }
    delete provider.faults[document]
    for (const wrong of [{ issuer: 'https://evil.example' }, { issuer: `${provider.url}/` }, { jwks_uri: null }]) {
      provider.discovery = wrong
      expect([wrong, (await ask()).code]).toEqual([wrong, 'oauth:invalid_auth_url'])
    }

    provider.discovery = {}
    provider.faults[document] = 'hang'
    const started = performance.now()
    expect((await ask()).code).toBe('oauth:invalid_auth_url')
    expect(performance.now() - started).toBeGreaterThan(4500)
    expect(performance.now() - started).toBeLessThan(7000)

    delete provider.faults[document]
    expect((await ask()).status).toBe(200)
    // It is remembered: what happens to it now, nobody sees.
    provider.faults[document] = 'cut'
    expect((await ask()).status).toBe(200)
  })

  test('rate_limit:exceeded after thirty in a minute', async () => {
    const strict = await appWith({ RATE_LIMITS: 'on', GITHUB_CLIENT_ID: 'g', GITHUB_CLIENT_SECRET: 's' })
    const ask = () => strict.client().get('/v0/auth/oauth/github/authorize')
    for (let time = 0; time < 30; time++) expect((await ask()).status).toBe(200)
    expect((await ask()).code).toBe('rate_limit:exceeded')
  })

  describe('flow=link', () => {
    const linkUrl = `${url}?flow=link`
    const bearing = (token: string) => app.client().get(linkUrl, { headers: { authorization: `Bearer ${token}` } })
    const statesOf = async () => (await app.sql('select id from oauth_states')).length

    test('with a session that was opened of late, as cookie or bearer', async () => {
      const { client } = await signedUp(app)
      expect((await client.get(linkUrl)).status).toBe(200)
      expect((await bearing(client.cookies.get('__Host-session_id') ?? '')).status).toBe(200)
    })

    test('user:unauthorized', async () => {
      const before = await statesOf()
      const answer = await app.client().get(linkUrl)
      expect([answer.status, answer.code, answer.setCookies]).toEqual([401, 'user:unauthorized', []])
      expect(await statesOf()).toBe(before)
    })

    test.each([
      ['user:invalid_session', 'junk'],
      ['session:not_found', makeToken('session').text],
      ['user:invalid_token', 'e30.e30.AAAA'],
    ])('%s', async (code, token) => {
      expect((await bearing(token)).code).toBe(code)
    })

    test.each([
      ['user:invalid_session', 'ended_at = now()'],
      ['session:expired', 'expires_at = now()'],
      ['session:invalid_user_id', 'user_id = gen_random_uuid()'],
      ['user:reauthentication_required', "authenticated_at = now() - interval '5 minutes 1 second'"],
    ])('%s of a session with %s; without flow=link it is nobody and no error', async (code, change) => {
      const { person, client } = await signedUp(app)
      await app.sql(`update sessions set ${change} where user_id = (select id from users where email = $1)`, [
        person.email,
      ])
      expect((await client.get(url)).status).toBe(200)
      expect((await client.get(linkUrl)).code).toBe(code)
    })

    test('user:banned', async () => {
      const { person, client } = await signedUp(app)
      await app.sql('update users set banned_at = now() where email = $1', [person.email])
      expect((await client.get(linkUrl)).code).toBe('user:banned')
    })
  })
})
