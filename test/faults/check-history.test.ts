import { expect, test } from 'vitest'
import { type AccountState, type ActName, afterAct, nobody } from './account-state.ts'
import { checkEvents, checkMails } from './check-deliveries.ts'
import { checkHistory } from './check-history.ts'
import type { Act, Entry } from './history.ts'

const account = 'p0_l0'
const act = (name: ActName, more: Partial<Act> = {}): Act => ({
  kind: 'act',
  account,
  name,
  details: { email: 'p0_l0.0@example.com', name: 'Somebody' },
  startedMs: 1000,
  endedMs: 1001,
  outcome: 'acknowledged',
  ...more,
})
const stateAfter = (...names: ActName[]): AccountState =>
  names.reduce((state, name) => afterAct(state, name, act(name).details), nobody)
const look = (seen: AccountState): Entry => ({ kind: 'look', account, atMs: 1002, seen })
const session = (status: number, atMs = 2000): Entry => ({ kind: 'session', account, session: 's1', atMs, status })

const live: readonly ActName[] = ['signUp', 'verifyEmail']
const lived = [act('signUp'), act('verifyEmail', { opens: 's1' })]
const unknown = { outcome: 'unknown' } as const

/** What a right history looks like; each of the wrong ones below differs from one of these by the one thing that it is named for. */
test.each<[string, Entry[]]>([
  ['everything acknowledged is there', [...lived, look(stateAfter(...live)), session(200)]],
  ['what had no answer is there, whole', [...lived, act('signIn', unknown), look(stateAfter(...live, 'signIn'))]],
  ['what had no answer is not there', [...lived, act('signIn', unknown), look(stateAfter(...live))]],
  ['an ended session is refused', [...lived, act('logOut', { ends: ['s1'] }), session(401)]],
  [
    'who was not told of an end without an answer goes on for half a minute',
    [
      ...lived,
      act('logOut', { ...unknown, ends: ['s1'] }),
      look(stateAfter(...live, 'logOut')),
      session(200),
      session(401),
    ],
  ],
])('nothing is found where %s', (_name, entries) => {
  expect(checkHistory(entries).findings).toEqual([])
})

const changed = stateAfter(...live, 'changePassword')
test.each<[string, string, Entry[]]>([
  ['an acknowledged sign-up is gone', 'lost', [act('signUp'), look(nobody)]],
  ['an acknowledged change is gone', 'lost', [...lived, act('changePassword'), look(stateAfter(...live))]],
  ['something is lost that nobody touched of late', 'lost', [...lived, look({ ...stateAfter(...live), events: {} })]],
  ['a session that was given is refused', 'lost', [...lived, session(401)]],
  [
    'a password was changed and its event was not written',
    'half done',
    [...lived, act('changePassword', unknown), look({ ...changed, events: stateAfter(...live).events })],
  ],
  [
    'a mail was queued of a sign-up that is not there',
    'half done',
    [act('signUp', unknown), look({ ...nobody, mails: 1 })],
  ],
  ['more happened than was asked for', 'lost', [...lived, look({ ...stateAfter(...live), sessions: 2 })]],
  ['an ended session opens something', 'revived', [...lived, act('logOut', { ends: ['s1'] }), session(200)]],
  [
    'a session that ended without an answer opens something after half a minute',
    'revived',
    [
      ...lived,
      act('logOut', { ...unknown, ends: ['s1'] }),
      look(stateAfter(...live, 'logOut')),
      session(200, 1001 + 30_001),
    ],
  ],
  ['what the account could do was refused', 'refused', [...lived, act('rename', { outcome: 'refused', status: 404 })]],
  ['a mistake was answered', 'mistake', [act('signUp', { ...unknown, code: 'system:internal_error' })]],
  ['a one-time thing worked twice', 'used twice', [{ kind: 'replay', account, thing: 'a link', atMs: 1, status: 204 }]],
])('found: %s', (_name, what, entries) => {
  expect(checkHistory(entries).findings.map((finding) => finding.what)).toEqual([what])
})

const mail = (id: string, atMs: number) => ({ to: 'a@example.com', messageId: `<${id}@localhost>`, text: '', atMs })
const row = { id: 'm1', isWaiting: false, isSent: true }
const death = (atMs: number) => ({ kind: 'trouble', what: 'SIGKILL of worker', atMs, overMs: atMs + 1 }) as const

test('a mail came once, or twice where its sender died right after', () => {
  expect(checkMails([row], [mail('m1', 5000)], []).findings).toEqual([])
  expect(checkMails([row], [mail('m1', 5000), mail('m1', 25_000)], [death(5010)])).toMatchObject({
    findings: [],
    repeated: 1,
  })
})

test.each<[string, Parameters<typeof checkMails>]>([
  ['a mail never came', [[row], [], []]],
  ['a mail waits for ever', [[{ ...row, isWaiting: true, isSent: false }], [], []]],
  ['a mail came twice and nobody died', [[row], [mail('m1', 5000), mail('m1', 25_000)], []]],
  [
    'a mail came twice and its sender died long after',
    [[row], [mail('m1', 5000), mail('m1', 25_000)], [death(15_000)]],
  ],
])('found: %s', (_name, given) => {
  expect(checkMails(...given).findings).toHaveLength(1)
})

test.each<[string, number, string[], number]>([
  ['every event has its place and was posted', 1, ['e1', 'e1'], 0],
  ['an event has no place', 0, ['e1'], 1],
  ['an event has two places', 2, ['e1'], 1],
  ['an event was not posted', 1, [], 1],
  ['an event was posted that there is not', 1, ['e1', 'e2'], 1],
])('%s', (_name, positions, posted, findings) => {
  expect(checkEvents([{ id: 'e1', positions }], posted).findings).toHaveLength(findings)
})
