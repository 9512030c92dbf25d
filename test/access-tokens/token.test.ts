import { createHash } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, test, vi } from 'vitest'
import { useApp } from '../support/app.ts'
import { signedInOnDevice } from '../support/people.ts'
import { holder, partsOf, refresh, takeSigningKeys, withToken } from './support.ts'

const url = '/v0/auth/token'
const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const app = useApp({ JWT_AUDIENCE: 'billing, search', ACCESS_TOKEN_TTL_SECONDS: '120' })

const published = async () => (await app.client().get('/.well-known/jwks.json')).body

describe(`POST ${url}`, () => {
  test('an app gets both tokens in the body', async () => {
    const { client } = await holder(app)
    const answer = await client.post(url)
    expect([answer.status, answer.setCookies]).toEqual([200, []])
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 120,
      refresh_token: expect.stringMatching(/^prt_[\w-]{49}$/),
    })
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test('the access token verifies against the published keys', async () => {
    const { client, accessToken } = await holder(app)
    const { id } = (await client.get('/v0/user/me')).body
    const [session] = (await client.get('/v0/auth/sessions')).body.sessions as { management_id: string }[]
    // A body is JSON of any shape to the client; jose itself refuses what is no key set.
    const keys = createLocalJWKSet((await published()) as unknown as JSONWebKeySet)
    const { payload, protectedHeader } = await jwtVerify(accessToken, keys, { maxTokenAge: 60 })
    expect(payload).toEqual({
      iss: 'https://auth.example.com',
      aud: ['https://auth.example.com', 'billing', 'search'],
      sub: id,
      sid: session?.management_id,
      roles: [],
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + 120,
      jti: expect.stringMatching(uuidV7),
    })
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: expect.any(String) })
  })

  test('each is another one', async () => {
    const { client, accessToken, refreshToken } = await holder(app)
    const { access_token: second, refresh_token: secondRefresh } = (await client.post(url)).body
    expect(partsOf(String(second)).claims.jti).not.toBe(partsOf(accessToken).claims.jti)
    expect(secondRefresh).not.toBe(refreshToken)
  })

  test('one more family than there may be ends the oldest of the session, and no other session loses one [TK4]', async () => {
    const { client, refreshToken } = await holder(app)
    const other = await holder(app)
    const { body } = await client.post(url)
    for (let more = 2; more < 50; more++) await client.post(url)
    expect((await refresh(app, refreshToken)).status).toBe(200)
    await client.post(url)
    const [{ count } = { count: 0 }] = await app.sql<{ count: number }>(
      'select count(*)::int as count from refresh_families f join users u on u.id = f.user_id where u.id = $1',
      [(await client.get('/v0/user/me')).body.id],
    )
    expect(count).toBe(50)
    expect((await refresh(app, refreshToken)).code).toBe('user:invalid_token')
    expect((await refresh(app, String(body.refresh_token))).status).toBe(200)
    expect((await refresh(app, other.refreshToken)).status).toBe(200)
  })

  test('a browser gets the refresh token as a cookie only, whatever Bearer it sends beside its own [SE2]', async () => {
    const { browser, client } = await holder(app)
    const answer = await browser.post(url, undefined, { headers: client.headers })
    expect(answer.body).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 120 })
    expect(answer.setCookies).toEqual([
      expect.stringMatching(/^__Host-refresh_token=prt_[\w-]{49}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ])
  })

  test('with remember_me the cookie outlives the browser; logging out takes it back', async () => {
    const { person, client } = await signedInOnDevice(app)
    const { email, password } = person
    await client.post('/v0/auth/login', { email, password, remember_me: true })
    const remembered = /^__Host-refresh_token=prt_[\w-]{49}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/
    expect((await client.post(url)).setCookies).toEqual([expect.stringMatching(remembered)])
    expect((await client.post('/v0/auth/token/refresh')).setCookies).toEqual([expect.stringMatching(remembered)])
    expect((await client.post('/v0/auth/logout')).setCookies).toContain(
      '__Host-refresh_token=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    )
  })

  test('of the refresh token the digest is stored, of the access token nothing [SE1]', async () => {
    const { accessToken, refreshToken } = await holder(app)
    const child = String((await refresh(app, refreshToken)).body.refresh_token)
    const tables = await app.sql<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    )
    const contents = await Promise.all(
      tables.map(async ({ name }) => JSON.stringify(await app.sql(`select t::text from "${name}" t`))),
    )
    const all = contents.join()
    for (const text of [refreshToken, child]) {
      expect(all).toContain(createHash('sha256').update(text).digest('hex'))
      const secret = text.slice(4, 47)
      expect(all).not.toContain(secret)
      expect(all).not.toContain(Buffer.from(secret, 'base64url').toString('hex'))
    }
    expect(all).not.toContain(partsOf(accessToken).signature)
  })

  test('a role is in the claims, at check and at me', async () => {
    const { person, client } = await holder(app)
    await app.sql(
      "insert into user_roles (user_id, role) select id, role from users, (values ('mod'), ('admin')) as r (role) where email = $1",
      [person.email],
    )
    const { access_token: token } = (await client.post(url)).body
    expect(partsOf(String(token)).claims.roles).toEqual(['admin', 'mod'])
    expect((await client.get('/v0/auth/check')).headers['x-user-roles']).toBe('admin,mod')
    expect((await client.get('/v0/user/me')).body.roles).toEqual(['admin', 'mod'])
    await app.sql("update user_roles set expires_at = now() where role = 'admin'")
    expect((await client.get('/v0/auth/check')).headers['x-user-roles']).toBe('mod')
  })

  test.each([
    ['are gone', undefined],
    ['hold garbage', 'garbage'],
  ])(
    'system:token_creation_error while the files of the signing keys %s: nothing is used up, nothing else fails',
    async (_state, content) => {
      const { client, accessToken, refreshToken } = await holder(app)
      const keys = await published()
      const families = () => app.sql('select id from refresh_families order by id')
      const until = (status: number) =>
        vi.waitFor(async () => expect((await client.post(url)).status).toBe(status), { timeout: 5000, interval: 50 })

      const putBack = takeSigningKeys(app, content)
      await until(500)
      const before = await families()
      expect((await client.post(url)).code).toBe('system:token_creation_error')
      expect(await families()).toEqual(before)
      const refused = await refresh(app, refreshToken)
      expect([refused.status, refused.code]).toEqual([500, 'system:token_creation_error'])
      const digest = createHash('sha256').update(refreshToken).digest()
      expect(await app.sql('select rotated_at from refresh_tokens where digest = $1', [digest])).toEqual([
        { rotated_at: null },
      ])
      const { client: newcomer } = await signedInOnDevice(app)
      expect((await newcomer.get('/v0/user/me')).status).toBe(200)
      expect((await client.get('/v0/user/me')).status).toBe(200)
      expect((await withToken(app, accessToken)).status).toBe(200)
      expect(await published()).toEqual(keys)

      putBack()
      await until(200)
      expect((await refresh(app, refreshToken)).status).toBe(200)
    },
  )
})
