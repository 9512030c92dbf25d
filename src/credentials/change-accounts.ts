import type pg from 'pg'
import { DatabaseFailure } from '../db/failure.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Replicas } from './replicas.ts'

/** A transaction that changes something that a session check shows: a session, its user or a role. */
export type AccountTransaction = Transaction & {
  /** Notes that this account changes, so that all processes forget it after the commit. */
  forget(userId: string): void
}

export type AccountChanges = { readonly pool: pg.Pool; readonly replicas: Pick<Replicas, 'forget'> }

/** Like `transaction`, but once it returns, no process answers from data of before the commit [SE5]. */
export async function changeAccounts<Result>(
  { pool, replicas }: AccountChanges,
  act: (tx: AccountTransaction) => Promise<Result>,
): Promise<Result> {
  const changed = new Set<string>()
  const forget = (userId: string): void => void changed.add(userId)
  const result = await transaction(pool, (tx) => act(changing(tx, forget))).catch((error: unknown) => {
    // An unanswered commit may have happened, so the accounts are forgotten all the same. Nothing waits for that, as
    // the caller gets an error anyway.
    if (error instanceof DatabaseFailure && changed.size > 0) replicas.forget([...changed]).catch(() => undefined)
    throw error
  })
  if (changed.size > 0) await replicas.forget([...changed])
  return result
}

/** Made for each transaction, as `tx` itself is shared by all transactions of its connection. */
const changing = (tx: Transaction, forget: AccountTransaction['forget']): AccountTransaction =>
  Object.assign(Object.create(tx) as Transaction, { forget })
