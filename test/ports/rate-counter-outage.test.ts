import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryRateCounter } from '../../src/ports/rate-counter.memory.ts'
import { redisRateCounter } from '../../src/ports/rate-counter.redis.ts'
import type { RateCounter } from '../../src/ports/rate-counter.ts'
import { type OwnRedis, startOwnRedis, startRedisCluster } from '../support/redis.ts'

const inMemory = () => memoryRateCounter({ now: () => performance.now() })
const uniquePrefix = () => `test:${randomUUID()}:`

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
