import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { fairTurns, NoTurnError } from '../../src/waiting/fair-turns.ts'

/** Works that end when they are told, in the order in which they got a turn. */
function crowd(options: Partial<Parameters<typeof fairTurns>[0]> = {}) {
  const turns = fairTurns({ places: 2, placesOfOne: 2, mostWaiting: 100, deadlineMs: 10_000, ...options })
  const started: { name: string; end: () => void }[] = []
  const ask = (network: string, name = network) =>
    turns(network, () => {
      const { promise, resolve } = Promise.withResolvers<string>()
      started.push({ name, end: () => resolve(name) })
      return promise
    })
  const endOldest = async () => {
    started.shift()?.end()
    await sleep(0)
  }
  return { ask, started: () => started.map(({ name }) => name), endOldest }
}

test('networks that wait take turns, however much one of them asks for [AT2]', async () => {
  const { ask, started, endOldest } = crowd({ places: 1, placesOfOne: 1 })
  for (const name of ['a1', 'a2', 'a3', 'a4']) void ask('a', name)
  for (const name of ['b1', 'b2']) void ask('b', name)
  void ask('c', 'c1')
  await sleep(0)
  const order = []
  for (; started().length > 0; await endOldest()) order.push(...started())
  expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
})

test('one network never has all places, even while nobody else waits [AT2]', async () => {
  const { ask, started, endOldest } = crowd({ places: 3, placesOfOne: 2 })
  for (const name of ['a1', 'a2', 'a3']) void ask('a', name)
  await sleep(0)
  expect(started()).toEqual(['a1', 'a2'])
  void ask('b')
  await sleep(0)
  expect(started()).toEqual(['a1', 'a2', 'b'])
  await endOldest()
  expect(started()).toEqual(['a2', 'b', 'a3'])
})

test('where as many wait as may, the newest of the network with the most makes room [AT2]', async () => {
  const { ask, started, endOldest } = crowd({ places: 1, placesOfOne: 1, mostWaiting: 3 })
  void ask('a', 'a1')
  const [a2, a3, a4] = ['a2', 'a3', 'a4'].map((name) => ask('a', name))
  const b1 = ask('b', 'b1')
  await expect(a4).rejects.toThrow(NoTurnError)
  await expect(ask('a', 'a5')).rejects.toThrow(NoTurnError)
  for (let time = 0; time < 4; time++) await endOldest()
  expect(await Promise.all([a2, a3, b1])).toEqual(['a2', 'a3', 'b1'])
  expect(started()).toEqual([])
})

test('whoever gets no turn in time is refused, and takes no place later', async () => {
  const { ask, started, endOldest } = crowd({ places: 1, placesOfOne: 1, deadlineMs: 30 })
  void ask('a', 'a1')
  await expect(ask('a', 'a2')).rejects.toThrow(NoTurnError)
  await endOldest()
  expect(started()).toEqual([])
  void ask('b')
  await sleep(0)
  expect(started()).toEqual(['b'])
})

test('work that fails gives its place back', async () => {
  const turns = fairTurns({ places: 1, placesOfOne: 1, mostWaiting: 1, deadlineMs: 1000 })
  await expect(turns('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await turns('a', async () => 'yes')).toBe('yes')
})
