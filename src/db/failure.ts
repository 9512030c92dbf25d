import { DrizzleQueryError } from 'drizzle-orm/errors'
import pg from 'pg'

/** A connection that could not be had, or a transaction whose end is unknown. */
export class DatabaseFailure extends Error {
  readonly kind: 'database' | 'transaction'
  constructor(kind: 'database' | 'transaction', cause: unknown) {
    super(kind === 'database' ? 'PostgreSQL did not answer' : 'The transaction could not be completed', { cause })
    this.kind = kind
  }
}

/**
 * For what pg itself rejects with, where drizzle is not in between: without SQLSTATE the connection was lost, refused
 * or silent.
 */
export function throwFailure(error: unknown): never {
  throw error instanceof pg.DatabaseError ? error : new DatabaseFailure('database', error)
}

/**
 * Deadlock, serialisation failure, lock not to be had: PostgreSQL finds a deadlock only after a second, the lock's
 * deadline before.
 */
const transactional = new Set(['40001', '40P01', '55P03'])
const outageClasses = new Set(['08', '53', '57', '58'])

function postgresError(error: unknown): pg.DatabaseError | undefined {
  if (error instanceof pg.DatabaseError) return error
  return error instanceof DrizzleQueryError && error.cause instanceof pg.DatabaseError ? error.cause : undefined
}

/**
 * Sorts what a statement or transaction threw: an outage, a transaction that did not complete, or a mistake of ours.
 * `undefined`: not from the database at all.
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

/** The connection itself failed or fell silent: nothing more can be said on it. */
export const isConnectionLost = (error: unknown): boolean =>
  databaseFailureKind(error) === 'database' && postgresError(error) === undefined

/** A statement was ended for the time it took, or by the operator. */
export const isPastDeadline = (error: unknown): boolean => postgresError(error)?.code === '57014'

export const isRetryable = (error: unknown): boolean => transactional.has(postgresError(error)?.code ?? '')

/** Whether the unique constraint of that name refused the row. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  const found = postgresError(error)
  return found?.code === '23505' && found.constraint === constraint
}
