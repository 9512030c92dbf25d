import { DrizzleQueryError } from 'drizzle-orm/errors'
import pg from 'pg'

/** The messages of an error and of its causes, each once. For operators; not for logs, as messages may hold secrets. */
export const reasonsOf = (error: unknown): string[] => [...new Set(messagesOf(error).filter(Boolean))]

function messagesOf(error: unknown): string[] {
  if (error === undefined || error === null) return []
  if (typeof error !== 'object') return [String(error)]
  // Also reads the answer of a server, which is no Error.
  const { message, cause } = error as { readonly message?: unknown; readonly cause?: unknown }
  return [...(typeof message === 'string' ? [message] : []), ...messagesOf(cause)]
}

/**
 * What a log may hold of a failure. Messages of drizzle and PostgreSQL quote statements with their values, which may be
 * secrets: only SQLSTATE and names are kept of these [LG1].
 */
export function describeCause(error: unknown): Record<string, unknown> {
  if (error instanceof pg.DatabaseError) {
    const { code, constraint, table, routine } = error
    return { name: 'DatabaseError', sqlstate: code, constraint, table, routine }
  }
  if (error instanceof DrizzleQueryError) return { name: error.name, cause: describeCause(error.cause) }
  if (!(error instanceof Error)) return describeLikeness(error)
  const { name, message, stack, cause } = error
  return { name, message, stack, ...(cause !== undefined && { cause: describeCause(cause) }) }
}

/**
 * The job queue passes on a plain copy of an error, with its queue and worker. Of PostgreSQL's errors, again only
 * SQLSTATE and names are kept.
 */
function describeLikeness(error: unknown): Record<string, unknown> {
  if (typeof error !== 'object' || error === null) return { name: typeof error }
  const { message, stack, code, routine, severity, queue, worker } = error as Readonly<Record<string, unknown>>
  const place = { ...(queue !== undefined && { queue }), ...(worker !== undefined && { worker }) }
  if (routine !== undefined || severity !== undefined || typeof message !== 'string' || /^Failed query/.test(message))
    return { name: 'object', ...place, ...(code !== undefined && { code }), ...(routine !== undefined && { routine }) }
  return { name: 'object', message, stack, ...place }
}
