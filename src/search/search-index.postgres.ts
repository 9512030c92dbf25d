import { setImmediate } from 'node:timers/promises'
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { isPastDeadline } from '../db/failure.ts'
import type { HeavyReads } from '../db/heavy-reads.ts'
import { users } from '../db/schema/users.ts'
import { type Misspelling, misspellingsOf } from './misspelt.ts'
import { type Hit, mostHits, type SearchIndex, SearchIndexError } from './search-index.ts'
import { errorsIn, type Query, wordsOf } from './words.ts'

/** Searches the rows of `users` by trigrams, so that results are never stale. */
export const postgresSearchIndex = (heavyReads: HeavyReads): SearchIndex => ({
  search: async (query, { page, pageSize }, askedBy) => {
    const hits = await heavyReads({ kind: 'search', owner: askedBy }, async (db) => {
      const exact = await findExact(db, query)
      // Similar names are searched only if nothing matches the query as it is written.
      return exact.length > 0 ? exact : findNear(db, query.flat())
    }).catch((cause: unknown) => {
      throw isPastDeadline(cause) ? new SearchIndexError('the search took PostgreSQL too long', { cause }) : cause
    })
    const start = (page - 1) * pageSize
    return { hits: hits.slice(start, start + pageSize), totalHits: hits.length }
  },
  noteChange: async () => {},
})

/** Rows that nearly match and are compared letter by letter. */
const mostCandidates = 300

type Row = { readonly id: string; readonly handle: string; readonly display_name: string }
const asHit = ({ id, handle, display_name: displayName }: Row): Hit => ({ id, handle, displayName })

const isLive = sql`${users.deletedAt} is null`

const begins = (word: string): SQL => sql`search_words like ${`% ${word}%`}`

/** The row has every part of the word, or the parts as one word. */
const has = (parts: readonly string[]): SQL =>
  parts.length === 1
    ? sql.join(parts.map(begins))
    : sql`((${sql.join(parts.map(begins), sql` and `)}) or ${begins(parts.join(''))})`

async function findExact(db: Database, query: Query): Promise<Hit[]> {
  const words = query.flat()
  const joined = words.join('')
  const wholeWords = sql.join(
    words.map((word) => sql`(search_words like ${`% ${word} %`})::int`),
    sql` + `,
  )
  // The exact handle comes first, even if more rows match than the limit admits.
  const { rows } = await db.execute<Row>(sql`
    with candidate as (
      (select id, handle, display_name, search_words from users
       where ${isLive} and search_words like ${`% ${joined} %`} limit 10)
      union
      (select id, handle, display_name, search_words from users
       where ${isLive} and ${sql.join(query.map(has), sql` and `)} limit ${mostHits}))
    select id, handle, display_name from candidate
    order by
      replace(lower(handle), '_', '') = ${joined} desc,
      starts_with(replace(lower(handle), '_', ''), ${joined}) desc,
      ${wholeWords} desc,
      lower(handle), id
    limit ${mostHits}`)
  return rows.map(asHit)
}

/** Users with words similar to all of these, fewest errors first. */
async function findNear(db: Database, words: readonly string[]): Promise<Hit[]> {
  const tries = misspellingsOf(words)
  // The planner misjudges many patterns: each takes the index a moment, but a sequential scan a second.
  if (tries.length > 0) await db.execute(sql`select set_config('enable_seqscan', 'off', true)`)
  for (const misspellings of tries) {
    const near = await keepNear(await findAlike(db, misspellings), words)
    if (near.length > 0) return near.sort((a, b) => a.errors - b.errors).map(({ row }) => asHit(row))
  }
  return []
}

/** Rows that are compared before the event loop gets a turn: one or two milliseconds. */
const comparedAtOnce = 25

async function keepNear(candidates: readonly Row[], words: readonly string[]) {
  const near: { readonly row: Row; readonly errors: number }[] = []
  for (const [index, row] of candidates.entries()) {
    if (index % comparedAtOnce === 0) await setImmediate()
    const own = wordsOf(row.handle, row.display_name)
    const errors = words.map((word) => errorsIn(word, own)).filter((one) => one !== undefined)
    if (errors.length === words.length) near.push({ row, errors: errors.reduce((sum, one) => sum + one, 0) })
  }
  return near
}

/** Index look-ups of one query: the numbers of each word's patterns multiply. Further words are only filtered. */
const mostLookUps = 100

async function findAlike(db: Database, misspellings: readonly Misspelling[]) {
  let lookUps = 1
  const conditions = misspellings
    .toSorted((a, b) => a.sought.length - b.sought.length)
    .flatMap(({ sought, meant }) => {
      lookUps *= sought.length
      return [
        ...(lookUps <= mostLookUps ? [sql`search_words like any(${sql.param(sought)}::text[])`] : []),
        // Written as an expression, so that the planner does not use the index for it.
        ...(meant ? [sql`(search_words || '') like any(${sql.param(meant)}::text[])`] : []),
      ]
    })
  const { rows } = await db.execute<Row>(sql`
    with candidate as (
      select id, handle, display_name from users
      where ${isLive} and ${sql.join(conditions, sql` and `)} limit ${mostCandidates})
    select * from candidate order by lower(handle), id`)
  return rows
}
