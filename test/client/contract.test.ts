import { expect, test } from 'vitest'
import { compareContracts } from '../../src/client/contract/compare.ts'
import { type Contract, readContract } from '../../src/client/contract/contract.ts'

const login = {
  method: 'POST',
  route: '/v0/auth/login',
  needs: ['email'],
  statuses: [204],
  fields: ['devices[].id', 'token'],
  codes: ['user:banned'],
}
const me = {
  method: 'GET',
  route: '/v0/user/me',
  needs: [],
  statuses: [200],
  fields: ['email'],
  codes: ['user:banned'],
}

const before: Contract = {
  version: '0.3.0',
  digest: '0123456789abcdef',
  operations: [login, me],
  status: { 'user:banned': 403 },
  since: { 'user:banned': '0.1.0' },
}
const changed = (change: Partial<typeof login>): Partial<Contract> => ({ operations: [{ ...login, ...change }, me] })
const name = 'POST /v0/auth/login'

test.each<[what: string, after: Partial<Contract>, says: string[], breaks: boolean]>([
  ['nothing', {}, [], false],
  ['another version', { version: '0.4.0', digest: 'f' }, [], false],
  ['another order', { operations: [me, login] }, [], false],
  [
    'a code more on a route',
    {
      ...changed({ codes: ['user:banned', 'user:sign_up_closed'] }),
      status: { 'user:banned': 403, 'user:sign_up_closed': 403 },
      since: { 'user:banned': '0.1.0', 'user:sign_up_closed': '0.4.0' },
    },
    [`${name} + user:sign_up_closed (since 0.4.0)`],
    false,
  ],
  ['a code less on a route', changed({ codes: [] }), [`${name} - user:banned`], true],
  ['another status of a code', { status: { 'user:banned': 409 } }, ['user:banned ! status 403 is now 409'], true],
  ['a route more', { operations: [login, me, { ...me, method: 'PATCH' }] }, ['PATCH /v0/user/me + route'], false],
  ['a route less', { operations: [me] }, [`${name} - route`], true],
  ['a field more', changed({ fields: [...login.fields, 'passkeys'] }), [`${name} + field passkeys`], false],
  ['a field less', changed({ fields: ['token'] }), [`${name} - field devices[].id`], true],
  [
    'another field',
    changed({ fields: ['devices[].id', 'key'] }),
    [`${name} - field token`, `${name} + field key`],
    true,
  ],
  ['another kind of success', changed({ statuses: [202, 204] }), [`${name} + status 202`], false],
  ['a kind of success less', changed({ statuses: [202] }), [`${name} - status 204`, `${name} + status 202`], true],
  ['something more to send', changed({ needs: ['email', '?flow'] }), [`${name} ! needs ?flow`], true],
  ['something less to send', changed({ needs: [] }), [`${name}   need not have email`], false],
])('%s', (_what, after, says, breaks) => {
  const changes = compareContracts(before, { ...before, ...after })
  expect(changes.map((one) => `${one.subject} ${one.says}`)).toEqual(says)
  expect(changes.some((one) => one.breaks)).toBe(breaks)
})

test('what is read is a contract or nothing', () => {
  expect(readContract(JSON.stringify(before))).toEqual(before)
  const later = { ...before, more: 1, operations: [{ ...login, more: 1 }, me] }
  expect(readContract(JSON.stringify(later))).toEqual(later)
  for (const other of [
    ...['', '{', 'null', '[]', '"x"', '{}', '\u0000\u0001', '<html></html>'],
    ...[
      { ...before, operations: {} },
      { ...before, operations: [null] },
      { ...before, status: { a: '403' } },
    ].map((one) => JSON.stringify(one)),
    ...Object.keys(before).map((key) => JSON.stringify({ ...before, [key]: undefined })),
    ...Object.keys(login).map((key) => JSON.stringify({ ...before, operations: [{ ...login, [key]: 1 }] })),
    '['.repeat(100_000),
  ])
    expect([other.slice(0, 80), readContract(other)]).toEqual([other.slice(0, 80), undefined])
})
