import { expect, test } from 'vitest'
import { once } from '../../src/waiting/once.ts'

test('what is opened once is kept for all who ask, also meanwhile', async () => {
  let opened = 0
  const get = once(async () => ++opened)
  expect(await Promise.all([get(), get()])).toEqual([1, 1])
  expect(await get()).toBe(1)
})

test('a failure is told to all who wait for it, and forgotten', async () => {
  let asked = 0
  const get = once(async () => {
    asked++
    if (asked === 1) throw new Error('not yet')
    return asked
  })
  const outcomes = await Promise.allSettled([get(), get()])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await Promise.all([get(), get()])).toEqual([2, 2])
})
