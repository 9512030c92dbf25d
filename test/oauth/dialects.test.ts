import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { somebody } from '../moderation/support.ts'
import { frontendUrl, publicUrl } from '../support/app.ts'
import { makeKey, type Reply, shapeIssuer } from '../support/native-provider.ts'
import { newcomer } from '../support/provider.ts'
import {
  answerPlainly,
  beginAt,
  comeFrom,
  comeSigned,
  registerProvider,
  startBesideOtherServer,
} from '../support/registered-provider.ts'

const url = '/v0/admin/oauth/providers'
const { server, key, app, admin, stop } = await startBesideOtherServer()
afterAll(stop)

const byIssuer = (more: object = {}) => {
  shapeIssuer(server, [key.jwk])
  return registerProvider(admin, server, { ...more })
}
const plain = (more: object = {}) => registerProvider(admin, server, { plain: true, ...more })
const change = (slug: string, body: object) => admin.send('PATCH', `${url}/${slug}`, { body })
const attempt = (more: object) =>
  admin.post(url, {
    ...{ slug: 'refused', name: 'R', client_id: 'c', client_secret: 's' },
    ...{
      authorization_endpoint: `${server.url}/a`,
      token_endpoint: `${server.url}/t`,
      userinfo_endpoint: `${server.url}/u`,
    },
    ...more,
  })
const lastAsked = (path: string) => server.asked.findLast((one) => one.path === path)

describe('token_endpoint_auth_method', () => {
  const secret = 'a-client-secret:with%and+'
  const inHeader = {
    authorization: `Basic ${Buffer.from('postern:a-client-secret%3Awith%25and%2B').toString('base64')}`,
  }
  const expectWay = async (slug: string, way: string) => {
    answerPlainly(server, { ...newcomer() })
    await comeFrom(app.client(), slug)
    const { headers, body } = lastAsked('/token') ?? { headers: {}, body: '' }
    const form = new URLSearchParams(body)
    const sent = [headers.authorization, form.get('client_id'), form.get('client_secret')]
    const isPost = way === 'client_secret_post'
    expect(sent).toEqual(isPost ? [undefined, 'postern', secret] : [inHeader.authorization, null, null])
  }

  test.each(['client_secret_basic', 'client_secret_post'])(
    '%s is how the secret is sent, from POST and PATCH on [FD9]',
    async (way) => {
      const slug = await plain({ token_endpoint_auth_method: way })
      await expectWay(slug, way)
      const other = way === 'client_secret_post' ? 'client_secret_basic' : 'client_secret_post'
      const { body } = await change(slug, { token_endpoint_auth_method: other })
      expect(body.token_endpoint_auth_method).toBe(other)
      await expectWay(slug, other)
      expect((await change(slug, { name: 'New' })).body.token_endpoint_auth_method).toBe(other)
      const { token_endpoint } = body
      expect((await change(slug, { token_endpoint })).body.token_endpoint_auth_method).toBe(other)
    },
  )

  test.each([
    [undefined, 'client_secret_basic'],
    [['client_secret_post'], 'client_secret_post'],
    [['private_key_jwt', 'client_secret_post', 'none'], 'client_secret_post'],
    [['none'], 'client_secret_post'],
    [['client_secret_post', 'client_secret_basic'], 'client_secret_basic'],
  ])('an issuer that says %j is asked with %s, unless the administrator says otherwise [FD9]', async (methods, way) => {
    const document = { ...shapeIssuer(server, [key.jwk]), token_endpoint_auth_methods_supported: methods }
    server.replies.set('/.well-known/openid-configuration', { body: document })
    const { body } = await change(await registerProvider(admin, server), {})
    expect(body.token_endpoint_auth_method).toBe(way)
    const said = await registerProvider(admin, server, { token_endpoint_auth_method: 'client_secret_post' })
    expect((await change(said, { issuer: server.url })).body.token_endpoint_auth_method).toBe('client_secret_post')
  })

  test.each(['private_key_jwt', 'client_secret_jwt', 'tls_client_auth', 'none', 'basic', 'Client_Secret_Post'])(
    'general:validation_error for %s, which nobody here can do [FD9]',
    async (token_endpoint_auth_method) => {
      const values = ['client_secret_basic', 'client_secret_post']
      const fields = [{ path: '/token_endpoint_auth_method', rule: 'one_of', values }]
      const wish = { token_endpoint_auth_method }
      for (const { code, body } of [await attempt(wish), await change(await plain(), wish)])
        expect([code, body.fields]).toEqual(['general:validation_error', fields])
    },
  )

  test('oauth:invalid_auth_url for an issuer that takes the secret in no way of ours [FD9]', async () => {
    const document = { ...shapeIssuer(server, []), token_endpoint_auth_methods_supported: ['private_key_jwt'] }
    server.replies.set('/.well-known/openid-configuration', { body: document })
    expect((await attempt({ issuer: server.url })).code).toBe('oauth:invalid_auth_url')
  })
})

describe('email_verification', () => {
  const comeWith = async (slug: string, verified: unknown) => {
    const { sub, email } = newcomer()
    const claims = { sub, email, email_verified: verified }
    return comeSigned(app.client(), slug, { server, key }, { idToken: { sub }, userInfo: claims })
  }

  test('trusted: an address counts that is not denied, and none is no address [FD11]', async () => {
    const slug = await byIssuer({ email_verification: 'trusted' })
    for (const verified of [undefined, null, true, 'true'])
      expect([verified, (await comeWith(slug, verified)).status]).toEqual([verified, 200])
    for (const verified of [false, 'false', 0, 'no'])
      expect([verified, (await comeWith(slug, verified)).code]).toEqual([verified, 'oauth:email_not_verified'])
    const { sub } = newcomer()
    const none = await comeSigned(app.client(), slug, { server, key }, { idToken: { sub }, userInfo: { sub } })
    expect(none.code).toBe('oauth:email_not_verified')
  })

  test('claim, which it is unless said otherwise: true alone counts [FD11]', async () => {
    for (const slug of [await byIssuer(), await byIssuer({ email_verification: 'claim' })]) {
      expect((await comeWith(slug, true)).status).toBe(200)
      for (const verified of [undefined, 'true', false]) {
        const { code } = await comeWith(slug, verified)
        expect([verified, code]).toEqual([verified, 'oauth:email_not_verified'])
      }
    }
  })

  test('a change counts from the next arrival on [FD11]', async () => {
    const slug = await byIssuer()
    expect((await comeWith(slug, undefined)).code).toBe('oauth:email_not_verified')
    expect((await change(slug, { email_verification: 'trusted' })).body.email_verification).toBe('trusted')
    expect((await comeWith(slug, undefined)).status).toBe(200)
    expect((await change(slug, { email_verification: 'believed' })).body.fields).toEqual([
      { path: '/email_verification', rule: 'one_of', values: ['claim', 'trusted', 'mail'] },
    ])
  })

  test('trusted in an app: the ID token alone [FD11]', async () => {
    const slug = await byIssuer({ email_verification: 'trusted', audiences: ['com.example.app'] })
    const seconds = Math.floor(Date.now() / 1000)
    const post = async (claims: object) => {
      const { sub, email } = newcomer()
      const idToken = await key.sign({ iss: server.url, iat: seconds, exp: seconds + 60, sub, email, ...claims })
      return app.client().post(`/v0/app/auth/oauth/${slug}/token`, { id_token: idToken })
    }
    expect((await post({ aud: 'com.example.app', email_verified: 'true' })).status).toBe(200)
    expect((await post({ aud: 'postern' })).status).toBe(200)
    expect((await post({ aud: 'com.example.app', email_verified: 'false' })).code).toBe('oauth:email_not_verified')
    expect((await post({ aud: 'com.example.other' })).code).toBe('oauth:invalid_id_token')
  })

  test('user:second_factor_required for another audience: what is meant for it would open accounts here [AT11]', async () => {
    const slug = await byIssuer({ audiences: ['one'] })
    const { client: one } = await somebody(app, 'admin')
    const changeByOne = (body: object) => one.send('PATCH', `/v0/admin/oauth/providers/${slug}`, { body })
    expect((await changeByOne({ audiences: ['one', 'two'] })).code).toBe('user:second_factor_required')
    expect((await changeByOne({ audiences: ['one'], name: 'N' })).status).toBe(200)
  })
})

describe('nonce', () => {
  const comeWith = async (slug: string, nonce: unknown) => {
    const who = newcomer()
    return comeSigned(app.client(), slug, { server, key }, { idToken: { ...who, nonce }, userInfo: who })
  }

  test('if_present: an ID token without it passes, one with another does not [FD11]', async () => {
    const slug = await byIssuer({ nonce: 'if_present' })
    expect((await comeWith(slug, undefined)).status).toBe(200)
    for (const nonce of ['another', '', null, 1, ['another']])
      expect([nonce, (await comeWith(slug, nonce)).code]).toEqual([nonce, 'oauth:token_exchange_failed'])
    const asIs = await comeSigned(app.client(), slug, { server, key }, { idToken: newcomer(), userInfo: {} })
    expect(asIs.code).toBe('oauth:user_info_parse_failed')
  })

  test('required, which it is unless said otherwise: no token without it [FD11]', async () => {
    for (const slug of [await byIssuer(), await byIssuer({ nonce: 'required' })])
      expect((await comeWith(slug, undefined)).code).toBe('oauth:token_exchange_failed')
  })
})

test.each([undefined, '', null, 5])(
  'an issuer whose access token is %j: the ID token says it all [FD11]',
  async (token) => {
    const slug = await byIssuer()
    const asked = server.timesAsked('/userinfo')
    const who = newcomer()
    const told = { idToken: { ...who }, tokens: { access_token: token } }
    const { status, body } = await comeSigned(app.client(), slug, { server, key }, told)
    expect([status, body.email, server.timesAsked('/userinfo') - asked]).toEqual([200, who.email, 0])
  },
)

describe('signed user info', () => {
  const comeWith = async (sign: (claims: Record<string, unknown>) => string | Promise<string>) => {
    const slug = await byIssuer()
    const who = newcomer()
    const signed = await sign(who)
    const answering = () =>
      server.replies.set('/userinfo', { body: signed, headers: { 'content-type': 'application/jwt; charset=utf-8' } })
    return comeSigned(app.client(), slug, { server, key }, { idToken: { sub: who.sub }, answering })
  }

  test('that the provider signed counts, whether it says for whom or not [FD11]', async () => {
    for (const more of [{}, { iss: server.url, aud: 'postern' }, { iss: server.url, aud: ['postern', 'x'] }])
      expect((await comeWith((claims) => key.sign({ ...claims, ...more }))).status).toBe(200)
  })

  test('oauth:user_info_parse_failed for any other [FD11]', async () => {
    const stranger = await makeKey('one')
    const { privateKey } = await generateKeyPair('RS256')
    const forgeries: Record<string, (claims: Record<string, unknown>) => string | Promise<string>> = {
      'of another key': (claims) => stranger.sign(claims),
      'of an unknown key': (claims) =>
        new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'x' }).sign(privateKey),
      'of the client secret': (claims) =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256' })
          .sign(Buffer.from('a-client-secret:with%and+'.padEnd(32))),
      'not signed': (claims) => new UnsecuredJWT(claims).encode(),
      'for another client': (claims) => key.sign({ ...claims, aud: 'x' }),
      'of another issuer': (claims) => key.sign({ ...claims, iss: 'https://other.example' }),
      'that is over': (claims) => key.sign({ ...claims, exp: 1_000_000_000 }),
      'about somebody else': (claims) => key.sign({ ...claims, sub: 'somebody' }),
      'that is none': () => 'a.b.c',
      'that is encrypted': () => 'e30.a.b.c.d',
      'that is JSON after all': (claims) => JSON.stringify(claims),
    }
    for (const [name, forge] of Object.entries(forgeries))
      expect([name, (await comeWith(forge)).code]).toEqual([name, 'oauth:user_info_parse_failed'])
  })

  test('keys that were changed are asked for once more [FD12]', async () => {
    const slug = await byIssuer()
    await comeSigned(app.client(), slug, { server, key }, { idToken: newcomer(), userInfo: {} })
    const next = await makeKey('one')
    const who = newcomer()
    shapeIssuer(server, [{ ...key.jwk, kid: 'old' }, next.jwk])
    const signed = await next.sign(who)
    const idKey = { ...key, sign: (claims: object) => key.sign(claims as never, { kid: 'old' }) }
    const answering = () =>
      server.replies.set('/userinfo', { body: signed, headers: { 'content-type': 'application/jwt' } })
    const told = { idToken: { sub: who.sub }, answering }
    expect((await comeSigned(app.client(), slug, { server, key: idKey }, told)).status).toBe(200)
  })
})

describe('authorize_parameters', () => {
  test('go along, and take the place of nothing that the protocol says [FD11]', async () => {
    const authorize_parameters = {
      prompt: 'select_account',
      login_hint: 'a b&c',
      'x-tenant': 'ä',
      access_type: 'offline',
    }
    const slug = await byIssuer({ authorize_parameters })
    const sent = Object.fromEntries(await beginAt(app.client(), slug))
    expect(sent).toMatchObject({ ...authorize_parameters, response_type: 'code', client_id: 'postern' })
    expect((await change(slug, { authorize_parameters: {} })).body.authorize_parameters).toEqual({})
    expect((await beginAt(app.client(), slug)).has('prompt')).toBe(false)
  })

  test.each<[object, string, string]>([
    ...['client_id', 'redirect_uri', 'state', 'nonce', 'scope', 'response_type', 'code_challenge', 'request_uri'].map(
      (name) => [{ [name]: 'x' }, `/authorize_parameters/${name}`, 'reserved'] as [object, string, string],
    ),
    ...['Redirect_Uri', 'STATE', 'Request', 'Response_Mode'].map(
      (name) => [{ [name]: 'query' }, `/authorize_parameters/${name}`, 'reserved'] as [object, string, string],
    ),
    [{ response_mode: 'fragment' }, '/authorize_parameters/response_mode', 'one_of'],
    [{ response_mode: 'web_message' }, '/authorize_parameters/response_mode', 'one_of'],
    [{ 'a b': 'x' }, '/authorize_parameters/a b', 'charset'],
    [{ prompt: 'x'.repeat(513) }, '/authorize_parameters/prompt', 'max_length'],
    [{ prompt: 'a\u0000b' }, '/authorize_parameters/prompt', 'charset'],
    [Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`p${at}`, 'x'])), '/authorize_parameters', 'max_length'],
  ])('general:validation_error for %j [FD11]', async (authorize_parameters, path, rule) => {
    const { code, body } = await attempt({ authorize_parameters })
    expect([code, body.fields]).toMatchObject(['general:validation_error', [{ path, rule }]])
  })

  test.each([['prompt'], [{ prompt: 1 }], [{ prompt: null }], ['{}']])('general:bad_request for %j', async (wish) => {
    expect((await attempt({ authorize_parameters: wish })).code).toBe('general:bad_request')
  })
})

describe('POST /v0/auth/oauth/{provider}/form-post', () => {
  const post = (slug: string, text: string, headers: Record<string, string> = {}) =>
    app.client().send('POST', `/v0/auth/oauth/${slug}/form-post`, {
      bytes: Buffer.from(text),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    })
  const applelike = () =>
    byIssuer({ email_verification: 'trusted', authorize_parameters: { response_mode: 'form_post' } })

  test('the way of Apple: it posts to our page, the browser goes on to the front end’s, and that signs in [FD11]', async () => {
    const slug = await applelike()
    const client = app.client()
    const asked = await beginAt(client, slug)
    const page = `${publicUrl}/v0/auth/oauth/${slug}/form-post`
    expect([asked.get('redirect_uri'), asked.get('response_mode')]).toEqual([page, 'form_post'])
    const form = new URLSearchParams({
      state: asked.get('state') ?? '',
      code: 'c+d/e',
      user: '{"name":{}}',
      id_token: 'x',
    })
    const foreign = { origin: 'https://appleid.apple.com', 'sec-fetch-site': 'cross-site' }
    const { status, headers, setCookies } = await post(slug, form.toString(), foreign)
    expect([status, setCookies]).toEqual([303, []])
    const next = new URL(String(headers.location))
    expect(`${next.origin}${next.pathname}`).toBe(`${frontendUrl}/account/oauth/${slug}/callback`)
    expect(Object.fromEntries(next.searchParams)).toEqual({ state: asked.get('state'), code: 'c+d/e' })

    const { sub, email } = newcomer()
    const seconds = Math.floor(Date.now() / 1000)
    const claims = { iss: server.url, aud: 'postern', iat: seconds, exp: seconds + 60, nonce: asked.get('nonce') }
    const idToken = await key.sign({ ...claims, sub, email, email_verified: 'true' })
    server.replies.set('/token', { body: { id_token: idToken, token_type: 'Bearer' } } satisfies Reply)
    const arrival = { code: next.searchParams.get('code'), state: next.searchParams.get('state') }
    const answer = await client.post(`/v0/auth/oauth/${slug}/login`, arrival)
    expect([answer.status, answer.body.email]).toEqual([200, email])
    const sent = new URLSearchParams(lastAsked('/token')?.body)
    expect([sent.get('redirect_uri'), sent.get('code')]).toEqual([page, 'c+d/e'])
  })

  test('an error goes along, and nothing else that was posted [FD11]', async () => {
    const slug = await applelike()
    const { headers } = await post(
      slug,
      'error=user_cancelled_authorize&state=s&redirect_uri=https%3A%2F%2Fevil.example&x=1',
    )
    expect(headers.location).toBe(
      `${frontendUrl}/account/oauth/${slug}/callback?state=s&error=user_cancelled_authorize`,
    )
    expect((await post(slug, '')).headers.location).toBe(`${frontendUrl}/account/oauth/${slug}/callback`)
  })

  test('a session that came along is neither read nor touched [FD11]', async () => {
    const slug = await applelike()
    const cookie = `__Host-session_id=${admin.cookies.get('__Host-session_id')}`
    const answer = await post(slug, 'code=c', {
      cookie,
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
    })
    expect([answer.status, answer.setCookies]).toEqual([303, []])
  })

  test('oauth:provider_not_found, general:bad_request, FILE_TOO_LARGE', async () => {
    const slug = await applelike()
    for (const unknown of ['nobody', 'google', '%00', '..%2Fx'])
      expect([unknown, (await post(unknown, 'code=c')).code]).toEqual([unknown, 'oauth:provider_not_found'])
    expect((await post(slug, `code=${'x'.repeat(16 * 1024)}`)).code).toBe('FILE_TOO_LARGE')
    expect((await post(slug, 'code=c', { 'content-type': 'text/plain' })).code).toBe('general:bad_request')
    const json = { body: { code: 1 } }
    expect((await app.client().send('POST', `/v0/auth/oauth/${slug}/form-post`, json)).code).toBe('general:bad_request')
  })
})
