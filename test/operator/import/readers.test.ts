import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Entry } from '../../../src/operator/import/entry.ts'
import { type Layout, readEntries } from '../../../src/operator/import/read-entries.ts'

/** The text in pieces of so many bytes, as a disk may give it. */
async function read(text: string, layout: Layout = {}, size = 7): Promise<Entry[]> {
  const bytes = Buffer.from(text)
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  )
  const entries: Entry[] = []
  for await (const some of readEntries(Readable.from(pieces), layout)) entries.push(...some)
  return entries
}
const records = (entries: readonly Entry[]): unknown[] =>
  entries.map((entry) => ('record' in entry ? entry.record : entry.refused))
const lists = ['users']

/** What makes a reader stumble: quotes, brackets and escapes where they mean nothing. */
const text = fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '\n', 'ü', '𝒳', 'users', ' ') })
const account = fc.record({
  email: text,
  users: text,
  more: fc.array(fc.record({ users: fc.array(text, { maxLength: 2 }) }), { maxLength: 2 }),
})
const accounts = fc.array(account, { maxLength: 5 })
const size = fc.integer({ min: 1, max: 50 })

describe('accounts come out of a document as they went in, however it is cut in pieces', () => {
  test.each<[string, (all: unknown[]) => unknown]>([
    ['a list', (all) => all],
    [
      'a list under its name',
      (all) => ({ realm: 'a "users"', list: [{ users: 1 }], users: all, after: { users: [{}] } }),
    ],
    [
      'a list of documents',
      (all) => [
        { id: 1, users: all },
        { users: [], id: 2 },
      ],
    ],
  ])('%s', async (_name, wrap) => {
    await fc.assert(
      fc.asyncProperty(accounts, size, fc.constantFrom(0, 2), async (all, pieces, indent) => {
        expect(records(await read(JSON.stringify(wrap(all), null, indent), { lists }, pieces))).toEqual(all)
      }),
      { numRuns: 60 },
    )
  })
})

test('JSON lines are told from a document on one line', async () => {
  expect(records(await read('{"email":"a"}\n{"email":"b"}', { lists }))).toEqual([{ email: 'a' }, { email: 'b' }])
  expect(records(await read('{"users":[{"email":"a"},{"email":"b"}]}\n', { lists }))).toEqual([
    { email: 'a' },
    { email: 'b' },
  ])
  expect(records(await read('{\n"email":"a"}\n{"email":"b"}', { lists }))).toEqual([{ email: 'a' }, { email: 'b' }])
})

test('a document that was cut says so, and what came before is there', async () => {
  expect(records(await read('{"users":[{"email":"a"},{"email":"b', { lists }))).toEqual([
    { email: 'a' },
    'the file ends before it does',
  ])
})

test('a CSV comes out as it went in', async () => {
  const cell = fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', 'ü', ' ', '\u2028', 'a') })
  const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell), { maxLength: 5 }),
      size,
      fc.constantFrom('\n', '\r\n'),
      async (rows, pieces, end) => {
        const csv = [['one', 'two'], ...rows].map((row) => row.map(quoted).join(',') + end).join('')
        expect(records(await read(csv, {}, pieces))).toEqual(rows.map(([one, two]) => ({ one, two })))
      },
    ),
    { numRuns: 60 },
  )
})

test.each([';', '\t'])('a CSV with %j between its columns, quoted or not', async (separator) => {
  const csv = [
    ['email', 'name'],
    ['a@b.example', 'Ada, Countess'],
    ['c@d.example', ''],
  ]
    .map((row) => row.join(separator))
    .join('\n')
  expect(records(await read(csv))).toEqual([
    { email: 'a@b.example', name: 'Ada, Countess' },
    { email: 'c@d.example', name: '' },
  ])
})

test('what is too long is refused and not kept, and what follows is read', async () => {
  const long = 'x'.repeat(2000)
  const refused = 'longer than 1000 bytes'
  const layout = { mostBytes: 1000, lists }
  expect(records(await read(`{"a":1}\n{"b":"${long}"}\n{"c":3}`, { ...layout, isLines: true }))).toEqual([
    { a: 1 },
    refused,
    { c: 3 },
  ])
  expect(records(await read(`[{"a":1},{"b":"${long}"},{"c":3}]`, layout))).toEqual([{ a: 1 }, refused, { c: 3 }])
  expect(records(await read(`a,b\n1,2\n3,"${long}\n5,6`, layout))).toEqual([
    { a: '1', b: '2' },
    refused,
    { a: '5', b: '6' },
  ])
})

test('lines keep their numbers, rows of a CSV over several lines too', async () => {
  expect((await read('a,b\n1,"x\ny"\n\n3,4\n')).map(({ at }) => at)).toEqual(['line 2', 'line 5'])
})

test('what PostgreSQL and MySQL write for nothing is nothing', async () => {
  expect(records(await read('a\tb\n\\N\t2\n'))).toEqual([{ a: '', b: '2' }])
  expect(records(await read('a,b\r\nNULL,NULL\r\n"NULL",NULLA\r\n'))).toEqual([
    { a: '', b: '' },
    { a: 'NULL', b: 'NULLA' },
  ])
})

test.each(['', '\n', '\uFEFF'])('nothing is in %j', async (nothing) => {
  expect(await read(nothing)).toEqual([])
})
