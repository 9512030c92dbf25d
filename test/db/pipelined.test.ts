import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { type DatabaseClient, openDatabase } from '../../src/db/database.ts'
import { DatabaseFailure } from '../../src/db/failure.ts'
import { pipelined } from '../../src/db/pipelined.ts'
import { transaction } from '../../src/db/transaction.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let client: DatabaseClient
let ask: ReturnType<typeof pipelined>
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  client = openDatabase({ url: database.url, poolSize: 4, timeoutMs: 1000, onIdleError: () => undefined })
  ask = pipelined(client.pool)
})
afterAll(async () => {
  await client.close()
  await database.drop()
})

type Answer = { readonly value: number; readonly pid: number }

/** `value` divided by `by`, and on which connection. */
async function divide(value: number, by = 1): Promise<Answer> {
  const text = 'select $1::int / $2::int as value, pg_backend_pid() as pid'
  const [answer] = await ask<Answer>({ name: 'divide', text, values: [value, by] })
  return answer as Answer
}

const sleep = (seconds: number) => ask({ text: 'select pg_sleep($1)', values: [seconds] })

test('what is asked at once shares connections, sixteen on each, and everybody gets their own answer', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => divide(index)))
  expect(answers.map(({ value }) => value)).toEqual(Array.from({ length: 40 }, (_, index) => index))
  const used = Map.groupBy(answers, ({ pid }) => pid)
  expect([...used.values()].map(({ length }) => length)).toEqual([16, 16, 8])
  expect(client.pool.idleCount).toBe(3)
})

test('a transaction gets its connection, however many statements come', async () => {
  const only = openDatabase({ url: database.url, poolSize: 1, timeoutMs: 5000, onIdleError: () => undefined })
  const askOnly = pipelined(only.pool)
  let isOver = false
  const keepAsking = async (): Promise<void> => {
    while (!isOver) await askOnly({ text: 'select pg_sleep($1)', values: [0.002] })
  }
  // Their answers come one by one, so that the connection is never idle.
  const asking = Promise.all(Array.from({ length: 8 }, keepAsking))
  expect(await transaction(only.pool, async (tx) => (await tx.execute(sql`select 1`)).rowCount)).toBe(1)
  isOver = true
  await asking
  await only.close()
})

test('one that fails takes no other with it, and its connection is not used again', async () => {
  const [before, refused, behind] = await Promise.allSettled([divide(1), divide(1, 0), divide(2)])
  expect(refused).toMatchObject({ status: 'rejected', reason: { code: '22012' } })
  if (before.status === 'rejected' || behind.status === 'rejected') throw new Error('a neighbour failed')
  expect([before.value.value, behind.value.value]).toEqual([1, 2])
  expect(behind.value.pid).toBe(before.value.pid)
  expect((await divide(3)).pid).not.toBe(before.value.pid)
})

test('one past its deadline fails at it, and those behind are answered', async () => {
  const [late, behind] = await Promise.allSettled([sleep(30), divide(1)])
  expect(late).toMatchObject({ status: 'rejected', reason: { code: '57014' } })
  expect(behind).toMatchObject({ status: 'fulfilled', value: { value: 1 } })
})

test('a connection that is lost fails whoever waits on it, as an outage, and the next ones have another', async () => {
  const { pid } = await divide(1)
  const waiting = Promise.allSettled([sleep(30), divide(1), divide(2)])
  const end = `select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep%' and datname = current_database()`
  await vi.waitFor(async () => expect((await client.pool.query(end)).rowCount).toBe(1))
  const reasons = (await waiting).map((one) => (one.status === 'rejected' ? one.reason : undefined))
  expect(reasons[0]).toMatchObject({ code: '57P01' })
  expect(reasons.slice(1)).toEqual([expect.any(DatabaseFailure), expect.any(DatabaseFailure)])
  expect((await divide(3)).pid).not.toBe(pid)
})
