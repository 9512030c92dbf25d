import { expect, test } from 'vitest'
import { ledgerAdmission } from '../../src/refusals/admit.ts'

const bounds = { perSecond: 200, perParty: 100, perHour: 3000 }
const stranger = (name: string, wide?: string) => ({ isKnown: false, name, wide })
const known = (name: string) => ({ isKnown: true, name })

function opened() {
  let ms = 3_600_000_000
  const admits = ledgerAdmission(bounds, () => ms)
  return {
    admits,
    pass: (seconds: number) => {
      ms += seconds * 1000
    },
    count: (times: number, who: (n: number) => Parameters<typeof admits>[0]) =>
      Array.from({ length: times }, (_, n) => admits(who(n))).filter(Boolean).length,
  }
}

test('of 1,000,000 refusals of one network 100 an hour are written down [RF2]', () => {
  const { count, pass, admits } = opened()
  let written = 0
  for (let second = 0; second < 3600; second++) {
    written += count(300, () => stranger('192.0.2.1'))
    pass(1)
  }
  expect(written).toBe(100)
  expect(admits(stranger('192.0.2.1'))).toBe(true)
})

test('a /48 has three networks of it, whichever it comes from', () => {
  const { count, pass } = opened()
  let written = 0
  for (let second = 0; second < 100; second++) {
    written += count(100, (n) => stranger(`2001:db8:0:${second * 100 + n}::/64`, '2001:db8::/48'))
    pass(1)
  }
  expect(written).toBe(300)
})

test('strangers from everywhere leave a quarter of a second and their own hour to those who are known [RF2]', () => {
  const { count, pass } = opened()
  expect(count(1000, (n) => stranger(`a${n}`))).toBe(150)
  expect(count(1000, (n) => known(`u${n}`))).toBe(50)
  for (let second = 0; second < 1000; second++) {
    pass(1)
    count(200, (n) => stranger(`${second} ${n}`))
  }
  expect(count(10, (n) => stranger(`late ${n}`))).toBe(0)
  pass(1)
  expect(count(200, (n) => known(`user ${n}`))).toBe(200)
  expect(count(1, () => known('one more'))).toBe(0)
  pass(3600)
  expect(count(200, (n) => stranger(`next hour ${n}`))).toBe(150)
})

test('an account has 100 rows an hour', () => {
  const { count } = opened()
  expect(count(150, () => known('a'))).toBe(100)
  expect(count(10, () => known('b'))).toBe(10)
})
