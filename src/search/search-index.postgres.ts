import { setImmediate } from 'node:timers/promises'
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { isPastDeadline } from '../db/failure.ts'
import type { HeavyReads } from '../db/heavy-reads.ts'
import { users } from '../db/schema/users.ts'
import { type Misspelling, misspellingsOf } from './misspelt.ts'
import { type Hit, mostHits, type SearchIndex, SearchIndexError } from './search-index.ts'
import { errorsIn, type Query, wordsOf } from './words.ts'

/** Rows of `users` themselves, by trigrams: nothing has to follow, nothing is ever stale. */
export const postgresSearchIndex = (heavyReads: HeavyReads): SearchIndex => ({
  search: async (query, { page, pageSize }, askedBy) => {
    const hits = await heavyReads({ kind: 'search', owner: askedBy }, async (db) => {
      const exact = await findExact(db, query)
      // A query that matches as it is written gets no names that are nearly it.
      return exact.length > 0 ? exact : findNear(db, query.flat())
    }).catch((cause: unknown) => {
      throw isPastDeadline(cause) ? new SearchIndexError('the search took PostgreSQL too long', { cause }) : cause
    })
    const start = (page - 1) * pageSize
    return { hits: hits.slice(start, start + pageSize), totalHits: hits.length }
  },
  noteChange: async () => {},
})

/** Of those who nearly match, so many are looked at. */
const mostCandidates = 300

type Row = { readonly id: string; readonly handle: string; readonly display_name: string }
const asHit = ({ id, handle, display_name: displayName }: Row): Hit => ({ id, handle, displayName })

const isLive = sql`${users.deletedAt} is null`

const begins = (word: string): SQL => sql`search_words like ${`% ${word}%`}`

/** A word in parts has them all, or is written without what parts it. */
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
  // The very handle first of all, even where more match than are looked at.
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

/** Users who have words like all of these, those with the fewest errors first. */
async function findNear(db: Database, words: readonly string[]): Promise<Hit[]> {
  const tries = misspellingsOf(words)
  // Many patterns, each of which takes the index a moment and a look at every row a second: the planner does not know.
  if (tries.length > 0) await db.execute(sql`select set_config('enable_seqscan', 'off', true)`)
  for (const misspellings of tries) {
    const near = await keepNear(await findAlike(db, misspellings), words)
    if (near.length > 0) return near.sort((a, b) => a.errors - b.errors).map(({ row }) => asHit(row))
  }
  return []
}

/** So many are compared before others have their turn: a millisecond or two. */
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

/** Each word's patterns multiply those of the others. */
const mostLookUps = 100

async function findAlike(db: Database, misspellings: readonly Misspelling[]) {
  let lookUps = 1
  const conditions = misspellings
    .toSorted((a, b) => a.sought.length - b.sought.length)
    .flatMap(({ sought, meant }) => {
      lookUps *= sought.length
      return [
        ...(lookUps <= mostLookUps ? [sql`search_words like any(${sql.param(sought)}::text[])`] : []),
        // As an expression of its own no index is asked for it.
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
