import { expect, test } from 'vitest'
import { openLookups } from '../../src/oauth/lookups.ts'
import { memoryRateCounter } from '../../src/ports/rate-counter.memory.ts'

test('of windows in memory those that began a hundred thousand others ago are forgotten, later ones are not [RL2]', async () => {
  const counter = memoryRateCounter({ now: () => 0 })
  const hit = async (key: string) => (await counter.hit([{ key, windowSeconds: 60 }]))[0]?.count
  expect(await hit('first')).toBe(1)
  for (let count = 0; count < 45_000; count++) await hit(`early ${count}`)
  expect([await hit('first'), await hit('later')]).toEqual([2, 1])
  for (let count = 0; count < 54_998; count++) await hit(`late ${count}`)
  expect([await hit('first'), await hit('late 54997')]).toEqual([1, 2])
})

test('of the answers of providers two hundred are remembered, the newest [OA3]', async () => {
  const lookups = openLookups<string>(() => 0)
  const asked: string[] = []
  const look = (key: string) =>
    lookups.get(key, async () => {
      asked.push(key)
      return { value: key, lifetimeMs: 1000 }
    })
  const keys = Array.from({ length: 200 }, (_, index) => `issuer ${index}`)
  for (const key of [...keys, ...keys]) await look(key)
  expect(asked).toEqual(keys)
  await look('another')
  await look('issuer 199')
  await look('issuer 0')
  expect(asked.slice(200)).toEqual(['another', 'issuer 0'])
})
