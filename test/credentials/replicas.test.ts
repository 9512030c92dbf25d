import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startReplica } from '../access-tokens/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { signedInOnDevice, signedUp } from '../support/people.ts'
import { openProxy, type PostgresProxy } from '../support/proxy.ts'
import { type OwnRedis, startOwnRedis, startRedisCluster } from '../support/redis.ts'
import { runAdmin, type ServerProcess, startServerProcess } from '../support/server-process.ts'

/** What a change may take at most where a replica cannot be reached: its lease, and the statements around it. */
const leaseMs = 2000
const slackMs = 700

const isLeased = (each: TestApp) =>
  vi.waitFor(() => expect(each.deps.replicas.isLeased()).toBe(true), { timeout: 10_000 })

async function timed<Result>(act: () => Promise<Result>): Promise<{ ms: number; result: Result }> {
  const startedAt = performance.now()
  const result = await act()
  return { ms: performance.now() - startedAt, result }
}

/** The same person's browser at another replica. */
function at(other: TestApp, client: TestClient): TestClient {
  const same = other.client()
  for (const [name, value] of client.cookies) same.cookies.set(name, value)
  return same
}

type OwnSession = { readonly management_id: string; readonly is_current: boolean }

const me = (client: TestClient) => client.get('/v0/user/me')

type Backend = {
  readonly env: Record<string, string>
  cut(): Promise<void>
  mend(): Promise<void>
  close(): Promise<void>
}

const onRedis = (start: () => Promise<OwnRedis>) => async (): Promise<Backend> => {
  const redis = await start()
  return { env: { REDIS_URL: redis.url }, cut: redis.pause, mend: redis.resume, close: redis.stop }
}

describe.each([
  [
    'PostgreSQL',
    async (): Promise<Backend> => ({ env: {}, cut: async () => {}, mend: async () => {}, close: async () => {} }),
  ],
  ['Redis', onRedis(startOwnRedis)],
  ['Redis Cluster', onRedis(startRedisCluster)],
])('two replicas on %s', (kind, open) => {
  let backend: Backend
  let one: TestApp
  let two: TestApp
  beforeAll(async () => {
    backend = await open()
    one = await startApp(backend.env)
    two = await startReplica(one, backend.env)
    await Promise.all([one, two].map(isLeased))
  })
  afterAll(async () => {
    await two.close()
    await one.close()
    await backend.close()
  })

  test('what is answered from memory is not asked of PostgreSQL', async () => {
    const { client } = await signedUp(one)
    expect((await me(client)).status).toBe(200)
    const before = { ...one.deps.remembered.foundIn }
    for (let round = 0; round < 20; round++) expect((await me(client)).status).toBe(200)
    expect(one.deps.remembered.foundIn).toEqual({ ...before, memory: before.memory + 20 })
  })

  test('a logout is known everywhere once it is answered [SE5]', async () => {
    for (let round = 0; round < 4; round++) {
      const { client } = await signedUp(one)
      const elsewhere = at(two, client)
      expect((await me(elsewhere)).status).toBe(200)
      const { ms, result } = await timed(() => client.post('/v0/auth/logout'))
      expect([result.status, (await me(elsewhere)).code]).toEqual([204, 'user:invalid_session'])
      expect(ms).toBeLessThan(leaseMs / 2)
    }
  })

  test('so are a profile, a ban and a role [SE5]', async () => {
    const { client } = await signedUp(one)
    const elsewhere = at(two, client)
    const { id } = (await me(elsewhere)).body
    await client.send('PATCH', '/v0/user/me', { body: { display_name: 'Somebody Else' } })
    expect((await me(elsewhere)).body.display_name).toBe('Somebody Else')
    const { person, client: admin } = await signedUp(one)
    await runAdmin(two, ['grant', person.email, 'admin'])
    expect((await me(admin)).body.roles).toEqual(['admin'])
    await at(two, admin).post('/v0/users/ban', { user_id: id, reason: 'spam' })
    expect((await client.get('/v0/auth/check')).code).toBe('user:banned')
    expect((await elsewhere.get('/v0/auth/check')).code).toBe('user:banned')
  })

  test('so are a session that is revoked and a password that is changed [SE5]', async () => {
    const { person, client } = await signedInOnDevice(one)
    const signedInAgain = async () => {
      const other = one.client()
      other.cookies.set('__Host-device_id', client.cookies.get('__Host-device_id') ?? '')
      await other.post('/v0/auth/login', { email: person.email, password: person.password })
      expect((await me(at(two, other))).status).toBe(200)
      return other
    }
    const [revoked, locked] = [await signedInAgain(), await signedInAgain()]
    const { sessions } = (await revoked.get('/v0/auth/sessions')).body as { sessions: OwnSession[] }
    const current = sessions.find(({ is_current }) => is_current)
    await client.send('DELETE', `/v0/auth/sessions/${current?.management_id}`)
    expect((await me(at(two, revoked))).code).toBe('user:invalid_session')
    const changed = { current_password: person.password, new_password: 'a wholly new passphrase' }
    expect((await client.post('/v0/auth/change-password', changed)).status).toBe(204)
    expect((await me(at(two, locked))).code).toBe('user:invalid_session')
  })

  test.skipIf(kind !== 'Redis')('a cut channel turns memory off, never wrong, and comes back by itself', async () => {
    const [{ client }, other] = [await signedUp(one), await signedUp(one)]
    const elsewhere = at(two, client)
    expect((await me(elsewhere)).status).toBe(200)
    await backend.cut()
    const { ms } = await timed(() => client.post('/v0/auth/logout'))
    expect((await me(elsewhere)).code).toBe('user:invalid_session')
    expect(ms).toBeLessThan(leaseMs + slackMs)
    await vi.waitFor(() => expect(two.deps.replicas.isLeased()).toBe(false), { timeout: 5000 })
    expect((await me(at(two, other.client))).status).toBe(200)
    await backend.mend()
    await Promise.all([one, two].map(isLeased))
  })

  describe.skipIf(kind === 'PostgreSQL')('two changes on a cut channel', () => {
    /** Two people whom the other replica remembers, and how each is renamed here. */
    async function remembered() {
      const people = [await signedUp(one), await signedUp(one)] as const
      const all = people.map(({ client }) => {
        const there = at(two, client)
        return {
          there,
          rename: () => client.send('PATCH', '/v0/user/me', { body: { display_name: 'Anew' } }),
          nameThere: async () => (await me(there)).body.display_name,
        }
      })
      const isRemembered = async (there: TestClient) => {
        const before = two.deps.remembered.foundIn.memory
        await me(there)
        expect(two.deps.remembered.foundIn.memory).toBe(before + 1)
      }
      for (const { there } of all) await vi.waitFor(() => isRemembered(there), { timeout: 5000 })
      return all as [(typeof all)[number], (typeof all)[number]]
    }
    const leases = async () => (await one.deps.pool.query('select id::text from replicas order by id')).rows
    afterEach(async () => {
      await backend.mend()
      await Promise.all([one, two].map(isLeased))
    })

    test('the second waits for a lease that the first is ending: no replica answers from before [SE5 FT4]', async () => {
      const [first, second] = await remembered()
      await backend.cut()
      const before = await leases()
      const begun = first.rename()
      await vi.waitFor(async () => expect(await leases()).not.toEqual(before), { interval: 10 })
      expect((await second.rename()).status).toBe(200)
      expect(await second.nameThere()).toBe('Anew')
      expect((await begun).status).toBe(200)
      expect(await first.nameThere()).toBe('Anew')
    })

    test('at the same moment, both wait for the lease that only one of them ends [SE5 FT4]', async () => {
      const both = await remembered()
      await backend.cut()
      const names = await Promise.all(
        both.map(async ({ rename, nameThere }) => {
          expect((await rename()).status).toBe(200)
          return nameThere()
        }),
      )
      expect(names).toEqual(['Anew', 'Anew'])
    })
  })
})

describe.each([
  ['Redis', startOwnRedis],
  ['Redis Cluster', startRedisCluster],
])('what %s holds of sessions', (_kind, start) => {
  let redis: OwnRedis
  let app: TestApp
  let store: Redis
  beforeAll(async () => {
    redis = await start()
    app = await startApp({ REDIS_URL: redis.url, SESSION_MEMORY_MIB: '0' })
    // The Cluster has one node.
    store = new Redis(redis.url.replace('+cluster', ''))
    await isLeased(app)
  })
  afterAll(async () => {
    store.disconnect()
    await app.close()
    await redis.stop()
  })

  const entries = async () => {
    const keys = await store.keys('postern:session:*')
    return Promise.all(keys.map(async (key) => ({ key, value: (await store.getBuffer(key)) ?? Buffer.alloc(0) })))
  }
  const cachedChecks = () => app.deps.remembered.foundIn.cache

  test('is sealed, by a key of this hour: nobody reads an address in it, and it opens for its own session alone [LG1 AT20]', async () => {
    const [one, two] = [await signedUp(app), await signedUp(app)]
    for (const { client } of [one, two]) {
      expect((await me(client)).status).toBe(200)
      await vi.waitFor(async () => {
        const before = cachedChecks()
        expect((await me(client)).status).toBe(200)
        expect(cachedChecks()).toBe(before + 1)
      })
    }
    const found = await entries()
    expect(found).toHaveLength(2)
    for (const { value } of found)
      for (const text of [one.person.email, one.person.handle, two.person.email, 'sessionId', 'roles'])
        expect(value.includes(text)).toBe(false)
    const hour = Date.now() / 3_600_000
    for (const { value } of found) expect(Math.abs(hour - 0.5 - value.readUInt32BE(5))).toBeLessThan(1)
    const [first, second] = found
    await store.set(first?.key ?? '', second?.value ?? '')
    await store.set(second?.key ?? '', first?.value ?? '')
    for (const { person, client } of [one, two]) expect((await me(client)).body.email).toBe(person.email)
  })

  test('is told to each for itself, however many ask at once', async () => {
    const known = await Promise.all(Array.from({ length: 6 }, () => signedUp(app)))
    const stranger = app.client()
    const ask = () =>
      Promise.all([
        ...known.map(async ({ person, client }) => expect((await me(client)).body.email).toBe(person.email)),
        me(stranger).then(({ code }) => expect(code).toBe('session:not_found')),
      ])
    await vi.waitFor(async () => {
      const before = cachedChecks()
      stranger.cookies.set('__Host-session_id', makeToken('session').text)
      await ask()
      expect(cachedChecks()).toBe(before + known.length)
    })
  })

  test.each(['', 'garbage', '{"value":{"user":{"roles":["admin"]}},"goodUntil":9e15,"transaction":9e15}'])(
    'is asked for no more than it can tell: %j',
    async (planted) => {
      const { person, client } = await signedUp(app)
      await me(client)
      await vi.waitFor(async () => expect(await entries()).not.toEqual([]))
      for (const { key } of await entries()) await store.set(key, planted)
      const answer = await me(client)
      expect([answer.status, answer.body.email, answer.body.roles]).toEqual([200, person.email, undefined])
    },
  )
})

describe('a replica that cannot hear PostgreSQL', () => {
  let one: TestApp
  let two: TestApp
  let proxy: PostgresProxy
  beforeAll(async () => {
    one = await startApp()
    proxy = await openProxy(one.config.databaseUrl ?? '')
    two = await startReplica(one, { DATABASE_DIRECT_URL: proxy.url })
    await Promise.all([one, two].map(isLeased))
  })
  afterAll(async () => {
    await two.close()
    await proxy.close()
    await one.close()
  })

  test.each(['hang', 'cut'] as const)(
    'answers from it once its channel is %s, and is waited for no longer than its lease',
    async (how) => {
      const { client } = await signedUp(one)
      const elsewhere = at(two, client)
      expect((await me(elsewhere)).status).toBe(200)
      await proxy[how]()
      const { ms } = await timed(() => client.post('/v0/auth/logout'))
      expect((await me(elsewhere)).code).toBe('user:invalid_session')
      expect(ms).toBeLessThan(leaseMs + slackMs)
      await vi.waitFor(() => expect(two.deps.replicas.isLeased()).toBe(false), { timeout: 5000 })
      await proxy.restore()
      if (how === 'cut') await isLeased(two)
      else
        await proxy
          .cut()
          .then(proxy.restore)
          .then(() => isLeased(two))
    },
  )
})

test('a replica that alone lost Redis says so: each of its changes takes two seconds, and counts [ST7]', async () => {
  const redis = await startOwnRedis()
  const operator = new Redis(redis.url)
  await operator.acl('SETUSER', 'two', 'on', '>of-the-replica', '~*', '&*', '+@all')
  const one = await startApp({ REDIS_URL: redis.url }, { watchEveryMs: 100 })
  const ownUrl = redis.url.replace('//', '//two:of-the-replica@')
  const two = await startReplica(one, { REDIS_URL: ownUrl }, { watchEveryMs: 100 })
  onTestFinished(async () => {
    await two.close()
    await one.close()
    operator.disconnect()
    await redis.stop()
  })
  const isUp = async ({ app, config }: TestApp) => {
    const headers = { host: 'auth.example.com', authorization: `Bearer ${config.metricsToken}` }
    const { body } = await app.inject({ url: '/metrics', headers })
    return /^postern_dependency_up\{name="redis"\} (\d)$/m.exec(body)?.[1]
  }
  const areUp = (...expected: string[]) =>
    vi.waitFor(async () => expect(await Promise.all([one, two].map(isUp))).toEqual(expected), { timeout: 10_000 })
  const said = ({ warnings }: TestApp) =>
    warnings.flatMap(({ msg, dependency }) => (dependency ? [msg, dependency] : []))
  const logOut = async () => {
    const { client } = await signedUp(one)
    expect((await me(client)).status).toBe(200)
    const { ms, result } = await timed(() => at(two, client).post('/v0/auth/logout'))
    expect([result.status, (await me(client)).code]).toEqual([204, 'user:invalid_session'])
    return ms
  }
  await areUp('1', '1')
  await Promise.all([one, two].map(isLeased))
  await operator.acl('SETUSER', 'two', 'off')
  await operator.client('KILL', 'USER', 'two')
  await areUp('1', '0')
  expect([said(one), said(two)]).toEqual([[], ['a dependency is lost', 'redis']])
  for (const ms of await Promise.all([logOut(), logOut()])) expect(ms).toBeLessThan(leaseMs + slackMs)

  await operator.acl('SETUSER', 'two', 'on')
  await areUp('1', '1')
  await Promise.all([one, two].map(isLeased))
  expect(await logOut()).toBeLessThan(leaseMs / 2)
})

test('a replica whose connections are all in use goes on answering from memory, and hears of changes [SE5]', async () => {
  const one = await startApp({ DATABASE_POOL_SIZE: '1' })
  const two = await startReplica(one)
  await Promise.all([one, two].map(isLeased))
  const { client } = await signedUp(one)
  const leasedUntil = async () =>
    (await two.sql<{ until: number }>('select min(date_part($$epoch$$, lease_until)) as until from replicas'))[0]
      ?.until ?? 0
  // On a starved machine the lease may lapse meanwhile, and with it the memory: then from the beginning.
  const held = await vi.waitFor(async () => {
    expect((await me(client)).status).toBe(200)
    const connection = await one.deps.pool.connect()
    try {
      const before = await leasedUntil()
      await vi.waitFor(async () => expect(await leasedUntil()).toBeGreaterThan(before + leaseMs / 1000))
      expect((await me(client)).status).toBe(200)
      return connection
    } catch (error) {
      connection.release()
      throw error
    }
  })
  const { ms } = await timed(() => at(two, client).post('/v0/auth/logout'))
  expect(ms).toBeLessThan(leaseMs / 2)
  held.release()
  expect((await me(client)).code).toBe('user:invalid_session')
  await two.close()
  await one.close()
})

test('a replica that cannot learn who is leased calls no change done until it can [SE5]', async () => {
  const one = await startApp()
  const role = `test_${randomUUID().replaceAll('-', '')}`
  await one.sql(`create role ${role} login`)
  const url = one.config.databaseUrl ?? ''
  const two = await startReplica(one, {
    DATABASE_URL: url.replace(/user=\w+/, `user=${role}`),
    DATABASE_MIGRATION_URL: url,
  })
  await Promise.all([one, two].map(isLeased))
  const [first, second] = [await signedUp(one), await signedUp(one)]
  for (const { client } of [first, second]) expect((await me(client)).status).toBe(200)
  await one.sql(`revoke all on replicas from ${role}`)
  expect((await at(two, first.client).post('/v0/auth/logout')).code).toBe('system:transaction_error')
  const logout = at(two, second.client).post('/v0/auth/logout')
  await vi.waitFor(async () =>
    expect(await one.sql("select id from sessions where end_reason = 'logout'")).toHaveLength(2),
  )
  await one.sql(`grant select, insert, update, delete on replicas to ${role}`)
  expect([(await logout).status, (await me(second.client)).code]).toEqual([204, 'user:invalid_session'])
  await two.close()
  await one.sql(`drop owned by ${role}`)
  await one.sql(`drop role ${role}`)
  await one.close()
})

test('a channel that fell silent is opened anew, without anybody closing the old connection', async () => {
  const one = await startApp()
  const proxy = await openProxy(one.config.databaseUrl ?? '')
  const two = await startReplica(one, { DATABASE_DIRECT_URL: proxy.url })
  await isLeased(two)
  proxy.mute()
  await vi.waitFor(() => expect(two.deps.replicas.isLeased()).toBe(false), { timeout: 5000 })
  await vi.waitFor(() => expect(two.deps.replicas.isLeased()).toBe(true), { timeout: 15_000 })
  // The job queue's connections are mute as well, and would be waited for.
  await proxy.cut()
  await two.close()
  await proxy.close()
  await one.close()
})

test('what others write to the channel harms nobody', async () => {
  const app = await startApp()
  await isLeased(app)
  for (const text of [
    'garbage',
    'null',
    '[]',
    '{"change":1}',
    '{"change":"x","users":5}',
    '{"change":"x","from":"y","users":["z"]}',
    '{"ping":{}}',
    '{"heard":1}',
    '',
  ])
    await app.deps.pool.query("select pg_notify('postern_changes', $1)", [text])
  const { client } = await signedUp(app)
  expect((await me(client)).status).toBe(200)
  await isLeased(app)
  expect((await client.post('/v0/auth/logout')).status).toBe(204)
  await app.close()
})

describe('a process that is stopped', () => {
  let app: TestApp
  let replica: ServerProcess
  beforeAll(async () => {
    app = await startApp()
    replica = await startServerProcess({
      DATABASE_URL: app.config.databaseUrl ?? '',
      KEYS_DIR: app.config.keysDir,
      DATA_DIR: app.config.dataDir,
    })
  })
  afterEach(() => void replica.kill('SIGCONT'))
  afterAll(async () => {
    await replica.stop()
    await app.close()
  })

  test('delays a logout by no more than its lease, and refuses when it wakes [SE5]', async () => {
    const { client } = await signedUp(app)
    const headers = { authorization: `Bearer ${client.cookies.get('__Host-session_id')}` }
    const ask = async () => (await fetch(`${replica.origin}/v0/user/me`, { headers })).status
    const leases = () => app.sql('select id from replicas where lease_until > clock_timestamp()')
    await vi.waitFor(async () => expect(await leases()).toHaveLength(2))
    expect([await ask(), await ask()]).toEqual([200, 200])
    replica.kill('SIGSTOP')
    const { ms } = await timed(() => client.post('/v0/auth/logout'))
    expect(ms).toBeLessThan(leaseMs + slackMs)
    const answer = ask()
    replica.kill('SIGCONT')
    expect(await answer).toBe(401)
  })

  test('delays nothing once it was killed and its lease is over', async () => {
    const { client } = await signedUp(app)
    await replica.stop()
    const { ms } = await timed(() => client.post('/v0/auth/logout'))
    expect(ms).toBeLessThan(leaseMs / 2)
  })
})
