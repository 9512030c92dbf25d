import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, type Person, signedInOnDevice, signedUp } from '../support/people.ts'
import { onDeviceOf, tempToken, withTotp } from '../totp/support.ts'

const url = '/v0/user/me/export'
let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const ownId = '(select id from users where email = $1)'
const link = ({ email }: Person) =>
  app.sql(
    `insert into oauth_identities (id, user_id, provider_id, issuer, subject, email)
     values (gen_random_uuid(), ${ownId}, 'google', 'https://issuer.example.com', $1, 'at.google@example.com')`,
    [email],
  )
const get = async (client: TestClient, from: string) => (await client.get(from)).body

describe(`GET ${url}`, () => {
  test('holds all that is kept of the account, as a file', async () => {
    const { person, client } = await signedInOnDevice(app)
    await client.send('PATCH', '/v0/user/me', { body: { bio: 'Analyst' } })
    await link(person)
    await app.sql(
      `insert into user_roles (user_id, role, expires_at) values (${ownId}, 'mod', '2099-12-31T23:59:59Z')`,
      [person.email],
    )
    const [user, { sessions }, { devices }, { connections }] = await Promise.all([
      get(client, '/v0/user/me'),
      get(client, '/v0/auth/sessions'),
      get(client, '/v0/auth/devices'),
      get(client, '/v0/auth/oauth/connections'),
    ])
    const answer = await client.get(url)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="[^"]+\.json"$/)
    expect(answer.headers['cache-control']).toBe('no-store')
    const { data } = await get(client, '/v0/user/me/security-events')
    expect(answer.body).toEqual({
      exported_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      user,
      sessions,
      devices,
      connections,
      roles: [expect.objectContaining({ role: 'mod', expires_at: '2099-12-31T23:59:59.000Z' })],
      bans: [],
      security_events: data,
      files: [],
    })
    expect([sessions, devices, connections].map((list) => (list as unknown[]).length)).toEqual([2, 1, 1])
  })

  test('holds every event, not only a page of them; each export is one', async () => {
    const { person, client } = await signedUp(app)
    await app.sql(
      `insert into security_events (id, user_id, type) select gen_random_uuid(), ${ownId}, 'logout' from generate_series(1, 150)`,
      [person.email],
    )
    await client.get(url)
    const types = ((await get(client, url)).security_events as { type: string }[]).map(({ type }) => type)
    expect(types).toHaveLength(153)
    expect(types.filter((type) => type === 'data_exported')).toHaveLength(2)
  })

  test('holds a ban, and whoever is banned gets it too', async () => {
    const { person, client } = await signedUp(app)
    await app.sql("update users set banned_at = now(), ban_reason = 'spam' where email = $1", [person.email])
    const { status, body } = await client.get(url)
    expect([status, body.bans]).toEqual([200, [expect.objectContaining({ reason: 'spam', expires_at: null })]])
    expect(body.user).toMatchObject({ is_banned: true, ban_reason: 'spam' })
  })

  test('holds nothing of anybody else, whomever the query names [AZ2]', async () => {
    const { person: other, client: otherClient } = await signedInOnDevice(app)
    await link(other)
    const { id } = await get(otherClient, '/v0/user/me')
    const { client } = await signedUp(app)
    const text = JSON.stringify(await get(client, `${url}?user_id=${id}&email=${other.email}`))
    for (const foreign of [other.email, other.handle, id]) expect(text).not.toContain(foreign)
  })

  test('holds no secret: no password, hash, token, digest or code', async () => {
    const { person, client, secret, backupCodes } = await withTotp(app)
    const waiting = await tempToken(onDeviceOf(app, client), person)
    const { body } = await client.post('/v0/auth/token')
    await app.client().post('/v0/auth/forgot-password', { email: person.email })
    const reset = await mailedToken(app, person.email, 4)
    const stored = await app.sql<{ hash: string | null; bytes: Buffer | null }>(
      `select password_hash as hash, null::bytea as bytes from users union all
       select null, token_digest from sessions union all select null, token_digest from devices union all
       select null, digest from mailed_tokens union all select null, digest from refresh_tokens union all
       select null, digest from pending_logins union all select null, digest from backup_codes union all
       select null, sealed_secret from totp_secrets`,
    )
    const secrets = [
      ...stored.flatMap(({ hash, bytes }) =>
        hash === null
          ? (['hex', 'base64', 'base64url'] as const).map((encoding) => String(bytes?.toString(encoding)))
          : [hash],
      ),
      ...[person.password, secret, ...backupCodes, waiting, reset, String(body.access_token)],
      ...client.cookies.values(),
    ]
    expect(secrets.length).toBeGreaterThan(60)
    const text = JSON.stringify(await get(client, url))
    for (const one of secrets) expect(text).not.toContain(one)
    expect(text).not.toMatch(/p[srdo]t_|ptt_|\$argon2/)
  })

  test('user:reauthentication_required until the session is fresh again', async () => {
    const { person, client } = await signedUp(app)
    await app.sql(
      `update sessions set authenticated_at = now() - interval '5 minutes 1 second' where user_id = ${ownId}`,
      [person.email],
    )
    const answer = await client.get(url)
    expect([answer.status, answer.body]).toEqual([401, { status: 401, code: 'user:reauthentication_required' }])
    expect(answer.headers).not.toHaveProperty('content-disposition')
    await client.post('/v0/auth/reauthenticate', { password: person.password })
    expect((await client.get(url)).status).toBe(200)
  })
})
