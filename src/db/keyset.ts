import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { isInstant } from '../text/instant.ts'

/** The place of a row in a list that is ordered by a time and then by an id, newest first. */
export type Place = {
  /** The time with its microseconds, which a Date does not have. */
  readonly at: string
  readonly id: string
}

type Columns = { readonly at: SQLWrapper; readonly id: SQLWrapper }

/** In a statement: the time of a row, as `Place` has it. */
export const exactly = (at: SQLWrapper): SQL<string> =>
  sql<string>`to_char(${at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** In a statement: rows after the place. One look at an index finds them, however far down the list it is. */
export const isAfter = ({ at, id }: Columns, place: Place | undefined): SQL | undefined =>
  place && sql`(${at}, ${id}) < (${place.at}::timestamptz, ${place.id}::uuid)`

type Shown<Row, Item> = {
  readonly limit: number
  readonly present: (row: Row) => Item
  readonly cursorOf: (row: Row) => string
}

/** A page of rows, of which one more than the limit was asked for. It has `next_cursor` if there are more. */
export function pageOf<Row, Item>(
  found: readonly Row[],
  { limit, present, cursorOf }: Shown<Row, Item>,
): { data: Item[]; next_cursor?: string } {
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    data: page.map((row) => present(row)),
    ...(found.length > limit && last !== undefined && { next_cursor: cursorOf(last) }),
  }
}

/** Opaque to clients. */
export const writeCursor = ({ at, id }: Place): string => Buffer.from(`${at} ${id}`).toString('base64url')

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/

/** Gives undefined for a text that is no cursor. */
export function readCursor(text: string): Place | undefined {
  const [at = '', id = '', ...rest] = Buffer.from(text, 'base64url').toString('latin1').split(' ')
  const isPlace = rest.length === 0 && instant.test(at) && isInstant(at) && uuid.test(id)
  return isPlace ? { at, id } : undefined
}
