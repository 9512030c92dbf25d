import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { traceStatements } from './trace-statements.ts'

/** What statements run on: connections of the pool, or the one of a transaction. */
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

/** More than this program has; only lists of changing length could make so many. */
const mostPrepared = 500

/**
 * Parses and plans a statement with parameters once a connection: that takes PostgreSQL longer than most of ours take
 * it to run.
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

/** Opens nothing: the first statement does. Idle connections are kept, as closing them costs more than they do. */
export function openDatabase({ url, poolSize, timeoutMs, onIdleError }: Options): DatabaseClient {
  const pool = new pg.Pool({
    Client: PreparingClient,
    // What is asked of one connection at once is sent at once; only `pipelined` does so.
    pipeline: true,
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
