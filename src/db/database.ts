import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { traceStatements } from './trace-statements.ts'

/** Runs statements on any connection of the pool, or on the one connection of a transaction. */
export type Database = NodePgDatabase & { readonly $client: pg.Pool | pg.PoolClient }

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

/** Bounds the prepared statements of a connection. We have fewer; only lists of varying length could make so many. */
const mostPrepared = 500

/**
 * Prepares each statement with parameters once per connection: parsing and planning takes PostgreSQL longer than
 * running most of our statements.
 */
class PreparingClient extends pg.Client {
  private readonly names = new Map<string, string>()

  // biome-ignore lint/suspicious/noExplicitAny: whatever pg declares is passed on as it came
  override query(statement: any, ...more: any[]): any {
    const [values] = more
    const hasValues = Array.isArray(values) && values.length > 0
    const isNameless = typeof statement?.text === 'string' && statement.name === undefined
    return super.query(
      isNameless && hasValues ? { ...statement, name: this.nameOf(statement.text) } : statement,
      ...more,
    )
  }

  private nameOf(text: string): string | undefined {
    const known = this.names.get(text)
    if (known !== undefined || this.names.size === mostPrepared) return known
    const name = `statement_${this.names.size}`
    this.names.set(text, name)
    return name
  }
}

/** Connects at the first statement. Idle connections stay open, as reconnecting costs more than keeping them. */
export function openDatabase({ url, poolSize, timeoutMs, onIdleError }: Options): DatabaseClient {
  const pool = new pg.Pool({
    Client: PreparingClient,
    // Statements queued on one connection are sent without waiting for earlier answers; only `pipelined` queues any.
    pipeline: true,
    connectionString: url,
    application_name: 'postern',
    max: poolSize,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    lock_timeout: Math.ceil(timeoutMs / 4),
    idle_in_transaction_session_timeout: timeoutMs * 4,
    // `statement_timeout` ends first; this deadline is for a server that no longer answers.
    query_timeout: timeoutMs + 250,
    keepAlive: true,
  })
  traceStatements(pool)
  pool.on('error', onIdleError)
  // When a connection that is in use dies, its statement fails. Without a listener the error would also end the
  // process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return { db: drizzle(pool, { casing: 'snake_case' }), pool, close: () => pool.end() }
}
