import type pg from 'pg'
import { DatabaseFailure } from '../db/failure.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Replicas } from './replicas.ts'

/** Where something of what a session check shows is changed: a session, its user, a role. */
export type AccountTransaction = Transaction & {
  /** That account changes here: what is remembered of it is forgotten with the commit. */
  forget(userId: string): void
}

/** What changing accounts takes. */
export type AccountChanges = { readonly pool: pg.Pool; readonly replicas: Pick<Replicas, 'forget'> }

/** As `transaction`; once it returns no process answers from before it [SE5]. */
export async function changeAccounts<Result>(
  { pool, replicas }: AccountChanges,
  act: (tx: AccountTransaction) => Promise<Result>,
): Promise<Result> {
  const changed = new Set<string>()
  const forget = (userId: string): void => void changed.add(userId)
  const result = await transaction(pool, (tx) => act(changing(tx, forget))).catch((error: unknown) => {
    // A commit that was not answered may have happened. Whether they forget nobody waits for: the answer is no success
    // anyway.
    if (error instanceof DatabaseFailure && changed.size > 0) replicas.forget([...changed]).catch(() => undefined)
    throw error
  })
  if (changed.size > 0) await replicas.forget([...changed])
  return result
}

/** Of this transaction alone: the next one on the connection changes nobody's account unless it says so. */
const changing = (tx: Transaction, forget: AccountTransaction['forget']): AccountTransaction =>
  Object.assign(Object.create(tx) as Transaction, { forget })
