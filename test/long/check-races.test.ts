import { expect, test } from 'vitest'
import { type Attempt, checkRaces, type Rule } from './check-races.ts'

const rules: Readonly<Record<string, Rule>> = {
  link: { racers: 3, late: ['token:used'] },
  refresh: { racers: 2, same: true },
  pair: { racers: 4, late: ['token:used'], beside: 'resend' },
}
const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  kind: 'link',
  race: 1,
  server: 0,
  startedMs: 0,
  endedMs: 10,
  status: 400,
  code: 'token:used',
  ...more,
})
const won = { status: 204, code: undefined }
const links = [attempt(won), attempt(), attempt({ server: 1 })]
const child = { kind: 'refresh', status: 200, code: undefined, given: 'a child' }
const pair = (more: Partial<Attempt>) => attempt({ kind: 'pair', ...more })
const pairs = [pair(won), pair({}), pair({ ...won, act: 'resend' }), pair({ act: 'resend' })]
const right = [...links, attempt(child), attempt(child), ...pairs]

test('a right history: nothing is found, and what overlapped at two servers is counted', () => {
  expect(checkRaces(right, rules, 1)).toEqual({ findings: [], races: 3, close: 1 })
})

test.each<[string, Attempt[]]>([
  ['two winners', [...right.slice(1), attempt(won), attempt(won)].slice(1)],
  ['no winner', [attempt(), ...right.slice(1)]],
  ['an attempt that was not written down', right.slice(0, 1).concat(right.slice(2))],
  [
    'a loser who is told something else',
    [...right.slice(0, 2), attempt({ code: 'system:internal_error' }), ...right.slice(3)],
  ],
  ['a second child', [...right.slice(0, 4), attempt({ ...child, given: 'another child' }), ...pairs]],
  ['one who is given no child', [...right.slice(0, 4), attempt({ kind: 'refresh', status: 401 }), ...pairs]],
  ['a race that was not run', right.slice(3)],
  ['what may succeed once beside it, and did twice', [...right.slice(0, -1), pair({ ...won, act: 'resend' })]],
  ['a winner beside it alone', [...right.slice(0, -4), pair({}), ...right.slice(-3)]],
  ['a race of no kind', [...right, attempt({ kind: 'handle' })]],
])('found: %s', (_name, attempts) => {
  expect(checkRaces(attempts, rules, 1).findings).not.toEqual([])
})
