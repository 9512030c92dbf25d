import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type DatabaseClient, openDatabase } from '../../src/db/database.ts'
import { transaction } from '../../src/db/transaction.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let client: DatabaseClient
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  client = openDatabase({ url: database.url, poolSize: 1, timeoutMs: 5000, onIdleError: () => undefined })
})
afterAll(async () => {
  await client.close()
  await database.drop()
})

const prepared = async (): Promise<{ statement: string; uses: number }[]> =>
  (
    await client.pool.query(
      'select statement, (generic_plans + custom_plans)::int as uses from pg_prepared_statements order by name',
    )
  ).rows

test('a statement with parameters is prepared once a connection, in transactions and outside them', async () => {
  const ask = async (db: DatabaseClient['db'], value: number) =>
    (await db.execute<{ value: number }>(sql`select ${value}::int as value`)).rows[0]?.value
  expect([await ask(client.db, 1), await ask(client.db, 2)]).toEqual([1, 2])
  expect(await transaction(client.pool, (tx) => ask(tx, 3))).toBe(3)
  expect(await prepared()).toEqual([{ statement: 'select $1::int as value', uses: 3 }])
})

test('one that fails is not taken for prepared, nor does it harm its connection', async () => {
  const divide = (by: number) => client.db.execute<{ value: number }>(sql`select 1 / ${by}::int as value`)
  for (const by of [0, 0]) await expect(divide(by)).rejects.toThrow()
  expect((await divide(1)).rows).toEqual([{ value: 1 }])
  const missing = () => client.db.execute(sql`select 1 from nowhere where 1 = ${1}`)
  for (const _ of [1, 2]) await expect(missing()).rejects.toMatchObject({ cause: { code: '42P01' } })
  await client.db.execute(sql`create temp table nowhere ()`)
  expect((await missing()).rows).toEqual([])
})

test('statements of changing length are prepared up to a bound', async () => {
  for (let length = 1; length <= 600; length++) {
    const values = Array.from({ length }, (_, index) => sql`${index}`)
    const { rows } = await client.db.execute(
      sql`select cardinality(array[${sql.join(values, sql`, `)}]::text[]) as length`,
    )
    expect(rows).toEqual([{ length }])
  }
  expect(await prepared()).toHaveLength(500)
})
