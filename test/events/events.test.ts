import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { transaction } from '../../src/db/transaction.ts'
import { somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { signedInOnDevice } from '../support/people.ts'
import { startOwnRedis } from '../support/redis.ts'
import { type EventSource, openEvents } from './support.ts'

const opened: EventSource[] = []
afterEach(() => {
  for (const source of opened.splice(0)) source.close()
})

async function listen(...given: Parameters<typeof openEvents>): Promise<EventSource> {
  // What happened before is no news.
  await expect.poll(() => given[0].sql('select 1 from event_outbox'), { timeout: 10_000 }).toEqual([])
  const source = await openEvents(...given)
  opened.push(source)
  return source
}

const wrongPassword = (app: TestApp, email: string) =>
  app.client().post('/v0/auth/login', { email, password: 'not the password' })

describe.each([
  ['PostgreSQL alone', () => ({})],
  ['Redis', () => ({ REDIS_URL: inject('redisUrl') })],
])('GET /v0/events with %s', (_, env) => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp(env())
  })
  afterAll(() => app.close())

  test('brings what happens to the account, as the history shows it, and nobody else’s [AZ7]', async () => {
    const [own, other] = [await somebody(app), await somebody(app)]
    const source = await listen(app, own.client)
    expect(source.status).toBe(200)
    expect(source.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    await wrongPassword(app, other.person.email)
    await wrongPassword(app, own.person.email)
    const heard = await source.untilHeard('login_failed')
    const [newest] = (await own.client.get('/v0/user/me/security-events')).body.data as Record<string, unknown>[]
    const { ip_address, user_agent, ...shown } = newest ?? {}
    expect(heard).toEqual({ id: shown.id, event: 'login_failed', data: shown })
    await own.client.send('PATCH', '/v0/user/me', { body: { bio: 'x' } })
    expect(source.heard).toHaveLength(1)
  })

  test('an entry of the stream whose change was never committed is nothing', async () => {
    const { client, person, id } = await somebody(app)
    const source = await listen(app, client)
    const entry = { eventId: randomUUID(), userId: id }
    await transaction(app.deps.pool, (tx) => app.deps.eventStream.publish(tx, entry))
    await wrongPassword(app, person.email)
    await source.untilHeard('login_failed')
    expect(source.heard).toHaveLength(1)
  })

  test('HEAD is answered as GET is, without a stream, and takes no place [AT5]', async () => {
    const { client } = await somebody(app)
    for (let count = 0; count < 6; count++) {
      const { status, headers } = await client.send('HEAD', '/v0/events', {})
      expect([status, headers['content-type']]).toEqual([200, 'text/event-stream'])
    }
    expect((await listen(app, client)).status).toBe(200)
  })

  test('a bearer may listen, too', async () => {
    const { client } = await somebody(app)
    const session = client.cookies.get('__Host-session_id') ?? ''
    const source = await listen(app, app.client(), { authorization: `Bearer ${session}` })
    expect(source.status).toBe(200)
  })

  test('goes on after the last event that the client got: none is lost, none comes twice', async () => {
    const { client, person } = await somebody(app)
    const first = await listen(app, client)
    for (let count = 0; count < 3; count++) await wrongPassword(app, person.email)
    await first.untilHeard('login_failed', 3)
    first.close()
    for (let count = 0; count < 2; count++) await wrongPassword(app, person.email)
    const [seen] = first.heard
    const second = await listen(app, client, { 'last-event-id': String(seen?.id) })
    await second.untilHeard('login_failed', 4)
    const all = (await client.get('/v0/user/me/security-events')).body.data as { id: string }[]
    expect(second.heard.map(({ id }) => id)).toEqual(
      all
        .slice(0, 4)
        .reverse()
        .map(({ id }) => id),
    )
  })

  test.each([
    ['unknown', async () => '01890a5d-ac96-774b-bcce-b302099a8057'],
    ['no event’s', async () => 'yesterday'],
    [
      'somebody else’s',
      async () => {
        const { client } = await somebody(app)
        return String(((await client.get('/v0/user/me/security-events')).body.data as { id: string }[])[0]?.id)
      },
    ],
  ])('Last-Event-ID that is %s: a reset first, then what happens from now on', async (_name, makeId) => {
    const { client, person } = await somebody(app)
    await wrongPassword(app, person.email)
    const source = await listen(app, client, { 'last-event-id': await makeId() })
    await source.untilHeard('reset')
    await wrongPassword(app, person.email)
    await source.untilHeard('login_failed')
    expect(source.heard.map(({ event }) => event)).toEqual(['reset', 'login_failed'])
  })

  test('ends within a second of the logout, of a ban and of a change of the password', async () => {
    const admin = await somebody(app, 'admin')
    const [leaving, banned] = [await somebody(app), await somebody(app)]
    const changing = await signedInOnDevice(app)
    const other = app.client()
    other.cookies.set('__Host-device_id', changing.client.cookies.get('__Host-device_id') ?? '')
    await other.post('/v0/auth/login', { email: changing.person.email, password: changing.person.password })
    const ends: [TestApp, typeof other, () => Promise<unknown>][] = [
      [app, leaving.client, () => leaving.client.post('/v0/auth/logout')],
      [app, banned.client, () => admin.client.post('/v0/users/ban', { user_id: banned.id, reason: 'x' })],
      [
        app,
        other,
        () =>
          changing.client.post('/v0/auth/change-password', {
            current_password: changing.person.password,
            new_password: 'another long password',
          }),
      ],
    ]
    for (const [on, client, end] of ends) {
      const source = await listen(on, client)
      expect(source.status).toBe(200)
      await end()
      const ended = performance.now()
      await vi.waitUntil(source.isClosed, { timeout: 5000, interval: 10 })
      expect(performance.now() - ended).toBeLessThan(1000)
    }
  })

  test('rate_limit:exceeded: a sixth stream of the account; one that is closed makes room', async () => {
    const { client } = await somebody(app)
    const sources = await Promise.all(Array.from({ length: 6 }, () => listen(app, client)))
    expect(sources.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 429])
    const refused = sources.find(({ status }) => status === 429)
    expect(refused?.headers['x-error-code']).toBe('rate_limit:exceeded')
    sources.find(({ status }) => status === 200)?.close()
    await expect.poll(async () => (await listen(app, client)).status).toBe(200)
  })

  test('a client that does not read is dropped, and gets what it missed when it comes back', async () => {
    const { client, id } = await somebody(app)
    const slow = await listen(app, client)
    slow.response.pause()
    await app.sql(
      `with event as (
         insert into security_events (id, user_id, type, metadata, created_at)
         select gen_random_uuid(), $1, 'login_failed', jsonb_build_object('note', repeat('x', 10000)), clock_timestamp()
         from generate_series(1, 1500) returning id, user_id)
       insert into event_outbox (event_id, user_id) select id, user_id from event`,
      [id],
    )
    await expect.poll(() => app.sql('select 1 from event_outbox'), { timeout: 10_000 }).toEqual([])
    slow.response.resume()
    await vi.waitUntil(slow.isClosed, { timeout: 15_000, interval: 20 })
    const got = slow.heard.length
    expect(got).toBeLessThan(1500)
    const next = await listen(app, client, { 'last-event-id': String(slow.heard.at(-1)?.id) })
    // Who reads gets along, in as many turns as it takes.
    await vi.waitUntil(() => next.heard.length > 0 || next.isClosed(), { timeout: 10_000, interval: 20 })
    expect(next.heard[0]?.event).toBe('login_failed')
    const seen = new Set(slow.heard.map(({ id: one }) => one))
    expect(seen.has(next.heard[0]?.id)).toBe(false)
  })
})

test('however many listen, the log is looked at in one statement, and none misses its news [AT5]', async () => {
  const app = await startApp()
  onTestFinished(() => app.close())
  const { id, client } = await somebody(app)
  await expect.poll(() => app.sql('select 1 from event_outbox'), { timeout: 10_000 }).toEqual([])
  const [current] = (await client.get('/v0/auth/sessions')).body.sessions as { management_id: string }[]
  const heard: string[] = []
  for (const userId of [id, ...Array.from({ length: 50 }, () => randomUUID())]) {
    const deliver = () => heard.push(userId) > 0
    await app.deps.eventHub.listen(
      { userId, sessionId: String(current?.management_id), deliver, end: () => {} },
      undefined,
    )
  }
  const eventId = randomUUID()
  await app.sql("insert into security_events (id, user_id, type) values ($1, $2, 'logout')", [eventId, id])
  let statements = 0
  app.deps.pool.on('acquire', () => {
    statements++
  })
  // As no stream announces it.
  await app.deps.db.execute(sql`insert into event_log (event_id, user_id) values (${eventId}, ${id})`)
  await expect.poll(() => heard, { timeout: 15_000 }).toEqual([id])
  expect(statements).toBeLessThan(50)
})

test('without its stream the events still come, a little later [FT4]', async () => {
  const redis = await startOwnRedis()
  const app = await startApp({ REDIS_URL: redis.url })
  const { client, person } = await somebody(app)
  const source = await listen(app, client)
  await redis.kill()
  await wrongPassword(app, person.email)
  await source.untilHeard('login_failed')
  await redis.start()
  await wrongPassword(app, person.email)
  await source.untilHeard('login_failed', 2)
  await app.close()
  await redis.stop()
})

test('two processes: what happens at the one is heard at the other', async () => {
  const first = await startApp()
  const second = await startApp({ DATABASE_URL: first.config.databaseUrl, KEYS_DIR: first.config.keysDir })
  const { client, person } = await somebody(first)
  const source = await listen(second, client)
  await wrongPassword(first, person.email)
  await source.untilHeard('login_failed')
  await client.post('/v0/auth/logout')
  await vi.waitUntil(source.isClosed, { timeout: 1500, interval: 10 })
  await second.close()
  await first.close()
})

test('a server that closes ends its streams', async () => {
  const app = await startApp()
  const { client } = await somebody(app)
  const source = await listen(app, client)
  await app.close()
  await vi.waitUntil(source.isClosed, { timeout: 2000, interval: 10 })
})
