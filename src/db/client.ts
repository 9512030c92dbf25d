import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { traceStatements } from './trace-statements.ts'

export type Database = NodePgDatabase

export type DatabaseClient = {
  readonly db: Database
  readonly pool: pg.Pool
  close(): Promise<void>
}

type Options = {
  readonly url: string
  readonly poolSize: number
  /** Deadline of one statement and of the wait for a free connection. */
  readonly timeoutMs: number
  readonly onIdleError: (error: Error) => void
}

/** Opens nothing: the first statement does. Idle connections are kept, as closing them costs more than they do. */
export function openDatabase({ url, poolSize, timeoutMs, onIdleError }: Options): DatabaseClient {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'postern',
    max: poolSize,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    lock_timeout: Math.ceil(timeoutMs / 4),
    idle_in_transaction_session_timeout: timeoutMs * 4,
    // The server's own deadline comes first; this one is for a server that no longer answers.
    query_timeout: timeoutMs + 250,
    keepAlive: true,
  })
  traceStatements(pool)
  pool.on('error', onIdleError)
  // A connection that dies while it is checked out fails its statement, and must not end the process besides.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return { db: drizzle(pool, { casing: 'snake_case' }), pool, close: () => pool.end() }
}
