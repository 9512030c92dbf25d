import type pg from 'pg'
import { currentSpan, inSpan } from '../tracing/span.ts'

/**
 * Gives every statement of a traced request a span that names its operation and table, without its text and values
 * [LG1].
 */
export function traceStatements(pool: pg.Pool): void {
  pool.query = traced(pool.query.bind(pool))
  pool.on('connect', (client) => {
    client.query = traced(client.query.bind(client))
  })
}

type Query = pg.Pool['query'] & pg.ClientBase['query']
type Given = string | { readonly text?: string }

function traced(query: pg.Pool['query'] | pg.ClientBase['query']): Query {
  const run = query as (...given: unknown[]) => Promise<unknown>
  const tracedRun = (...given: readonly unknown[]): Promise<unknown> => {
    // `pool.query` is traced already; it then calls the connection's `query` with a callback.
    const isOfPool = typeof given.at(-1) === 'function'
    if (isOfPool || currentSpan() === undefined) return run(...given)
    const { name, attributes } = describe(given[0] as Given)
    return inSpan(name, { kind: 'client', attributes }, () => run(...given))
  }
  // pg declares many overloads; the arguments are passed on unchanged, whichever it is.
  return tracedRun as unknown as Query
}

/** For a statement that begins with `with`, the verb of its first subquery. */
const verb = /^\s*(?:with\b.*?\(\s*)?([a-z]+)/is
const table = /\b(?:from|into|update)\s+"?([a-z_]+(?:\.[a-z_]+)?)"?(?!\w|\s*\()/i

/** https://opentelemetry.io/docs/specs/semconv/database/postgresql/ */
function describe(given: Given) {
  const text = typeof given === 'string' ? given : (given.text ?? '')
  const operation = verb.exec(text)?.[1]?.toUpperCase() ?? 'OTHER'
  const collection = table.exec(text)?.[1]
  return {
    name: collection === undefined ? operation : `${operation} ${collection}`,
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': operation,
      ...(collection !== undefined && { 'db.collection.name': collection }),
    },
  }
}
