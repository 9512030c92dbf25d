import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import { allRows } from '../../src/accounts/all-rows.ts'
import { opensAccount, opensNothing } from '../../src/sign-in/opens-account.ts'

const folder = join(import.meta.dirname, '../../src/db/schema')
const modules: object[] = await Promise.all(readdirSync(folder).map((name) => import(join(folder, name))))
const tables = modules
  .flatMap((module) => Object.values(module) as unknown[])
  .filter((one): one is PgTable => is(one, PgTable))

const nameOf = (table: PgTable): string => getTableConfig(table).name
/** However the row says whose it is: by the account, or by something of the account's. */
const ofAccount = /(user|account|owner|actor|resource|session|device|family)_?id$/i

function namesAccount(table: PgTable): boolean {
  const { columns, foreignKeys } = getTableConfig(table)
  return (
    columns.some(({ name }) => ofAccount.test(name)) ||
    foreignKeys.some((key) => nameOf(key.reference().foreignTable) === 'users')
  )
}

test('every table that names an account is taken back with it, or it is said why it lets nobody in [AT7]', () => {
  const listed = [...opensAccount.map(({ table }) => nameOf(table)), ...Object.keys(opensNothing)]
  expect(listed.toSorted()).toEqual(tables.filter(namesAccount).map(nameOf).toSorted())
  expect(new Set(listed).size).toBe(listed.length)
  for (const why of Object.values(opensNothing)) expect(why).toMatch(/\w+ \w+/)
})

test('a table is known by any column that names an account, and by its key to it', () => {
  for (const column of ['user_id', 'userId', 'actor_id', 'owner_id', 'session_id', 'device_id', 'impersonatorUserId'])
    expect([column, ofAccount.test(column)]).toEqual([column, true])
  expect(tables.length).toBeGreaterThan(20)
})

test('every table that names an account says in one room what becomes of its rows with the account [DA2]', () => {
  const declared = allRows.flatMap(({ personal = [], otherwise = {} }) => [
    ...personal.map(nameOf),
    ...Object.keys(otherwise),
  ])
  expect(declared.toSorted()).toEqual(tables.filter(namesAccount).map(nameOf).toSorted())
})

test('every table that the sweep deletes from is declared by one room', () => {
  const swept = allRows.flatMap(({ expired = {} }) => Object.keys(expired))
  expect(new Set(swept).size).toBe(swept.length)
  expect(tables.map(nameOf)).toEqual(expect.arrayContaining(swept))
})
