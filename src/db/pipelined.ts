import type pg from 'pg'
import { throwFailure } from './failure.ts'

/**
 * Runs one statement outside any transaction. It must not wait for a lock, which would delay the statements sent after
 * it.
 */
type Ask = <Row extends pg.QueryResultRow>(statement: pg.QueryConfig) => Promise<Row[]>

/** A connection that is taken from the pool while statements wait on it. */
type Line = { readonly client: Promise<pg.PoolClient>; waiting: number; served: number; hasFailed: boolean }

/** Beyond this, further statements get another connection, since PostgreSQL runs those of one connection one by one. */
const mostInLine = 16
/** After this many statements the connection goes back to the pool, where transactions may be waiting for it. */
const mostServed = 128

/**
 * Statements that are asked at the same time share connections: each is sent at once, without waiting for the answers
 * to earlier ones. For a look-up by key this saves a third of the time, which was spent on switching between processes.
 * A connection on which a statement failed gets no new ones.
 */
export function pipelined(pool: pg.Pool): Ask {
  const open = new Set<Line>()

  function joinLine(): Line {
    const line = open.values().find(({ waiting }) => waiting < mostInLine) ?? openLine()
    line.waiting += 1
    line.served += 1
    if (line.served === mostServed) open.delete(line)
    return line
  }

  function openLine(): Line {
    const line = { client: pool.connect(), waiting: 0, served: 0, hasFailed: false }
    open.add(line)
    return line
  }

  return async <Row extends pg.QueryResultRow>(statement: pg.QueryConfig) => {
    const line = joinLine()
    let client: pg.PoolClient | undefined
    try {
      client = await line.client
      const { rows } = await client.query<Row>(statement)
      return rows
    } catch (error) {
      open.delete(line)
      line.hasFailed = true
      return throwFailure(error)
    } finally {
      line.waiting -= 1
      if (line.waiting === 0) {
        open.delete(line)
        client?.release(line.hasFailed)
      }
    }
  }
}
