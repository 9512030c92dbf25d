import { get as httpGet, type IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { startApp, type TestApp, useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, type Person, signedInOnDevice, signedUp } from '../support/people.ts'
import { onDeviceOf, tempToken, withTotp } from '../totp/support.ts'

const url = '/v0/user/me/export'
const app = useApp()

const ownId = '(select id from users where email = $1)'
const link = ({ email }: Person) =>
  app.sql(
    `insert into oauth_identities (id, user_id, provider_id, issuer, subject, email)
     values (gen_random_uuid(), ${ownId}, 'google', 'https://issuer.example.com', $1, 'at.google@example.com')`,
    [email],
  )
const makeEvents = (of: TestApp, { email }: Person, count: number) =>
  of.sql(
    `insert into security_events (id, user_id, type, user_agent, created_at)
     select gen_random_uuid(), ${ownId}, 'logout', repeat('x', 3000), now() - make_interval(secs => i / 3)
     from generate_series(1, $2) i`,
    [email, count],
  )

/** An export whose bytes nobody reads yet. */
const begin = (of: TestApp, { cookies }: TestClient, address = '127.0.0.1') =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    httpGet(`${of.origin}${url}`, { agent: false, headers: { cookie, 'x-forwarded-for': address } }, resolve).on(
      'error',
      reject,
    )
  })
/** More than sockets hold. */
const many = 6000

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
      passkeys: [],
      roles: [expect.objectContaining({ role: 'mod', expires_at: '2099-12-31T23:59:59.000Z' })],
      invitations: [],
      bans: [],
      security_events: data,
      files: [],
      refusals: [],
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

  test('thousands of events page by page, in the order of the history, each once [AT5]', async () => {
    const { person, client } = await signedUp(app)
    await makeEvents(app, person, 1100)
    const { status, body } = await client.get(url)
    expect(status).toBe(200)
    const expected = await app.sql(
      `select id from security_events where user_id = ${ownId} order by created_at desc, id desc`,
      [person.email],
    )
    expect((body.security_events as { id: string }[]).map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
    expect(Object.keys(body).at(-1)).toBe('refusals')
  })

  test('HEAD reads nothing of it and keeps no place: the next export is answered [AT5]', async () => {
    const { client } = await signedUp(app)
    expect((await client.send('HEAD', url, {})).status).toBe(200)
    expect((await client.get(url)).status).toBe(200)
  })

  test('a page that is exactly full is the last one', async () => {
    const { person, client } = await signedUp(app)
    const [row] = await app.sql<{ count: number }>(
      `select count(*)::int as count from security_events where user_id = ${ownId}`,
      [person.email],
    )
    await makeEvents(app, person, 200 - 1 - Number(row?.count))
    expect((await get(client, url)).security_events).toHaveLength(200)
  })

  test('rate_limit:exceeded while one is under way, and what does not read holds no connection [AT5]', async () => {
    const narrow = await startApp({ DATABASE_POOL_SIZE: '1', DATABASE_URL: app.config.databaseUrl })
    const { person, client } = await signedUp(narrow)
    await makeEvents(narrow, person, many)
    const begun = await begin(narrow, client)
    expect(begun.statusCode).toBe(200)
    const refused = await client.get(url)
    expect([refused.status, refused.code, Number(refused.headers['retry-after']) > 0]).toEqual([
      429,
      'rate_limit:exceeded',
      true,
    ])
    // The only connection is everybody's meanwhile.
    const { client: other } = await signedUp(narrow)
    expect((await other.get(url)).status).toBe(200)
    let text = ''
    for await (const chunk of begun) text += String(chunk)
    expect(JSON.parse(text).security_events).toHaveLength(many + 2)
    expect((await client.get(url)).status).toBe(200)
    await narrow.close()
  })

  test('whoever hangs up leaves nothing behind: the next export is answered [AT5]', async () => {
    const { person, client } = await signedUp(app)
    await makeEvents(app, person, many)
    const begun = await begin(app, client)
    begun.on('error', () => undefined).destroy()
    await expect.poll(async () => (await client.get(url)).status, { timeout: 10_000 }).toBe(200)
  })

  test('rate_limit:exceeded while one of the network is under way; an IPv6 site has ten [AT5]', async () => {
    const strict = await startApp({ RATE_LIMITS: 'on', DATABASE_URL: app.config.databaseUrl })
    const [first, second] = await Promise.all([signedUp(strict), signedUp(strict)])
    await makeEvents(strict, first.person, many)
    const ask = async (remoteAddress: string) => (await second.client.get(url, { remoteAddress })).status
    const begun = await begin(strict, first.client, '2001:db8:1:1::1')
    expect([await ask('2001:db8:1:1::2'), await ask('2001:db8:1:2::2'), await ask('192.0.2.1')]).toEqual([
      429, 200, 200,
    ])
    begun.on('error', () => undefined).destroy()
    await expect.poll(() => ask('2001:db8:1:1::2'), { timeout: 10_000 }).toBe(200)
    await strict.close()
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
