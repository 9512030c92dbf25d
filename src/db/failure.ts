import { DrizzleQueryError } from 'drizzle-orm/errors'
import pg from 'pg'

/** `database`: there is no connection, or it was lost. `transaction`: the commit failed or its outcome is unknown. */
export class DatabaseFailure extends Error {
  readonly kind: 'database' | 'transaction'
  constructor(kind: 'database' | 'transaction', cause: unknown) {
    super(kind === 'database' ? 'PostgreSQL did not answer' : 'The transaction could not be completed', { cause })
    this.kind = kind
  }
}

/**
 * Throws an error of pg that drizzle did not wrap. Without SQLSTATE the connection was lost, refused or silent, which
 * becomes a DatabaseFailure.
 */
export function throwFailure(error: unknown): never {
  throw error instanceof pg.DatabaseError ? error : new DatabaseFailure('database', error)
}

/**
 * Serialisation failure, deadlock and lock timeout. PostgreSQL looks for a deadlock only after a second, so the lock
 * timeout often ends one first.
 */
const transactional = new Set(['40001', '40P01', '55P03'])
const outageClasses = new Set(['08', '53', '57', '58'])

function postgresError(error: unknown): pg.DatabaseError | undefined {
  if (error instanceof pg.DatabaseError) return error
  return error instanceof DrizzleQueryError && error.cause instanceof pg.DatabaseError ? error.cause : undefined
}

/**
 * Sorts an error of a statement or transaction: an outage, a transaction that did not complete, or a mistake of ours.
 * Returns undefined if the error is not from the database.
 */
export function databaseFailureKind(error: unknown): 'database' | 'transaction' | 'mistake' | undefined {
  if (error instanceof DatabaseFailure) return error.kind
  const state = postgresError(error)?.code
  if (state === undefined) {
    // Without SQLSTATE the connection was lost, refused or silent.
    return error instanceof DrizzleQueryError ? 'database' : undefined
  }
  if (transactional.has(state)) return 'transaction'
  if (state === '25006' || outageClasses.has(state.slice(0, 2))) return 'database'
  return 'mistake'
}

/** Whether the connection itself failed or fell silent, so that nothing more can be sent on it. */
export const isConnectionLost = (error: unknown): boolean =>
  databaseFailureKind(error) === 'database' && postgresError(error) === undefined

/** Whether a statement was cancelled, by its timeout or by the operator. */
export const isPastDeadline = (error: unknown): boolean => postgresError(error)?.code === '57014'

export const isRetryable = (error: unknown): boolean => transactional.has(postgresError(error)?.code ?? '')

/** Whether the unique constraint of this name refused the row. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  const found = postgresError(error)
  return found?.code === '23505' && found.constraint === constraint
}
