import { DrizzleQueryError } from 'drizzle-orm/errors'
import pg from 'pg'

/**
 * What a log may say about a failure. Messages of drizzle and PostgreSQL hold statements with their values, which may be
 * secrets: of those only SQLSTATE and names stay [LG1].
 */
export function describeCause(error: unknown): Record<string, unknown> {
  if (error instanceof pg.DatabaseError) {
    const { code, constraint, table, routine } = error
    return { name: 'DatabaseError', sqlstate: code, constraint, table, routine }
  }
  if (error instanceof DrizzleQueryError) return { name: error.name, cause: describeCause(error.cause) }
  if (!(error instanceof Error)) return { name: typeof error }
  const { name, message, stack, cause } = error
  return { name, message, stack, ...(cause !== undefined && { cause: describeCause(cause) }) }
}
