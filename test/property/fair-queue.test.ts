import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fairQueue } from '../../src/waiting/fair-queue.ts'
import { QueueFullError } from '../../src/waiting/work-queue.ts'

const limits = { places: 2, placesOfOne: 1, mostWaiting: 4, mostWaitingOfOne: 3, deadlineMs: 10_000, modestMs: 1000 }

/** Work that lasts until it is told to end, and in which order it was begun. */
function workshop(queue = fairQueue(limits)) {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const ask = (owner: string) =>
    queue(owner, async () => {
      begun.push(owner)
      await new Promise<void>((resolve) => ends.push(resolve))
    }).then(
      () => 'done',
      (error: unknown) => (error instanceof QueueFullError ? 'refused' : Promise.reject(error)),
    )
  const endNext = async () => {
    while (ends.length === 0) await sleep(1)
    ends.shift()?.()
    await sleep(1)
  }
  return { begun, ask, endNext }
}

describe('fairQueue', () => {
  test('whoever comes later goes before what one who had much still wants [AT5]', async () => {
    const { begun, ask, endNext } = workshop()
    const asked = [ask('greedy'), ask('greedy'), ask('greedy'), ask('other')]
    await sleep(5)
    expect(begun).toEqual(['greedy', 'other'])
    asked.push(ask('late'))
    await endNext()
    expect(begun).toEqual(['greedy', 'other', 'late'])
    for (let time = 0; time < 4; time++) await endNext()
    expect(await Promise.all(asked)).toEqual(Array(5).fill('done'))
  })

  test('where it is full the greediest is refused, not who comes last [AT5]', async () => {
    const { ask, endNext } = workshop()
    const first = ask('greedy')
    await sleep(5)
    await endNext()
    await first
    const running = [ask('greedy'), ask('b')]
    const greedy = [ask('greedy'), ask('greedy'), ask('greedy')]
    expect(await ask('greedy')).toBe('refused')
    const others = [ask('c'), ask('d')]
    expect(await greedy[2]).toBe('refused')
    for (let time = 0; time < 6; time++) await endNext()
    expect(await Promise.all([...running, greedy[0], greedy[1], ...others])).toEqual(Array(6).fill('done'))
  })

  test('refuses whoever would wait too long, and goes on', async () => {
    const { ask, endNext } = workshop(fairQueue({ ...limits, places: 1, deadlineMs: 20 }))
    const running = ask('a')
    expect(await ask('b')).toBe('refused')
    await endNext()
    expect(await running).toBe('done')
    const again = ask('b')
    await endNext()
    expect(await again).toBe('done')
  })

  test('whoever had much leaves a place free for others [AT4 AT5]', async () => {
    const queue = fairQueue({ ...limits, modestMs: 10 })
    await Promise.all([queue('a', () => sleep(20)), queue('b', () => sleep(20))])
    const { begun, ask, endNext } = workshop(queue)
    const asked = [ask('a'), ask('b')]
    await sleep(5)
    expect(begun).toEqual(['a'])
    asked.push(ask('modest'))
    await sleep(5)
    expect(begun).toEqual(['a', 'modest'])
    for (let time = 0; time < 3; time++) await endNext()
    expect(await Promise.all(asked)).toEqual(Array(3).fill('done'))
  })

  test('a place rests as long as it is told after work that took long, and whoever had it is answered at once', async () => {
    const queue = fairQueue({ ...limits, places: 1, rest: 4 })
    const startedAt = performance.now()
    const end = (owner: string) => queue(owner, () => sleep(20)).then(() => performance.now() - startedAt)
    const [first, second] = await Promise.all([end('a'), end('b')])
    expect(second - first).toBeGreaterThanOrEqual(95)
    expect(first).toBeLessThan(second - 80)
  })

  test('whatever comes in whatever order: never more at once than there are places, and each is done or refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ owner: fc.constantFrom('a', 'b', 'c'), ms: fc.nat(2), fails: fc.boolean() }), {
          maxLength: 30,
        }),
        async (jobs) => {
          const queue = fairQueue(limits)
          const running = new Map<string, number>()
          let total = 0
          const change = (owner: string, by: number): void => {
            total += by
            running.set(owner, (running.get(owner) ?? 0) + by)
            expect(total).toBeLessThanOrEqual(limits.places)
            expect(running.get(owner)).toBeLessThanOrEqual(limits.placesOfOne)
          }
          const outcomes = await Promise.allSettled(
            jobs.map(({ owner, ms, fails }) =>
              queue(owner, async () => {
                change(owner, 1)
                await sleep(ms)
                change(owner, -1)
                if (fails) throw new RangeError('as it was told')
              }),
            ),
          )
          for (const outcome of outcomes)
            if (outcome.status === 'rejected' && !(outcome.reason instanceof QueueFullError))
              expect(outcome.reason).toBeInstanceOf(RangeError)
          expect(total).toBe(0)
        },
      ),
      { numRuns: 50 },
    )
  })
})
