import { setTimeout as sleep } from 'node:timers/promises'
import { drizzle } from 'drizzle-orm/node-postgres'
import type pg from 'pg'
import { inSpan } from '../tracing/span.ts'
import type { Database } from './database.ts'
import { DatabaseFailure, isConnectionLost, isRetryable, throwFailure } from './failure.ts'

declare const inside: unique symbol

/**
 * Runs the statements of one transaction. Only this file makes one, so a function that takes it cannot be called
 * outside a transaction.
 */
export type Transaction = Database & { readonly [inside]: true; readonly $client: pg.PoolClient }

const attempts = 3

/**
 * Tries again after a deadlock, serialisation failure or lock timeout, three times in all. As `act` may run more than
 * once, it must touch nothing but the database.
 */
export async function retried<Result>(act: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act()
    } catch (error) {
      if (!isRetryable(error) || attempt === attempts) throw error
      // Without jitter, the two transactions that met would meet again.
      await sleep(attempt * 10 * (1 + Math.random()))
    }
  }
}

/** Runs `act` in one transaction, `retried`, and commits it. An error thrown by `act` rolls back. */
export const transaction = <Result>(pool: pg.Pool, act: (tx: Transaction) => Promise<Result>): Promise<Result> =>
  retried(() => runOnce(pool, act))

/**
 * Waits for acts of one transaction that need nothing of each other. PostgreSQL gets their statements at once and
 * answers them one by one, which saves the time between an answer and the next statement [D4]. Once all have ended,
 * throws the error of the first in the list that failed.
 */
export async function together<const Acts extends readonly unknown[]>(acts: Acts) {
  await Promise.allSettled(acts)
  return Promise.all(acts)
}

/** Runs reads on one connection. A statement that takes longer than `statementMs` fails. */
export const readWithin = <Result>(
  pool: pg.Pool,
  statementMs: number,
  read: (db: Database) => Promise<Result>,
): Promise<Result> =>
  runOnce(pool, read, {
    // `lock_timeout` is off so that the wait for a lock, too, ends with the code of `statement_timeout`.
    begin: `begin read only; set local statement_timeout = ${statementMs}; set local lock_timeout = 0`,
    end: async (client) => {
      await client.query('commit').catch(throwFailure)
    },
  })

/**
 * Runs `act`, which works outside the database, under the transaction's locks. Its signal is aborted once the
 * connection is lost, and the locks with it: another process may be doing the same work by then.
 */
export async function underLocks<Result>(
  tx: Transaction,
  act: (lost: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { $client } = tx
  const gone = new AbortController()
  const noteLoss = (): void => gone.abort(new DatabaseFailure('database', 'the connection ended'))
  $client.once('end', noteLoss)
  try {
    return await act(gone.signal)
  } finally {
    $client.off('end', noteLoss)
  }
}

const known = new WeakMap<pg.PoolClient, Transaction>()

/** Makes one for each connection, as it takes drizzle a while to learn the names of all columns. */
function onConnection(client: pg.PoolClient): Transaction {
  const tx = known.get(client) ?? (drizzle(client, { casing: 'snake_case' }) as Database as Transaction)
  known.set(client, tx)
  return tx
}

type Frame = { readonly begin: string; readonly end: (client: pg.PoolClient) => Promise<void> }

async function runOnce<Result>(
  pool: pg.Pool,
  act: (tx: Transaction) => Promise<Result>,
  { begin, end }: Frame = { begin: 'begin', end: commit },
): Promise<Result> {
  const connected = inSpan('wait for a connection', {}, () => pool.connect())
  const client = await connected.catch((cause: unknown) => {
    throw new DatabaseFailure('database', cause)
  })
  const tx = onConnection(client)
  let broken: Error | undefined
  try {
    await client.query(begin).catch(throwFailure)
    const result = await act(tx)
    await end(client)
    return result
  } catch (error) {
    broken = await rollback(client, error)
    throw error
  } finally {
    client.release(broken)
  }
}

async function commit(client: pg.PoolClient): Promise<void> {
  const reply = await client.query('commit').catch((cause: unknown) => {
    throw new DatabaseFailure('transaction', cause)
  })
  // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error.
  if (reply.command !== 'COMMIT') throw new DatabaseFailure('transaction', reply.command)
}

/**
 * Returns the error with which the connection must leave the pool: it is dead, or still busy with a statement past its
 * deadline. Returns undefined if the connection is usable.
 */
async function rollback(client: pg.PoolClient, cause: unknown): Promise<Error | undefined> {
  if (cause instanceof Error && isConnectionLost(cause)) return cause
  if (cause instanceof DatabaseFailure) return cause
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
