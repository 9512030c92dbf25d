import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { makeUsers } from '../support/factories.ts'
import { newPerson } from '../support/people.ts'
import { openRangeService, type RangeService, tellsAll } from '../support/range-service.ts'
import { areaUnderCurve, chanceOf, isLong, median, timingPairs } from '../support/timing.ts'

const pairs = timingPairs(25, 60)
const widestArea = 4.5 * chanceOf(pairs)
const slowMs = isLong ? 300 : 100
/** As many as one network may have looked up at a time. */
const lanes = 4

let service: RangeService
let app: TestApp
beforeAll(async () => {
  service = await openRangeService()
  service.manner = (response, lines) => void sleep(slowMs).then(() => tellsAll(response, lines))
  app = await startApp({ BREACHED_PASSWORDS_URL: service.url, RATE_LIMITS: 'off', LOG_LEVEL: 'error' })
})
afterAll(async () => {
  await app.close()
  await service.stop()
})

test(
  'a sign-up takes as long for a registered address as for any other while the look-up is slow [PW10 TH6]',
  async () => {
    const users = await makeUsers(app.deps.pool, pairs)
    const times = { known: [] as number[], unknown: [] as number[] }
    const asked = users
      .flatMap(({ email }) => [
        { email, times: times.known },
        { email: newPerson().email, times: times.unknown },
      ])
      .map((one) => [Math.random(), one] as const)
      .sort(([one], [other]) => one - other)
    const lane = async () => {
      for (let next = asked.shift(); next; next = asked.shift()) {
        const [, one] = next
        const startedAt = performance.now()
        // Ranges are kept for a while: each password is one that nobody asked for.
        const person = newPerson({ email: one.email, password: `passphrase ${randomUUID()}` })
        expect((await app.client().post('/v0/auth/signup', person)).status).toBe(202)
        one.times.push(performance.now() - startedAt)
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    // Of thousands of passwords a few share one of the million ranges, and the later one finds it in memory.
    expect(service.asked.length).toBeGreaterThan(1.98 * pairs)
    expect(service.asked.length).toBeLessThanOrEqual(2 * pairs)
    const area = areaUnderCurve(times.known, times.unknown)
    process.stdout.write(
      `sign-up with a slow look-up, ${pairs} pairs: known ${median(times.known).toFixed(1)} ms, unknown ` +
        `${median(times.unknown).toFixed(1)} ms, AUC ${area.toFixed(3)}\n`,
    )
    expect(median(times.unknown)).toBeGreaterThan(slowMs)
    expect(Math.abs(area - 0.5)).toBeLessThan(widestArea)
  },
  60_000 + pairs * 1000,
)
