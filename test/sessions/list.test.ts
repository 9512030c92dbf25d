import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, signedInOnDevice, signedUp } from '../support/people.ts'

const url = '/v0/auth/sessions'
const app = useApp()

type Session = { readonly management_id: string; readonly created_at: string; readonly is_current: boolean }

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

async function listed(client: TestClient): Promise<readonly Session[]> {
  const { status, body } = await client.get(url)
  expect(status).toBe(200)
  return body.sessions as Session[]
}

/** One more session of the same account, in an app of that name. */
async function logIn(client: TestClient, person: { email: string; password: string }, userAgent = 'Phone') {
  const device = client.cookies.get('__Host-device_id') ?? ''
  const other = app.client()
  other.headers['x-device-token'] = device
  const { email, password } = person
  const answer = await other.post('/v0/app/auth/login', { email, password }, { headers: { 'user-agent': userAgent } })
  expect(answer.status).toBe(200)
  other.headers.authorization = `Bearer ${String(answer.body.token)}`
  return other
}

describe(`GET ${url}`, () => {
  test('shows exactly the documented fields', async () => {
    const { client } = await signedUp(app)
    const answer = await client.get(url)
    expect([answer.status, answer.setCookies, answer.headers['cache-control']]).toEqual([200, [], 'no-store'])
    expect(answer.body).toEqual({
      sessions: [
        {
          management_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
          created_at: time,
          last_seen_at: time,
          expires_at: time,
          max_expires_at: time,
          user_agent: 'Postern tests',
          ip_address: '127.0.0.1',
          is_current: true,
        },
      ],
    })
  })

  test('of an account a hundred live: one more ends the oldest, from the next request on [SE4]', async () => {
    const { client: first, person } = await signedInOnDevice(app)
    const second = await logIn(first, person)
    const { id } = (await first.get('/v0/user/me')).body
    const own = (await listed(first)).find(({ is_current }) => is_current)
    const [oldest] = await app.sql<{ id: string }>(
      "update sessions set created_at = created_at - interval '1 hour' where user_id = $1 and date_trunc('milliseconds', created_at) = $2 returning id",
      [id, own?.created_at],
    )
    await app.sql(
      `insert into sessions (id, user_id, token_digest, remember_me, expires_at, max_expires_at)
       select gen_random_uuid(), $1, sha256(convert_to(number::text || $1, 'UTF8')), false, expires_at, max_expires_at
       from sessions, generate_series(1, 100 - (select count(*) from sessions where user_id = $1::uuid and ended_at is null)) as number
       where id = $2`,
      [id, oldest?.id],
    )
    expect(await listed(second)).toHaveLength(100)
    const third = await logIn(first, person)
    expect(await listed(third)).toHaveLength(100)
    const ended = await app.sql<{ id: string; reason: string }>(
      'select id, end_reason as reason from sessions where user_id = $1 and ended_at is not null',
      [id],
    )
    expect(ended).toContainEqual({ id: oldest?.id, reason: 'displaced' })
    const answers = await Promise.all([first, second].map((client) => client.get(url)))
    expect(answers.map(({ code }) => code).filter(Boolean)).toEqual(['user:invalid_session'])
    expect((await listed(third)).length).toBe(100)
  })

  test('never the token, nor anything that it could be made from', async () => {
    const { client } = await signedUp(app)
    const token = client.cookies.get('__Host-session_id') ?? ''
    const [row] = await app.sql<{ digest: string }>(
      "select encode(sha256(convert_to($1, 'UTF8')), 'hex') as digest from sessions limit 1",
      [token],
    )
    const text = JSON.stringify((await client.get(url)).body)
    expect(text).not.toContain(token)
    expect(text).not.toContain(row?.digest)
    expect(text).not.toContain('pst_')
  })

  test('the times are of the configured lifetimes', async () => {
    const { client } = await signedUp(app)
    const [session] = (await client.get(url)).body.sessions as Record<string, string>[]
    const secondsAfterStart = (name: string) =>
      (Date.parse(session?.[name] ?? '') - Date.parse(session?.created_at ?? '')) / 1000
    expect(Math.abs(Date.now() - Date.parse(session?.created_at ?? ''))).toBeLessThan(60_000)
    expect(secondsAfterStart('max_expires_at')).toBeCloseTo(app.config.sessionAbsoluteTtlSeconds, 0)
    expect(secondsAfterStart('expires_at')).toBeCloseTo(
      Math.min(app.config.sessionIdleTtlSeconds, app.config.sessionAbsoluteTtlSeconds),
      0,
    )
  })

  test('user_agent and ip_address are left out when absent', async () => {
    const { client } = await signedUp(app)
    const [session] = await listed(client)
    await app.sql('update sessions set user_agent = null, ip_address = null where id = $1', [session?.management_id])
    const [bare] = await listed(client)
    expect(bare).not.toHaveProperty('user_agent')
    expect(bare).not.toHaveProperty('ip_address')
  })

  test('newest first, and is_current says which one asks', async () => {
    const { person, client } = await signedInOnDevice(app)
    const phone = await logIn(client, person, 'Phone')
    const tablet = await logIn(client, person, 'Tablet')
    const agents = async (asking: TestClient) =>
      (await listed(asking)).map((session) => [(session as { user_agent?: string }).user_agent, session.is_current])
    const own = 'Postern tests'
    expect(await agents(tablet)).toEqual([
      ['Tablet', true],
      ['Phone', false],
      [own, false],
      [own, false],
    ])
    expect(await agents(phone)).toEqual([
      ['Tablet', false],
      ['Phone', true],
      [own, false],
      [own, false],
    ])
    const times = (await listed(client)).map(({ created_at }) => created_at)
    expect(times).toEqual(times.toSorted().toReversed())
  })

  test('ended and expired ones are not shown', async () => {
    const { person, client } = await signedInOnDevice(app)
    const ended = await logIn(client, person, 'Ended')
    const expired = await logIn(client, person, 'Expired')
    const [newest] = await listed(expired)
    expect((await ended.post('/v0/auth/logout')).status).toBe(204)
    await app.sql("update sessions set expires_at = now() - interval '1 second' where id = $1", [newest?.management_id])
    const agents = (await listed(client)).map((session) => (session as { user_agent?: string }).user_agent)
    expect(agents).toEqual(['Postern tests', 'Postern tests'])
  })

  test('only the own ones', async () => {
    const { client } = await signedUp(app)
    const { client: other } = await signedUp(app)
    const own = await listed(client)
    const foreign = await listed(other)
    expect([own.length, foreign.length]).toEqual([1, 1])
    expect(own[0]?.management_id).not.toBe(foreign[0]?.management_id)
  })

  test('the 101st session ends the oldest; ended and expired ones do not count', async () => {
    const { person, client: oldest } = await signedUp(app)
    await app.sql(
      "update sessions set created_at = now() - interval '2 hours' where user_id = (select id from users where email = $1)",
      [person.email],
    )
    const insert = (count: number, columns: string) =>
      app.sql(
        `insert into sessions (id, user_id, token_digest, remember_me, created_at, expires_at, max_expires_at, ended_at)
         select gen_random_uuid(), u.id, sha256(convert_to(gen_random_uuid()::text, 'UTF8')), false,
           now() - interval '1 hour' + n * interval '1 second', ${columns}
         from users u, generate_series(1, ${count}) n where u.email = $1`,
        [person.email],
      )
    await insert(98, "now() + interval '1 day', now() + interval '30 days', null")
    await insert(20, "now() + interval '1 day', now() + interval '30 days', now()")
    await insert(20, "now() - interval '1 second', now() + interval '30 days', null")

    const client = app.client()
    const login = { email: person.email, password: person.password }
    expect((await client.post('/v0/auth/login', login)).status).toBe(202)
    const token = await mailedToken(app, person.email, 2)
    expect((await client.post('/v0/auth/device/verify', { token })).status).toBe(204)
    expect(await listed(client)).toHaveLength(100)
    expect((await oldest.get('/v0/user/me')).status).toBe(200)

    expect((await client.post('/v0/auth/login', login)).status).toBe(204)
    const left = await listed(client)
    expect([left.length, left[0]?.is_current]).toEqual([100, true])
    const answer = await oldest.get('/v0/user/me')
    expect([answer.status, answer.code]).toEqual([401, 'user:invalid_session'])

    // A browser that signs in again and again at once gains nothing by it.
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.post('/v0/auth/login', login)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 204))
    expect(await listed(client)).toHaveLength(100)
  })
})
