import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, test } from 'vitest'
import { type DatabaseClient, openDatabase } from '../../src/db/database.ts'
import { clearAttempts, countAttempt } from '../../src/throttling/attempts.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

const free = 5
let database: TestDatabase
let client: DatabaseClient

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  client = openDatabase({ url: database.url, poolSize: 10, timeoutMs: 5000, onIdleError: () => {} })
})

afterAll(async () => {
  await client.close()
  await database.drop()
})

beforeEach(async () => {
  await client.pool.query('delete from failed_attempts')
})

const attempt = (key = 'password:ada') => countAttempt(client.db, key, free)

async function attemptTimes(times: number): Promise<void> {
  for (let time = 0; time < times; time++) expect(await attempt()).toEqual({ allowed: true })
}

/** Moves the entry into the past, as the clock is the database's. */
const age = (interval: string) =>
  client.pool.query(
    'update failed_attempts set blocked_until = blocked_until - $1::interval, forgotten_at = forgotten_at - $1::interval',
    [interval],
  )

async function entry(): Promise<{ count: number; blockSeconds: number | null; keptHours: number }> {
  const { rows } = await client.pool.query(`
    select count, extract(epoch from blocked_until - (forgotten_at - interval '24 hours'))::float8 as "blockSeconds",
      extract(epoch from forgotten_at - now())::float8 / 3600 as "keptHours"
    from failed_attempts`)
  return rows[0]
}

describe('a secret that is guessed', () => {
  it('is free five times, then waits a second', async () => {
    await attemptTimes(4)
    expect((await entry()).blockSeconds).toBeNull()
    await attemptTimes(1)
    expect(await attempt()).toEqual({ allowed: false, retryAfterSeconds: 1 })
  })

  it('is not counted while it waits', async () => {
    await attemptTimes(5)
    const before = await entry()
    await attempt()
    await attempt()
    const after = await entry()
    expect(after).toMatchObject({ count: 5, blockSeconds: before.blockSeconds })
    expect(after.keptHours).toBeLessThanOrEqual(before.keptHours)
  })

  it('waits twice as long after each further try, 15 minutes at most, and never for good [TH2]', async () => {
    await attemptTimes(5)
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]) {
      expect((await entry()).blockSeconds).toBe(seconds)
      expect(await attempt()).toEqual({ allowed: false, retryAfterSeconds: seconds })
      await age(`${seconds} seconds`)
      await attemptTimes(1)
    }
  })

  it('may be tried again when the second is over', async () => {
    await attemptTimes(5)
    await expect.poll(() => attempt(), { timeout: 5000 }).toEqual({ allowed: true })
    expect(await attempt()).toEqual({ allowed: false, retryAfterSeconds: 2 })
  })

  it('still waits 15 minutes after two thousand million tries', async () => {
    await attemptTimes(5)
    await client.pool.query('update failed_attempts set count = 2000000000, blocked_until = now()')
    await attemptTimes(1)
    expect(await attempt()).toEqual({ allowed: false, retryAfterSeconds: 900 })
  })

  it('is forgotten 24 hours after the last try', async () => {
    await attemptTimes(5)
    await age('23 hours 59 minutes')
    await attemptTimes(1)
    expect(await entry()).toMatchObject({ count: 6, blockSeconds: 2 })
    await age('24 hours')
    await attemptTimes(5)
    expect(await entry()).toMatchObject({ count: 5, blockSeconds: 1 })
    expect((await entry()).keptHours).toBeCloseTo(24, 1)
  })

  it('is free again after a success', async () => {
    await attemptTimes(5)
    await clearAttempts(client.db, 'password:ada')
    await attemptTimes(5)
    expect(await attempt()).toEqual({ allowed: false, retryAfterSeconds: 1 })
  })
})

test('each key has its own count', async () => {
  await attemptTimes(5)
  expect(await attempt('totp:ada')).toEqual({ allowed: true })
  await clearAttempts(client.db, 'totp:ada')
  expect(await attempt()).toMatchObject({ allowed: false })
})

test.each([
  [1, 1],
  [7.5, 8],
  [10, 10],
  [Number.POSITIVE_INFINITY, 12],
])('with %d free tries %d of 12 are allowed', async (tries, expected) => {
  const outcomes = []
  for (let time = 0; time < 12; time++) outcomes.push(await countAttempt(client.db, 'scaled', tries))
  expect(outcomes.filter(({ allowed }) => allowed)).toHaveLength(expected)
})

test('200 tries at once get five through [TH3]', async () => {
  const started = performance.now()
  const outcomes = await Promise.all(Array.from({ length: 200 }, () => attempt()))
  // On a machine so slow that a block runs out meanwhile, one more per block is right.
  const blocksOver = Math.floor(Math.log2((performance.now() - started) / 1000 + 1))
  const allowed = outcomes.filter((outcome) => outcome.allowed).length
  expect(allowed).toBeGreaterThanOrEqual(5)
  expect(allowed).toBeLessThanOrEqual(5 + blocksOver)
  expect((await entry()).count).toBe(allowed)
})
