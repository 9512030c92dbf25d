import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { makeKey, type Reply, shapeIssuer, startOtherServer } from '../support/native-provider.ts'
import { newcomer } from '../support/provider.ts'
import {
  administratorOf,
  answerPlainly,
  comeFrom,
  comeSigned,
  registerProvider,
} from '../support/registered-provider.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'

const other = await startOtherServer()
const key = await makeKey('one')
let app: TestApp
let admin: TestClient
let slug: string
/** On the same database, as an operator runs it: at the usual level of the log, in development. */
let server: ServerProcess
beforeAll(async () => {
  app = await startApp()
  admin = await administratorOf(app)
  slug = await registerProvider(admin, other, { plain: true })
  const { databaseUrl: DATABASE_URL = '', keysDir: KEYS_DIR } = app.config
  server = await startServerProcess({ APP_ENV: 'development', LOG_LEVEL: 'info', DATABASE_URL, KEYS_DIR })
})
afterAll(async () => {
  await server.stop()
  await app.close()
  other.stop()
})

const bodyOf = async (reply: Response) => (await reply.json()) as Record<'auth_url' | 'code' | 'details', string>

/** Comes back from the provider at the server; gives the answer, and what was logged of it. */
async function come() {
  const asked = await fetch(`${server.origin}/v0/auth/oauth/${slug}/authorize`)
  const state = new URL((await bodyOf(asked)).auth_url).searchParams.get('state')
  const cookie = asked.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const before = server.output().length
  const reply = await fetch(`${server.origin}/v0/auth/oauth/${slug}/login`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ code: 'the-code-that-was-given', state }),
  })
  const { code, details } = await bodyOf(reply)
  const said = () => server.output().slice(before)
  await expect.poll(said).toContain('"route":"/v0/auth/oauth/:provider/login"')
  const lines = said()
    .split('\n')
    .filter((line) => line.includes('"level":40'))
  return { code, details, said: said(), lines: lines.map((line) => JSON.parse(line)) }
}

const refusal = { error: 'invalid_client', error_description: 'client secret expired' }

describe('why the token endpoint refuses', () => {
  test('one line with name, endpoint, status, error and description; the same in the details of development [FD8]', async () => {
    other.replies.set('/token', { status: 401, body: { ...refusal, more: 'not-for-anybody' } })
    const { code, details, lines, said } = await come()
    expect(code).toBe('oauth:token_exchange_failed')
    expect(details).toBe('The token endpoint answered 401: invalid_client (client secret expired).')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ provider: slug, endpoint: 'token endpoint', status: 401, ...refusal })
    expect(said).not.toContain('not-for-anybody')
  })

  test('a refusal with 200, as GitHub gives it [FD8]', async () => {
    other.replies.set('/token', { body: { error: 'bad_verification_code', error_uri: 'https://x.example/marker-z' } })
    const { code, details, lines, said } = await come()
    expect([code, details]).toEqual([
      'oauth:token_exchange_failed',
      'The token endpoint answered 200: bad_verification_code.',
    ])
    expect(lines).toMatchObject([{ provider: slug, status: 200, error: 'bad_verification_code' }])
    expect(said).not.toContain('marker-z')
  })

  const marker = 'marker-q9x'
  test.each<[string, Reply]>([
    ['a page', { status: 500, body: `<html>${marker}` }],
    ['a page with 200', { body: `${marker} <html>` }],
    ['text that almost is JSON', { body: `{"access_token": ${marker}}` }],
    ['JSON text', { status: 400, body: JSON.stringify(marker) }],
    ['a list', { status: 400, body: [{ error: marker }] }],
    ['an error that is no text', { status: 400, body: { error: { message: marker } } }],
    ['an error that is no code', { status: 400, body: { error: `${marker}\n${'x'.repeat(200)}` } }],
    ['a description that is no text', { status: 400, body: { error: 'x', error_description: [marker] } }],
    [
      'what goes on after the longest description',
      { status: 400, body: { error: 'x', error_description: 'y'.repeat(500) + marker } },
    ],
    ['other fields', { status: 400, body: { error: 'x', message: marker, detail: marker, access_token: marker } }],
    ['tokens beside an error', { body: { error: 'x', access_token: marker } }],
    ['a redirect', { status: 302, headers: { location: `https://elsewhere.example/path?x=${marker}#${marker}` } }],
    ['a header', { status: 401, headers: { 'www-authenticate': `Basic realm="${marker}"` } }],
  ])('of %s nothing but status and code gets anywhere [FD8]', async (_name, reply) => {
    other.replies.set('/token', reply)
    const { code, details, said } = await come()
    expect(code).toBe('oauth:token_exchange_failed')
    expect(`${details} ${said}`).not.toContain(marker)
  })

  test('a description is one line, without what was sent [FD8]', async () => {
    const echo = 'no client a-client-secret:with%and+\r\nTrace: the-code-that-was-given\u001b[31m\u2028end'
    other.replies.set('/token', { status: 400, body: { error: 'invalid_grant', error_description: echo } })
    const { details, said } = await come()
    expect(details).toBe('The token endpoint answered 400: invalid_grant (no client … Trace: … [31m end).')
    for (const secret of ['a-client-secret', 'the-code-that-was-given']) expect(said).not.toContain(secret)
  })

  test('a redirect says whereto, a silence that there was none [FD14]', async () => {
    other.replies.set('/token', { status: 301, headers: { location: 'https://new.example/oauth/token?x=1' } })
    expect((await come()).details).toBe('The token endpoint answered 301, to https://new.example/oauth/token.')
    other.replies.set('/token', { how: 'cut' })
    const { details, lines } = await come()
    expect(details).toBe(`${new URL(other.url).host} did not answer.`)
    expect(lines).toMatchObject([{ provider: slug, endpoint: 'token endpoint', cause: { name: 'Error' } }])
  })
})

test('why the user info refuses, from its body or RFC 6750’s header, without the token [FD8]', async () => {
  answerPlainly(other, {})
  const told = 'Bearer realm="x", error="insufficient_scope", error_description="from-the-provider lacks email"'
  other.replies.set('/userinfo', { status: 403, headers: { 'www-authenticate': told } })
  const { code, details, lines, said } = await come()
  expect([code, details]).toEqual([
    'oauth:user_info_fetch_failed',
    'The user info answered 403: insufficient_scope (… lacks email).',
  ])
  expect(lines).toMatchObject([{ provider: slug, endpoint: 'user info', status: 403, error: 'insufficient_scope' }])
  expect(said).not.toContain('from-the-provider')
  other.replies.set('/userinfo', { body: '<html>marker-u</html>' })
  const unreadable = await come()
  expect([unreadable.code, unreadable.details]).toEqual(['oauth:user_info_parse_failed', 'The answer is not JSON.'])
  expect(unreadable.said).not.toContain('marker-u')
  other.replies.set('/userinfo', { body: { ok: false, error: 'invalid_auth' } })
  const refused = await come()
  expect([refused.code, refused.details]).toEqual([
    'oauth:user_info_parse_failed',
    'The user info answered 200: invalid_auth.',
  ])
})

test('outside development no details, and the same line in the log [FD8]', async () => {
  other.replies.set('/token', { status: 401, body: refusal })
  const { code, body } = await comeFrom(app.client(), slug)
  expect([code, Object.keys(body)]).toEqual(['oauth:token_exchange_failed', ['status', 'code']])
})

test('what an ID token does wrong is said, and no byte of it [FD8]', async () => {
  shapeIssuer(other, [key.jwk])
  const signed = await registerProvider(admin, other)
  const answer = await comeSigned(
    app.client(),
    signed,
    { server: other, key },
    { idToken: { ...newcomer(), aud: 'x' } },
  )
  expect(answer.code).toBe('oauth:token_exchange_failed')
})

describe('why a discovery document is refused', () => {
  const register = async (reply: Reply) => {
    const body = { slug: 'refused', name: 'R', client_id: 'c', client_secret: 's', issuer: other.url }
    other.replies.set('/.well-known/openid-configuration', reply)
    const before = server.output().length
    const answer = await fetch(`${server.origin}/v0/admin/oauth/providers`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${admin.cookies.get('__Host-session_id')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    })
    const { code, details } = await bodyOf(answer)
    await expect.poll(() => server.output().slice(before)).toContain(details.slice(0, -1).replaceAll('"', '\\"'))
    return [code, details]
  }
  const shaped = (changed: object) => ({ body: { ...shapeIssuer(other, []), ...changed } })

  test.each<[string, () => Reply, () => string]>([
    [
      'another issuer',
      () => shaped({ issuer: 'https://other.example/' }),
      () => `The discovery document names the issuer "https://other.example/", not "${other.url}".`,
    ],
    [
      'a slash more',
      () => shaped({ issuer: `${other.url}/` }),
      () => `The discovery document names the issuer "${other.url}/", not "${other.url}".`,
    ],
    [
      'fields that are missing, or none',
      () => shaped({ jwks_uri: undefined, token_endpoint: 'x' }),
      () => 'The discovery document lacks, or has no usable, token_endpoint, jwks_uri.',
    ],
    ['a list', () => ({ body: [] }), () => 'The discovery document is no JSON object.'],
    ['a page', () => ({ body: '<html>' }), () => 'The discovery document is not JSON.'],
    [
      'a redirect',
      () => ({ status: 301, headers: { location: '/elsewhere?x=1' } }),
      () => 'The discovery document answered 301, to /elsewhere.',
    ],
    ['an error', () => ({ status: 404 }), () => 'The discovery document answered 404.'],
  ])('%s: to whoever registers it, and in the log [FD14]', async (_name, reply, sentence) => {
    expect(await register(reply())).toEqual(['oauth:invalid_auth_url', sentence()])
  })

  test('null or an empty text in a field that may be missing is nothing [FD14]', async () => {
    const nothing = {
      userinfo_endpoint: '',
      token_endpoint_auth_methods_supported: null,
      authorization_response_iss_parameter_supported: null,
    }
    other.replies.set('/.well-known/openid-configuration', shaped(nothing))
    await registerProvider(admin, other)
  })

  test('an endpoint that may not be asked is named [FD14]', async () => {
    const { body } = shaped({ jwks_uri: 'http://10.0.0.1/' })
    other.replies.set('/.well-known/openid-configuration', { body })
    const answer = await fetch(`${server.origin}/v0/admin/oauth/providers`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${admin.cookies.get('__Host-session_id')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ slug: 'refused', name: 'R', client_id: 'c', client_secret: 's', issuer: other.url }),
    })
    expect((await bodyOf(answer)).details).toMatch(/^jwks_uri must be /)
  })
})
