import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { signedUp } from '../support/people.ts'
import { arrive, OidcProvider } from '../support/provider.ts'

const url = '/v0/admin/oauth/providers'
const provider = new OidcProvider()
let app: TestApp
let admin: TestClient
beforeAll(async () => {
  await provider.start()
  app = await startApp()
  const { person, client } = await signedUp(app)
  await app.sql("insert into user_roles (user_id, role) select id, 'admin' from users where email = $1", [person.email])
  admin = client
})
afterAll(async () => {
  await app.close()
  await provider.stop()
})

let count = 0
const byIssuer = (more: object = {}) => ({
  slug: `acme-${++count}`,
  name: 'Acme',
  client_id: provider.clientId,
  client_secret: provider.clientSecret,
  issuer: provider.url,
  ...more,
})
const byHand = (more: object = {}) => ({
  ...byIssuer(),
  issuer: undefined,
  authorization_endpoint: `${provider.url}/authorize`,
  token_endpoint: `${provider.url}/token`,
  userinfo_endpoint: `${provider.url}/userinfo`,
  ...more,
})
const register = (body: object) => admin.post(url, body)
const change = (slug: string, body: object) => admin.send('PATCH', `${url}/${slug}`, { body })
const remove = (slug: string) => admin.send('DELETE', `${url}/${slug}`)
const comeIn = async (slug: string, sub: string) => {
  provider.reset({ sub, email: `${sub}@example.com`, email_verified: true })
  const client = app.client()
  return { client, answer: await client.post(`/v0/auth/oauth/${slug}/login`, await arrive(client, slug)) }
}

describe(`POST ${url}`, () => {
  test.each([
    ['its issuer', byIssuer],
    ['its endpoints', byHand],
  ])('by %s: users sign in, and the secret is shown and stored nowhere', async (_name, make) => {
    const wish = make()
    const answer = await register(wish)
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ slug: wish.slug, name: 'Acme', token_endpoint: `${provider.url}/token` })
    for (const seen of [answer, await admin.get(url)])
      expect(JSON.stringify(seen.body)).not.toContain(provider.clientSecret)
    const rows = JSON.stringify(await app.sql("select encode(sealed_client_secret, 'escape') from oauth_providers"))
    expect(rows).not.toContain(provider.clientSecret)
    expect((await comeIn(wish.slug, `by-${wish.slug}`)).answer.body).toHaveProperty('pending_token')
    expect((await app.client().get('/v0/auth/oauth/providers')).body.providers).toContainEqual({
      slug: wish.slug,
      name: 'Acme',
    })
  })

  test('general:validation_error: rules of the slug, and one that is taken', async () => {
    const { slug } = (await register(byIssuer())).body
    for (const [text, rule] of [
      ['x', 'min_length'],
      ['x'.repeat(33), 'max_length'],
      ['Acme', 'charset'],
      [slug, 'taken'],
      ['google', 'taken'],
      ['github', 'taken'],
    ]) {
      const { code, body } = await register(byIssuer({ slug: text }))
      expect([code, body.fields]).toMatchObject(['general:validation_error', [{ path: '/slug', rule }]])
    }
    const host = await register(byIssuer({ image_hosts: ['https://x'] }))
    expect(host.body.fields).toEqual([{ path: '/image_hosts/0', rule: 'format' }])
  })

  test('general:bad_request names what is missing', async () => {
    expect((await register({})).code).toBe('general:bad_request')
    const { code, body } = await register(byHand({ token_endpoint: undefined }))
    expect([code, body.fields]).toEqual(['general:bad_request', [{ path: '/token_endpoint', rule: 'required' }]])
  })

  const noUrls = [
    'javascript:alert(1)',
    '/authorize',
    'https://user@example.com/',
    'https://example.com/#x',
    'ftp://example.com/',
    'x',
    'https://exa mple.com/',
  ]
  test.each(noUrls)('oauth:invalid_auth_url for %j', async (text) => {
    expect((await register(byHand({ authorization_endpoint: text }))).code).toBe('oauth:invalid_auth_url')
    expect((await register(byIssuer({ issuer: text }))).code).toBe('oauth:invalid_auth_url')
  })

  test.each([...noUrls, 'http://10.0.0.1/', 'http://169.254.169.254/', 'https://[fc00::1]/'])(
    'oauth:invalid_token_url for %j',
    async (text) => {
      for (const field of ['token_endpoint', 'userinfo_endpoint'])
        expect((await register(byHand({ [field]: text }))).code).toBe('oauth:invalid_token_url')
    },
  )

  test('oauth:invalid_auth_url for a discovery document that is none', async () => {
    let reply = { status: 200, body: '', location: '' }
    const server = createServer((_request, response) => {
      response.writeHead(reply.status, { location: reply.location }).end(reply.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const document = {
      issuer: 'https://another.example',
      authorization_endpoint: issuer,
      token_endpoint: issuer,
      jwks_uri: issuer,
    }
    for (const [status, body] of [
      [500, ''],
      [200, 'no JSON'],
      [200, '{}'],
      [200, JSON.stringify(document)],
      [302, ''],
      [200, 'x'.repeat(1024 * 1024 + 1)],
    ] as const) {
      reply = { status, body, location: `${provider.url}/.well-known/openid-configuration` }
      expect([status, (await register(byIssuer({ issuer }))).code]).toEqual([status, 'oauth:invalid_auth_url'])
    }
    server.closeAllConnections()
    server.close()
  })
})

describe(`PATCH and DELETE ${url}/{slug}`, () => {
  test('what is named changes, the rest stays; an issuer takes the place of endpoints', async () => {
    const { slug } = byHand()
    await register(byHand({ slug, scopes: ['read'] }))
    expect((await change(slug, { name: 'New' })).body).toMatchObject({ name: 'New', scopes: ['read'] })
    expect((await change(slug, { client_secret: 'wrong-secret', client_id: 'other' })).body.client_id).toBe('other')
    expect((await change(slug, { issuer: provider.url })).body.issuer).toBe(provider.url)
    const { body } = await change(slug, { token_endpoint: `${provider.url}/other` })
    expect(body).not.toHaveProperty('issuer')
    expect(body).toMatchObject({
      token_endpoint: `${provider.url}/other`,
      userinfo_endpoint: `${provider.url}/userinfo`,
    })
  })

  test('the codes of a change', async () => {
    const { slug } = (await register(byHand())).body as { slug: string }
    expect((await change('nobody', { name: 'x' })).code).toBe('oauth:provider_not_found')
    expect((await change(slug, { authorization_endpoint: 'x' })).code).toBe('oauth:invalid_auth_url')
    expect((await change(slug, { token_endpoint: 'x' })).code).toBe('oauth:invalid_token_url')
    expect((await change(slug, { name: 'x'.repeat(51) })).code).toBe('general:validation_error')
    expect((await change(slug, { name: null })).code).toBe('general:bad_request')
  })

  test('a deleted one opens nothing, and a new one of its slug inherits nothing', async () => {
    const wish = byIssuer()
    await register(wish)
    const { client, answer } = await comeIn(wish.slug, 'inherited')
    const done = { pending_token: answer.body.pending_token, handle: 'inherited_x', display_name: 'I' }
    expect((await client.post('/v0/auth/complete-signup', done)).status).toBe(204)
    expect((await remove(wish.slug)).status).toBe(204)
    expect((await remove(wish.slug)).code).toBe('oauth:provider_not_found')
    expect((await app.client().get(`/v0/auth/oauth/${wish.slug}/authorize`)).code).toBe('oauth:provider_not_found')
    await register(wish)
    expect((await comeIn(wish.slug, 'inherited')).answer.code).toBe('oauth:email_already_exists')
  })
})

test('only administrators, whatever the body says [AZ2]', async () => {
  const { person, client } = await signedUp(app)
  const ask = async () => (await client.post(url, byIssuer({ role: 'admin', roles: ['admin'] }))).code
  expect(await ask()).toBe('user:permission_insufficient')
  const give = (role: string) =>
    app.sql(`insert into user_roles (user_id, role) select id, '${role}' from users where email = $1`, [person.email])
  await give('mod')
  expect(await ask()).toBe('user:permission_insufficient')
  await give('admin')
  expect(await ask()).toBeUndefined()
  await app.sql(
    "update user_roles set expires_at = now() where role = 'admin' and user_id = (select id from users where email = $1)",
    [person.email],
  )
  expect(await ask()).toBe('user:permission_insufficient')
})
