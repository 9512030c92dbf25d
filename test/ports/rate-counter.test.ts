import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { memoryRateCounter } from '../../src/ports/rate-counter.memory.ts'
import { postgresRateCounter } from '../../src/ports/rate-counter.postgres.ts'
import { redisRateCounter } from '../../src/ports/rate-counter.redis.ts'
import type { RateCounter } from '../../src/ports/rate-counter.ts'
import { createDatabase } from '../support/database.ts'
import { type OwnRedis, startOwnRedis, startRedisCluster } from '../support/redis.ts'

/** One store; every counter opened on it is another replica. */
type Store = { open(): RateCounter; stop(): Promise<void> }

const inMemory = () => memoryRateCounter({ now: () => performance.now() })
const uniquePrefix = () => `test:${randomUUID()}:`

async function postgresStore(): Promise<Store> {
  const database = await createDatabase(inject('postgresUrl'))
  const { db, close } = openDatabase({ url: database.url, poolSize: 10, timeoutMs: 5000, onIdleError: () => {} })
  const stop = async () => {
    await close()
    await database.drop()
  }
  return { open: () => postgresRateCounter(db), stop }
}

/** Without a fallback that counts, a test cannot pass on memory alone. */
const noFallback: RateCounter = { hit: () => Promise.reject(new Error('Redis did not count')), close: async () => {} }

function redisStore(url: string, stop = async () => {}): Store {
  const prefix = uniquePrefix()
  return { open: () => redisRateCounter({ url, prefix, fallback: noFallback }), stop }
}

const stores: Record<string, () => Promise<Store>> = {
  memory: async () => {
    const counter = inMemory()
    return { open: () => counter, stop: async () => {} }
  },
  PostgreSQL: postgresStore,
  Redis: async () => redisStore(inject('redisUrl')),
  'Redis Cluster': async () => {
    const { url, stop } = await startRedisCluster()
    return redisStore(url, stop)
  },
}

describe.each(Object.entries(stores))('counter in %s', (_, start) => {
  const opened: RateCounter[] = []
  let store: Store
  let name: string

  beforeAll(async () => {
    store = await start()
  }, 60_000)

  beforeEach(() => {
    name = randomUUID()
  })

  afterAll(async () => {
    for (const counter of opened) await counter.close()
    await store?.stop()
  })

  function open(): RateCounter {
    const counter = store.open()
    opened.push(counter)
    return counter
  }

  it('counts the events of a window and says when it resets', async () => {
    const counter = open()
    for (const count of [1, 2, 3]) {
      const [tally] = await counter.hit([{ key: name, windowSeconds: 60 }])
      expect(tally?.count).toBe(count)
      expect(tally?.resetsInSeconds).toBeGreaterThan(50)
      expect(tally?.resetsInSeconds).toBeLessThanOrEqual(60)
    }
  })

  it('counts several windows in one hit and answers in the order asked', async () => {
    const counter = open()
    await counter.hit([{ key: `wide:${name}`, windowSeconds: 3600 }])
    const tallies = await counter.hit([
      { key: `wide:${name}`, windowSeconds: 3600 },
      { key: name, windowSeconds: 60 },
    ])
    expect(tallies.map(({ count }) => count)).toEqual([2, 1])
    expect(tallies.map(({ resetsInSeconds }) => Math.round(resetsInSeconds / 60))).toEqual([60, 1])
  })

  it('only looks at a cost of zero', async () => {
    const counter = open()
    const count = async (cost: 0 | 1) => (await counter.hit([{ key: name, windowSeconds: 60, cost }]))[0]?.count
    expect([await count(0), await count(1), await count(0), await count(1)]).toEqual([0, 1, 1, 2])
  })

  it('counts one beyond what an event may use up, so that it is told from the last, and leaves the rest to others [AT2]', async () => {
    const counter = open()
    const window = { key: name, windowSeconds: 60 }
    const hit = async (most?: number) => (await counter.hit([{ ...window, ...(most && { most }) }]))[0]?.count
    expect([await hit(2), await hit(2), await hit(2), await hit(2)]).toEqual([1, 2, 3, 3])
    expect([await hit(5), await hit(2), await hit()]).toEqual([4, 4, 5])
  })

  it('opens a new window after the end of the first, which later events do not put off', async () => {
    const counter = open()
    const hit = async () => (await counter.hit([{ key: name, windowSeconds: 1 }]))[0]
    const started = performance.now()
    await hit()
    expect((await hit())?.count).toBe(2)
    await vi.waitUntil(async () => (await hit())?.count === 1, { timeout: 10_000, interval: 50 })
    expect(performance.now() - started).toBeGreaterThan(950)
    const tally = await hit()
    expect(tally?.count).toBe(2)
    expect(tally?.resetsInSeconds).toBeLessThanOrEqual(1)
  })

  it('counts 200 hits at once, of several replicas, each exactly once [RL4]', async () => {
    const replicas = [open(), open(), open()]
    const windows = [
      { key: `one:${name}`, windowSeconds: 60 },
      { key: `two:${name}`, windowSeconds: 60 },
    ]
    const hits = Array.from({ length: 200 }, (_, index) => replicas[index % 3]?.hit(windows) ?? [])
    const tallies = await Promise.all(hits)
    const expected = Array.from({ length: 200 }, (_, index) => index + 1)
    for (const index of [0, 1]) {
      expect(tallies.map((tally) => tally[index]?.count).sort((a = 0, b = 0) => a - b)).toEqual(expected)
    }
  })

  it('takes overlapping windows in any order without a deadlock', async () => {
    const counter = open()
    const keys = Array.from({ length: 12 }, (_, index) => `${index}:${name}`)
    const hits = Array.from({ length: 120 }, (_, index) => {
      const turned = [...keys.slice(index % 12), ...keys.slice(0, index % 12)]
      const order = index % 2 === 0 ? turned : turned.toReversed()
      return counter.hit(order.map((key) => ({ key, windowSeconds: 60 })))
    })
    await Promise.all(hits)
    const [tally] = await counter.hit([{ key: `0:${name}`, windowSeconds: 60 }])
    expect(tally?.count).toBe(121)
  })
})

describe('counter in memory', () => {
  it('drops the oldest windows when it is full, never the newest', async () => {
    const counter = memoryRateCounter({ now: () => 0, maxEntries: 10 })
    const hit = async (key: string) => (await counter.hit([{ key, windowSeconds: 60 }]))[0]?.count
    await hit('first')
    for (let index = 0; index < 10; index++) await hit(`other-${index}`)
    expect(await hit('other-9')).toBe(2)
    expect(await hit('first')).toBe(1)
  })
})

describe.each([
  ['Redis', startOwnRedis],
  ['Redis Cluster', startRedisCluster],
])('an outage of %s', { timeout: 60_000 }, (_, start) => {
  let redis: OwnRedis
  let counter: RateCounter
  let observer: RateCounter
  const said: string[] = []
  const log = {
    warn: (_details: object, message: string) => void said.push(message),
    info: (_details: object, message: string) => void said.push(message),
  }
  const lost = 'Redis is lost: rate limits are counted in memory'
  const back = 'Redis is back: rate limits are counted there again'
  const window = { key: 'a', windowSeconds: 3600 }

  beforeAll(async () => {
    redis = await start()
  }, 60_000)

  afterAll(() => redis?.stop())

  beforeEach(async () => {
    const prefix = uniquePrefix()
    counter = redisRateCounter({ url: redis.url, prefix, fallback: inMemory(), log })
    observer = redisRateCounter({ url: redis.url, prefix, fallback: inMemory() })
    await untilBothCountThere()
    said.length = 0
    expect(await countOnce()).toBe(1)
  })

  /** A first connection may take longer than a hit may wait. */
  const untilBothCountThere = () =>
    vi.waitUntil(
      async () => {
        const [own] = await counter.hit([{ ...window, key: 'first' }])
        const [seen] = await observer.hit([{ ...window, key: 'first' }])
        return own !== undefined && seen?.count === own.count + 1
      },
      { timeout: 20_000, interval: 50 },
    )

  afterEach(async () => {
    await counter.close()
    await observer.close()
  })

  async function countOnce(of = counter): Promise<number | undefined> {
    const started = performance.now()
    const [tally] = await of.hit([window])
    // The deadline is 300 ms; the rest is for a machine that is busy with other tests.
    expect(performance.now() - started).toBeLessThan(1000)
    return tally?.count
  }

  const untilBack = () =>
    vi.waitUntil(async () => (await countOnce()) !== undefined && said.includes(back), {
      timeout: 20_000,
      interval: 50,
    })

  /** Both replicas see each other's events, so both count in Redis. */
  async function expectSharedCount(): Promise<void> {
    await vi.waitUntil(
      async () => {
        const before = (await countOnce()) ?? 0
        return (await countOnce(observer)) === before + 1
      },
      { timeout: 20_000, interval: 50 },
    )
  }

  it('goes on in memory while the server is gone, and in Redis when it is back [FT4]', async () => {
    await redis.kill()
    expect(await countOnce()).toBe(1)
    expect(await countOnce()).toBe(2)
    await redis.start()
    await untilBack()
    await expectSharedCount()
    expect(said).toEqual([lost, back])
  })

  it('goes on in memory while the server is silent, and makes one hit wait, not all [FT4]', async () => {
    await redis.pause()
    expect(await countOnce()).toBe(1)
    const started = performance.now()
    for (let index = 2; index <= 100; index++) expect(await countOnce()).toBe(index)
    expect(performance.now() - started).toBeLessThan(300)
    await redis.resume()
    await untilBack()
    await expectSharedCount()
    expect(said).toEqual([lost, back])
  })

  it('starts in memory where Redis is not there yet', async () => {
    await redis.kill()
    const early = redisRateCounter({ url: redis.url, prefix: uniquePrefix(), fallback: inMemory(), log })
    expect(await countOnce(early)).toBe(1)
    await redis.start()
    await vi.waitUntil(async () => (await countOnce(early)) !== undefined && said.includes(back), { timeout: 20_000 })
    await early.close()
  })
})
