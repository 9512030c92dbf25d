import { hostname, networkInterfaces } from 'node:os'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { grantRole } from '../../src/operator/operate-roles.ts'
import { aBan, answeredAfter, lossOfRole } from '../admin/support.ts'
import { adminWithCode, said, somebody, unknownId } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { type Reply, shapeIssuer, startOtherServer } from '../support/native-provider.ts'
import { mailsTo, signedUp } from '../support/people.ts'
import { arrive, OidcProvider } from '../support/provider.ts'
import { startServerProcess } from '../support/server-process.ts'

const url = '/v0/admin/oauth/providers'
const secret = 'a-client-secret:with%and+'
const provider = new OidcProvider()
const other = await startOtherServer()
let app: TestApp
let admin: TestClient
let adminHandle: string
beforeAll(async () => {
  await provider.start()
  app = await startApp()
  const { person, client } = await adminWithCode(app)
  ;[admin, adminHandle] = [client, person.handle]
})
afterAll(async () => {
  await app.close()
  await provider.stop()
  other.stop()
})

async function personWith(role: string, expiresAt: string | null = null): Promise<TestClient> {
  const { person, client } = await signedUp(app)
  await app.sql('insert into user_roles (user_id, role, expires_at) select id, $2, $3 from users where email = $1', [
    person.email,
    role,
    expiresAt,
  ])
  return client
}

let count = 0
const newSlug = () => `acme-${++count}`
const byIssuer = (more: object = {}) => ({
  slug: newSlug(),
  name: 'Acme',
  client_id: provider.clientId,
  client_secret: secret,
  issuer: provider.url,
  ...more,
})
const byHand = (more: object = {}) => ({
  ...byIssuer(),
  issuer: undefined,
  authorization_endpoint: `${other.url}/authorize`,
  token_endpoint: `${other.url}/token`,
  userinfo_endpoint: `${other.url}/userinfo`,
  ...more,
})
const register = (body: object) => admin.post(url, body)

test.each([
  ['user:permission_insufficient', lossOfRole],
  ['user:banned', aBan],
])('%s: an administrator who is none by the time that it happens [AD3]', async (code, change) => {
  const kept = byHand()
  expect((await register(kept)).status).toBe(201)
  for (const ask of [
    (by: TestClient) => by.post(url, byHand()),
    (by: TestClient) => by.send('PATCH', `${url}/${kept.slug}`, { body: { name: 'Another' } }),
    (by: TestClient) => by.send('DELETE', `${url}/${kept.slug}`),
  ]) {
    const own = await adminWithCode(app)
    expect(said(await answeredAfter(app, own, change, () => ask(own.client)))).toEqual([403, code])
    await app.sql(lossOfRole, [own.id])
  }
  const { body } = await admin.get(url)
  const named = (body.providers as { slug: string; name: string }[]).filter(({ slug }) => slug === kept.slug)
  expect(named).toEqual([expect.objectContaining({ name: 'Acme' })])
})
const registered = async (body: object & { slug: string }): Promise<string> => {
  expect((await register(body)).status).toBe(201)
  return body.slug
}
const change = (slug: string, body: object) => admin.send('PATCH', `${url}/${slug}`, { body })
const remove = (slug: string) => admin.send('DELETE', `${url}/${slug}`)

/** Back from the provider as that subject, whichever kind it is of. */
async function comeIn(slug: string, sub: string, client = app.client()) {
  const claims = { sub, email: `${sub}@example.com`, email_verified: true }
  const { auth_url: authUrl } = (await client.get(`/v0/auth/oauth/${slug}/authorize`)).body
  const state = new URL(String(authUrl)).searchParams.get('state')
  provider.reset(claims)
  other.replies.set('/token', { body: { access_token: 'from-the-provider', token_type: 'Bearer' } })
  other.replies.set('/userinfo', { body: claims })
  const arrival = String(authUrl).startsWith(other.url) ? { code: 'code', state } : await arrive(client, slug)
  return { client, answer: await client.post(`/v0/auth/oauth/${slug}/login`, arrival) }
}

/** An account whose only way in is the provider. */
async function signedUpThrough(slug: string, sub: string): Promise<TestClient> {
  const { client, answer } = await comeIn(slug, sub)
  const wish = { pending_token: answer.body.pending_token, handle: `through_${++count}`, display_name: 'T' }
  expect((await client.post('/v0/auth/complete-signup', wish)).status).toBe(204)
  return client
}

describe('who may', () => {
  const routes = [
    ['GET', url],
    ['POST', url],
    ['PATCH', `${url}/acme`],
    ['DELETE', `${url}/acme`],
  ] as const
  test.each(routes)('user:permission_insufficient, user:reauthentication_required: %s %s', async (method, path) => {
    const past = new Date(Date.now() - 1000).toISOString()
    const people = [(await signedUp(app)).client, await personWith('mod'), await personWith('admin', past)]
    for (const client of people) {
      const { code } = await client.send(method, path, {
        ...(method !== 'GET' && { body: byIssuer({ role: 'admin' }) }),
      })
      expect(code).toBe('user:permission_insufficient')
    }
    const stale = await personWith('admin')
    await app.sql(`update sessions set authenticated_at = now() - interval '5 minutes 1 second'
      where id = (select id from sessions order by created_at desc limit 1)`)
    expect((await stale.send(method, path)).code).toBe('user:reauthentication_required')
    const ended = await personWith('admin', new Date(Date.now() + 60_000).toISOString())
    expect((await ended.send('GET', url)).status).toBe(200)
  })

  test('user:second_factor_required: a session that shows one factor registers and deletes none, nor both in turn [AT11]', async () => {
    const slug = await registered(byHand())
    const { client: one } = await somebody(app, 'admin')
    const asked = other.asked.length
    const answers = [
      await one.send('DELETE', `${url}/${slug}`),
      await one.post(url, byIssuer({ issuer: other.url })),
      await one.post(url, { ...byHand(), slug }),
    ]
    expect(answers.map(said)).toEqual(answers.map(() => [403, 'user:second_factor_required']))
    expect(other.asked.length).toBe(asked)
    expect((await admin.get(url)).body.providers).toContainEqual(expect.objectContaining({ slug }))
  })

  test('rate_limit:exceeded once one administrator has had all the others told sixty times in an hour [AT10]', async () => {
    // Not the one of the other tests, who is counted in this database as well; before another server takes the mails.
    const { client: busy } = await adminWithCode(app)
    const same = { DATABASE_URL: app.config.databaseUrl, KEYS_DIR: app.config.keysDir }
    const strict = await startApp({ RATE_LIMITS: 'on', ...same })
    onTestFinished(strict.close)
    const slug = await registered(byHand())
    const client = strict.client()
    client.headers.authorization = `Bearer ${busy.cookies.get('__Host-session_id')}`
    const grant = { user_id: unknownId, role: 'mod', reason: 'x' }
    for (let turn = 0; turn < 60; turn++) await client.post('/v0/users/roles/grant', grant)
    const refused = [429, 'rate_limit:exceeded']
    expect(said(await client.send('DELETE', `${url}/${slug}`))).toEqual(refused)
    expect(said(await client.post(url, byHand()))).toEqual(refused)
  })

  test('all administrators are told of one that is registered, and of one that is deleted [AT11]', async () => {
    const { person } = await somebody(app, 'admin')
    const slug = await registered(byHand({ email_verification: 'trusted' }))
    await signedUpThrough(slug, 'of-one-that-goes')
    expect((await remove(slug)).status).toBe(204)
    const texts = (await mailsTo(app, person.email, 3)).map(({ text }) => text)
    const [authorize, token, userinfo] = ['authorize', 'token', 'userinfo'].map((path) =>
      `${other.url}/${path}`.replace('://', ' '),
    )
    const asks = `${authorize}, ${token}, and ${userinfo}`
    const here = (text: string) => texts.find((one) => one.includes(`${text} the provider ${slug}`))
    expect(here(`${adminHandle} registered`)).toContain(`which is asked at ${asks} (email_verification: trusted)`)
    const gone = here(`${adminHandle} deleted`)
    expect(gone).toContain(`which was asked at ${asks}.`)
    expect(gone).toContain('Accounts that it opened: 1. Accounts that now open only by a link to their mailbox: 1.')
    expect(texts.join()).not.toContain(secret)
  })

  test("the operator's grant holds for good, also after one that had an end", async () => {
    const { person, client } = await signedUp(app)
    const grant = () => grantRole(app.deps, person.email, 'admin')
    expect([await grant(), await grant()]).toEqual(['granted', 'held'])
    await app.sql('update user_roles set expires_at = now() where user_id = (select id from users where email = $1)', [
      person.email,
    ])
    expect((await client.get(url)).code).toBe('user:permission_insufficient')
    expect(await grant()).toBe('granted')
    expect((await client.get(url)).status).toBe(200)
  })

  test('roles show, the highest first, until they expire', async () => {
    const client = await personWith('mod')
    const { id, roles } = (await client.get('/v0/user/me')).body
    expect(roles).toEqual(['mod'])
    await app.sql("insert into user_roles (user_id, role) values ($1, 'admin')", [id])
    const seen = async () => ({
      me: (await client.get('/v0/user/me')).body.roles,
      check: (await client.get('/v0/auth/check')).headers['x-user-roles'],
      token: decodeJwt(String((await client.post('/v0/auth/token')).body.access_token)).roles,
    })
    expect(await seen()).toEqual({ me: ['admin', 'mod'], check: 'admin,mod', token: ['admin', 'mod'] })
    await app.sql("update user_roles set expires_at = now() where user_id = $1 and role = 'admin'", [id])
    expect(await seen()).toEqual({ me: ['mod'], check: 'mod', token: ['mod'] })
  })
})

describe(`POST ${url}`, () => {
  test.each([
    ['its issuer', byIssuer],
    ['its endpoints', byHand],
  ])('by %s: users sign up and in', async (_name, make) => {
    const wish = make()
    const { status, body } = await register({ ...wish, scopes: ['openid', 'more'], image_hosts: ['img.example.com'] })
    const { client_secret: _secret, ...shown } = JSON.parse(JSON.stringify(wish))
    expect([status, body]).toMatchObject([
      201,
      { ...shown, scopes: ['openid', 'more'], image_hosts: ['img.example.com'] },
    ])
    expect((await admin.get(url)).body.providers).toContainEqual(body)
    expect((await app.client().get('/v0/auth/oauth/providers')).body.providers).toContainEqual({
      slug: wish.slug,
      name: 'Acme',
    })
    const { auth_url: authUrl } = (await app.client().get(`/v0/auth/oauth/${wish.slug}/authorize`)).body
    expect(new URL(String(authUrl)).searchParams.get('scope')).toBe('openid more')
    const client = await signedUpThrough(wish.slug, `by-${wish.slug}`)
    expect((await client.get('/v0/auth/oauth/connections')).body.connections).toMatchObject([{ provider: wish.slug }])
    expect((await comeIn(wish.slug, `by-${wish.slug}`)).answer.status).toBe(204)
  })

  test('what is not asked for is not bound [AZ2]', async () => {
    const forged = {
      id: '01890a5d-ac96-774b-bcce-b302099a8057',
      created_at: '2000-01-01T00:00:00Z',
      token_auth: 'none',
    }
    const { body } = await register(byIssuer({ ...forged, is_own: true, sealed_client_secret: 'x' }))
    expect(Object.keys(body)).toEqual(expect.not.arrayContaining(['is_own', 'token_auth', 'sealed_client_secret']))
    expect(body.id).not.toBe(forged.id)
    expect(new Date(String(body.created_at)).getFullYear()).toBeGreaterThan(2000)
  })

  test('the secret reaches the provider, and no answer, log or table', async () => {
    const server = await startServerProcess({
      DATABASE_URL: app.config.databaseUrl ?? '',
      KEYS_DIR: app.config.keysDir,
      LOG_LEVEL: 'trace',
    })
    onTestFinished(server.stop)
    const authorization = `Bearer ${admin.cookies.get('__Host-session_id')}`
    let answers = ''
    const send = async (method: string, path: string, body?: object) => {
      const reply = await fetch(`${server.origin}${path}`, {
        method,
        headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
      answers += await reply.text()
      return reply.status
    }
    const wish = byHand({ client_secret: 'first-secret' })
    expect(await send('POST', url, wish)).toBe(201)
    expect(await send('POST', url, { ...wish, slug: 'other', issuer: other.url })).toBe(400)
    expect(await send('PATCH', `${url}/${wish.slug}`, { client_secret: 'second-secret' })).toBe(200)
    expect(await send('GET', url)).toBe(200)
    expect((await comeIn(wish.slug, 'secretive')).answer.status).toBe(200)
    const asked = other.asked.findLast(({ path }) => path === '/token')
    expect(asked?.headers.authorization).toBe(
      `Basic ${Buffer.from(`${provider.clientId}:second-secret`).toString('base64')}`,
    )
    const rows = await app.sql("select t::text, encode(sealed_client_secret, 'escape') from oauth_providers t")
    expect(server.output()).toContain(url)
    const places = [answers, server.output(), JSON.stringify(rows)].join()
    for (const text of ['first-secret', 'second-secret'])
      for (const encoding of ['utf8', 'hex', 'base64'] as const)
        expect(places).not.toContain(Buffer.from(text).toString(encoding))
  })

  test('general:validation_error: rules of the fields, and a slug that is taken', async () => {
    const slug = await registered(byIssuer())
    const breaches: readonly [object, string, string][] = [
      ...['x', '-'].map((text) => [{ slug: text }, '/slug', 'min_length'] as [object, string, string]),
      [{ slug: 'x'.repeat(33) }, '/slug', 'max_length'],
      ...['Acme', 'a_b', 'a b', 'a/b', 'ä-c', 'a\u0000b', 'acme\n'].map(
        (text) => [{ slug: text }, '/slug', 'charset'] as [object, string, string],
      ),
      ...[slug, 'google', 'github'].map((text) => [{ slug: text }, '/slug', 'taken'] as [object, string, string]),
      [{ name: 'x'.repeat(51) }, '/name', 'max_length'],
      [{ image_hosts: ['https://x'] }, '/image_hosts/0', 'format'],
    ]
    for (const [wish, path, rule] of breaches) {
      const { code, body } = await register(byIssuer(wish))
      expect([wish, code, body.fields]).toMatchObject([wish, 'general:validation_error', [{ path, rule }]])
    }
  })

  test('of several that want the same slug at once, one gets it', async () => {
    const wish = byHand()
    const answers = await Promise.all(Array.from({ length: 8 }, () => register(wish)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'general:validation_error')).toHaveLength(7)
  })

  test.each(['slug', 'name', 'client_id', 'client_secret'])('general:bad_request without %s', async (field) => {
    for (const nothing of [undefined, null, '']) {
      const { code, body } = await register(byIssuer({ [field]: nothing }))
      expect([code, body.fields]).toEqual(['general:bad_request', [{ path: `/${field}`, rule: 'required' }]])
    }
    expect((await register(byIssuer({ [field]: 1 }))).code).toBe('general:bad_request')
  })

  test.each(['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint'])(
    'general:bad_request without issuer and %s',
    async (field) => {
      const { code, body } = await register(byHand({ [field]: undefined }))
      expect([code, body.fields]).toEqual(['general:bad_request', [{ path: `/${field}`, rule: 'required' }]])
    },
  )

  test.each([{ name: 'a\u0000b' }, { client_id: 'a\u0000b' }, { scopes: ['a\u0000b'] }, { scopes: ['a', 1] }])(
    'what PostgreSQL or a URL cannot hold is refused as any other value: %j',
    async (wish) => {
      for (const answer of [await register(byHand(wish)), await change(await registered(byHand()), wish)])
        expect(answer.code).toMatch(/^general:(bad_request|validation_error)$/)
    },
  )

  const noUrls = [
    'javascript:alert(1)',
    '/authorize',
    '//example.com/',
    'https:example.com',
    'https://user@example.com/',
    'https://user:secret@example.com/',
    'https://example.com/#x',
    'ftp://example.com/',
    'file:///etc/passwd',
    'data:text/html,x',
    'x',
    ' https://example.com/',
    'https://exa mple.com/',
    'https://example.com/\n',
    'https://',
    'https://example.com:99999/',
    'https:\\\\example.com\\',
    // Outside production http passes on loopback alone [FD16].
    'http://example.com/',
    'http://1.1.1.1/',
    'http://10.0.0.1/',
    'http://[2606:4700::1111]/',
    'http://localhost.example.com/',
    'http://notlocalhost/',
    'http://127.0.0.1.example.com/',
  ]
  test.each(noUrls)('oauth:invalid_auth_url, oauth:invalid_token_url for %j', async (text) => {
    expect((await register(byHand({ authorization_endpoint: text }))).code).toBe('oauth:invalid_auth_url')
    expect((await register(byIssuer({ issuer: text }))).code).toBe('oauth:invalid_auth_url')
    for (const field of ['token_endpoint', 'userinfo_endpoint'])
      expect((await register(byHand({ [field]: text }))).code).toBe('oauth:invalid_token_url')
  })

  test('http passes on loopback, however it is written [FD16]', async () => {
    const { port } = new URL(other.url)
    for (const host of [
      'localhost',
      'auth.localhost',
      '127.0.0.1',
      '127.1',
      '127.8.9.10',
      '[::1]',
      '[::ffff:127.0.0.1]',
    ])
      expect([host, (await register(byHand({ token_endpoint: `http://${host}:${port}/token` }))).status]).toEqual([
        host,
        201,
      ])
  })

  test('what a discovery document names is held to the same [FD16]', async () => {
    for (const field of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri']) {
      other.replies.set(discoveryPath, { body: { ...shapeIssuer(other, []), [field]: 'http://example.com/' } })
      expect([field, (await register(byIssuer({ issuer: other.url }))).status]).toEqual([field, 400])
    }
    shapeIssuer(other, [])
  })

  const discoveryPath = '/.well-known/openid-configuration'
  const unreadable: Record<string, Reply> = {
    'an error': { status: 500 },
    'no JSON': { body: '<html>' },
    'no document': { body: [] },
    'a redirect to a good one': { status: 302, headers: { location: '/good' } },
    'too much': { body: { padding: 'x'.repeat(1024 * 1024) } },
    'a cut connection': { how: 'cut' },
    'nothing in five seconds': { how: 'silent' },
  }
  test.each(Object.entries(unreadable))('oauth:invalid_auth_url where discovery answers %s', async (_name, reply) => {
    other.replies.set('/good', { body: shapeIssuer(other, []) })
    other.replies.set(discoveryPath, reply)
    expect((await register(byIssuer({ issuer: other.url }))).code).toBe('oauth:invalid_auth_url')
    expect(other.timesAsked('/good')).toBe(0)
  })

  test('codes for a discovery document that names what it must not', async () => {
    for (const [field, value, code] of [
      ['issuer', 'https://another.example', 'oauth:invalid_auth_url'],
      ['issuer', `${other.url}/`, 'oauth:invalid_auth_url'],
      ['issuer', undefined, 'oauth:invalid_auth_url'],
      ['authorization_endpoint', 'javascript:alert(1)', 'oauth:invalid_auth_url'],
      ['authorization_endpoint', undefined, 'oauth:invalid_auth_url'],
      ['token_endpoint', 'http://10.0.0.1/', 'oauth:invalid_token_url'],
      ['token_endpoint', undefined, 'oauth:invalid_auth_url'],
      ['userinfo_endpoint', 'http://169.254.169.254/', 'oauth:invalid_token_url'],
      ['jwks_uri', 'http://[fd00::1]/', 'oauth:invalid_token_url'],
      ['jwks_uri', undefined, 'oauth:invalid_auth_url'],
    ]) {
      other.replies.set(discoveryPath, { body: { ...shapeIssuer(other, []), [field as string]: value } })
      const answer = await register(byIssuer({ issuer: other.url }))
      expect([field, value, answer.code]).toEqual([field, value, code])
    }
    shapeIssuer(other, [])
    expect((await register(byIssuer({ issuer: other.url }))).status).toBe(201)
  })

  test('an issuer may have a path', async () => {
    const issuer = `${other.url}/realms/acme`
    other.replies.set(`/realms/acme${discoveryPath}`, { body: { ...shapeIssuer(other, []), issuer } })
    expect((await register(byIssuer({ issuer }))).status).toBe(201)
  })
})

describe('in production [FS4]', () => {
  let strict: TestApp
  let allowing: TestApp
  beforeAll(async () => {
    // The same accounts and keys; no mail is sent.
    const same = { DATABASE_URL: app.config.databaseUrl, KEYS_DIR: app.config.keysDir }
    const env = { APP_ENV: 'production', MAIL_FROM: 'no-reply@example.com', SMTP_URL: 'smtp://127.0.0.1:1', ...same }
    const named = `localhost,${hostname()},10.0.0.0/8,fd00::/8,192.168.1.7`
    ;[strict, allowing] = await Promise.all([startApp(env), startApp({ ...env, OUTBOUND_ALLOW: named })])
  })
  afterAll(() => Promise.all([strict.close(), allowing.close()]))

  const good = {
    authorization_endpoint: 'https://login.example.com/authorize',
    token_endpoint: 'https://1.1.1.1/token',
    userinfo_endpoint: 'https://[2606:4700:4700::1111]/userinfo',
  }
  const registerAt = (there: TestApp, wish: object) => {
    const authorization = `Bearer ${admin.cookies.get('__Host-session_id')}`
    return there.client().post(url, byHand({ ...good, ...wish }), { headers: { authorization } })
  }

  const eth = Object.values(networkInterfaces())
    .flat()
    .find((one) => one && !one.internal && one.family === 'IPv4')
  const addresses =
    `127.0.0.1 127.1 127.0.1 0x7f.1 0x7f000001 2130706433 017700000001 0177.0.0.1 １２７.0.0.1 127。0。0。1 0 0.0.0.0
    %31%32%37.0.0.1 127.0.0.1. 10.0.0.1 172.16.0.1 192.168.0.1 169.254.169.254 0xa9fea9fe 2852039166 100.64.0.1 192.0.0.1
    198.18.0.1 192.0.2.1 224.0.0.1 240.0.0.1 255.255.255.255 [::] [::1] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1]
    [::ffff:a9fe:a9fe] [::127.0.0.1] [fc00::1] [fd00:ec2::254] [fe80::1] [fec0::1] [ff02::1] [64:ff9b::7f00:1] [64:ff9b:1::a00:1]
    [2001:db8::1] [2002:7f00:1::] [2001::1] localhost LOCALHOST ${eth?.address ?? ''}`
      .trim()
      .split(/\s+/)

  test('oauth:invalid_token_url for what is not public, not https, or not on its port', async () => {
    expect((await registerAt(strict, {})).status).toBe(201)
    const hosts = addresses.map((host) => `https://${host}/`)
    const passed: string[] = []
    for (const text of [...hosts, 'http://1.1.1.1/', 'https://1.1.1.1:8443/', 'https://1.1.1.1:80/'])
      for (const field of ['token_endpoint', 'userinfo_endpoint']) {
        const { code } = await registerAt(strict, { [field]: text })
        if (code !== 'oauth:invalid_token_url') passed.push(`${field} ${text} ${code}`)
      }
    expect(passed).toEqual([])
  })

  test('oauth:invalid_auth_url for http, and for issuers that may not be asked', async () => {
    for (const text of ['http://login.example.com/', 'http://localhost/'])
      expect((await registerAt(strict, { authorization_endpoint: text })).code).toBe('oauth:invalid_auth_url')
    const before = other.asked.length
    const issuers = [other.url, other.url.replace('http:', 'https:'), ...addresses.map((host) => `https://${host}`)]
    for (const issuer of issuers)
      expect([issuer, (await registerAt(strict, { issuer })).code]).toEqual([issuer, 'oauth:invalid_auth_url'])
    expect(other.asked.length).toBe(before)
  })

  test('OUTBOUND_ALLOW lets hosts, addresses and networks be reached, and nothing else', async () => {
    const named = ['localhost', 'LOCALHOST', 'localhost:8443', hostname(), '10.1.2.3', '[fd00::1]', '192.168.1.7']
    for (const host of named)
      expect([host, (await registerAt(allowing, { token_endpoint: `https://${host}/` })).status]).toEqual([host, 201])
    const others = ['https://127.0.0.1/', 'https://192.168.1.8/', 'https://1.1.1.1:8443/', 'https://172.16.0.1/']
    for (const text of [...others, 'https://[fe80::1]/', 'http://localhost/'])
      expect([text, (await registerAt(allowing, { token_endpoint: text })).code]).toEqual([
        text,
        'oauth:invalid_token_url',
      ])
  })
})

describe(`PATCH ${url}/{slug}`, () => {
  test('what is named changes, the rest stays', async () => {
    const slug = await registered(byHand({ scopes: ['read'], image_hosts: ['img.example.com'] }))
    const before = ((await admin.get(url)).body.providers as { slug: string }[]).find((one) => one.slug === slug)
    expect((await change(slug, {})).body).toEqual(before)
    expect((await change(slug, { name: 'New', slug: 'moved', id: 'x' })).body).toEqual({ ...before, name: 'New' })
    expect((await change(slug, { scopes: [], client_id: 'new', client_secret: secret })).body).toEqual({
      ...before,
      name: 'New',
      scopes: [],
      client_id: 'new',
    })
  })

  test('from endpoints to an issuer and back: users sign in through either', async () => {
    const slug = await registered(byHand())
    expect((await change(slug, { issuer: provider.url, client_secret: secret })).body).toMatchObject({
      issuer: provider.url,
      token_endpoint: `${provider.url}/token`,
    })
    expect((await comeIn(slug, `patched-${slug}`)).answer.status).toBe(200)
    const { authorization_endpoint, token_endpoint, userinfo_endpoint } = byHand()
    const byItself = { authorization_endpoint, token_endpoint, userinfo_endpoint }
    const { body } = await change(slug, { ...byItself, client_secret: secret })
    expect(body).not.toHaveProperty('issuer')
    expect(body).toMatchObject({ authorization_endpoint, token_endpoint, userinfo_endpoint })
    expect((await comeIn(slug, `patched-${slug}`)).answer.status).toBe(200)
  })

  describe('general:validation_error: the secret follows to no other address, it is sent anew [AT11]', () => {
    const refused = { code: 'general:validation_error', fields: [{ path: '/client_secret', rule: 'required' }] }
    const elsewhere = () => ({ token_endpoint: `${other.url}/elsewhere`, authorization_endpoint: `${other.url}/asks` })

    test('another issuer, or any other endpoint; nobody is asked, and nothing changes', async () => {
      const slug = await registered(byHand())
      const before = (await change(slug, {})).body
      const asked = other.asked.length
      for (const wish of [
        { issuer: other.url },
        { issuer: 'https://nobody.example' },
        ...Object.entries({ ...elsewhere(), userinfo_endpoint: `${other.url}/who` }).map(([name, url]) => ({
          [name]: url,
        })),
        { ...elsewhere(), client_secret: undefined },
      ]) {
        const answer = await change(slug, wish)
        expect([wish, answer.status, answer.body]).toMatchObject([wish, 400, refused])
      }
      expect([other.asked.length, (await change(slug, {})).body]).toEqual([asked, before])
      const moved = { ...elsewhere(), client_secret: 'of-the-new-place' }
      expect((await change(slug, moved)).body).toMatchObject(elsewhere())
    })

    test('the same endpoints need none, nor does what is asked of nobody', async () => {
      const slug = await registered(byHand())
      const { authorization_endpoint, token_endpoint, userinfo_endpoint } = byHand()
      const same = { authorization_endpoint, token_endpoint, userinfo_endpoint }
      for (const wish of [same, { name: 'New', scopes: ['a'], image_hosts: [] }])
        expect((await change(slug, wish)).status).toBe(200)
    })

    test('another client_id: what its issuer says to that client would open accounts here', async () => {
      const slug = await registered(byHand())
      expect((await change(slug, { client_id: 'other' })).body).toMatchObject(refused)
      expect((await change(slug, { client_id: 'other', client_secret: secret })).status).toBe(200)
    })

    test('an issuer that names another token endpoint by now', async () => {
      shapeIssuer(other, [])
      const slug = await registered(byIssuer({ issuer: other.url }))
      expect((await change(slug, { issuer: other.url })).status).toBe(200)
      const path = '/.well-known/openid-configuration'
      other.replies.set(path, { body: { ...shapeIssuer(other, []), token_endpoint: `${other.url}/moved` } })
      expect((await change(slug, { issuer: other.url })).body).toMatchObject(refused)
      expect((await change(slug, { issuer: other.url, client_secret: secret })).status).toBe(200)
      shapeIssuer(other, [])
    })

    test('of two changes at once none sends the one secret to the address of the other', async () => {
      const slug = await registered(byHand())
      const { token_endpoint } = byHand()
      const mine = { token_endpoint: `${other.url}/mine`, client_secret: 'mine' }
      await Promise.all([change(slug, mine), ...Array.from({ length: 5 }, () => change(slug, { token_endpoint }))])
      const shown = (await change(slug, {})).body
      expect(shown.token_endpoint).toBe(mine.token_endpoint)
    })
  })

  test('oauth:provider_not_found', async () => {
    const slug = await registered(byHand())
    for (const unknown of ['nobody', 'google', slug.toUpperCase(), '%00'])
      expect([unknown, (await change(unknown, { name: 'x' })).code]).toEqual([unknown, 'oauth:provider_not_found'])
  })

  test('oauth:invalid_auth_url, oauth:invalid_token_url; then nothing has changed', async () => {
    const slug = await registered(byHand())
    for (const [field, value, code] of [
      ['authorization_endpoint', 'x', 'oauth:invalid_auth_url'],
      ['issuer', 'http://127.0.0.1:1', 'oauth:invalid_auth_url'],
      ['token_endpoint', 'http://10.0.0.1/', 'oauth:invalid_token_url'],
      ['userinfo_endpoint', 'ftp://example.com/', 'oauth:invalid_token_url'],
    ])
      expect((await change(slug, { name: 'Changed', client_secret: secret, [field as string]: value })).code).toBe(code)
    expect((await change(slug, {})).body).toMatchObject({ name: 'Acme', token_endpoint: `${other.url}/token` })
  })

  test('general:validation_error, general:bad_request', async () => {
    const slug = await registered(byHand())
    for (const wish of [
      { name: 'x'.repeat(51) },
      { name: '' },
      { client_id: '' },
      { client_secret: '' },
      { image_hosts: ['x/y'] },
    ])
      expect([wish, (await change(slug, wish)).code]).toEqual([wish, 'general:validation_error'])
    for (const wish of [{ name: null }, { name: 1 }, { scopes: 'read' }, { issuer: null }, '[]'])
      expect([wish, (await change(slug, wish as object)).code]).toEqual([wish, 'general:bad_request'])
  })
})

describe(`DELETE ${url}/{slug}`, () => {
  test('connections end, and a new provider of the slug inherits none', async () => {
    const wish = byIssuer()
    const slug = await registered(wish)
    const client = await signedUpThrough(slug, 'inherited')
    expect((await remove(slug)).status).toBe(204)
    expect((await client.get('/v0/auth/oauth/connections')).body.connections).toEqual([])
    const unlinking = await client.post('/v0/auth/oauth/connections/unlink', { provider: slug })
    expect(unlinking.code).toBe('oauth:connection_not_found')
    expect((await app.client().get('/v0/auth/oauth/providers')).body.providers).not.toContainEqual(
      expect.objectContaining({ slug }),
    )
    await registered(wish)
    expect((await comeIn(slug, 'inherited')).answer.code).toBe('oauth:email_already_exists')
  })

  test('what was under way ends with it', async () => {
    const wish = byHand()
    const slug = await registered(wish)
    const { client, answer } = await comeIn(slug, 'under-way')
    const { auth_url: authUrl } = (await client.get(`/v0/auth/oauth/${slug}/authorize`)).body
    const arrival = { code: 'code', state: new URL(String(authUrl)).searchParams.get('state') }
    await remove(slug)
    expect((await client.post(`/v0/auth/oauth/${slug}/login`, arrival)).code).toBe('oauth:provider_not_found')
    const sent = { pending_token: answer.body.pending_token, handle: 'under_way', display_name: 'U' }
    expect((await client.post('/v0/auth/complete-signup', sent)).code).toBe('user:invalid_token')
    await registered(wish)
    expect((await client.post(`/v0/auth/oauth/${slug}/login`, arrival)).code).toBe('oauth:invalid_state')
  })

  test('oauth:provider_not_found', async () => {
    const slug = await registered(byHand())
    expect((await remove(slug)).status).toBe(204)
    for (const unknown of [slug, 'google', '%00'])
      expect([unknown, (await remove(unknown)).code]).toEqual([unknown, 'oauth:provider_not_found'])
    expect((await app.client().get(`/v0/auth/oauth/${slug}/authorize`)).code).toBe('oauth:provider_not_found')
  })
})
