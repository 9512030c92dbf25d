import type pg from 'pg'
import { throwFailure } from './failure.ts'

/** Asks one statement outside any transaction, which must not wait for a lock: it would hold up those behind it. */
type Ask = <Row extends pg.QueryResultRow>(statement: pg.QueryConfig) => Promise<Row[]>

/** A connection of the pool for as long as somebody waits on it. */
type Line = { readonly client: Promise<pg.PoolClient>; waiting: number; served: number; hasFailed: boolean }

/** Then the next ones have another connection, as PostgreSQL does its work for each in turn. */
const mostInLine = 16
/** Then the connection goes back to the pool, where transactions may wait for it, however many statements come. */
const mostServed = 128

/**
 * Statements that are asked at the same time share connections: each is sent at once, not after the answers to those
 * before it. That spares a look-up by its key a third of its time, which went from process to process. A connection
 * that failed one serves nobody who comes later.
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
