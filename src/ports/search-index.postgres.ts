import { type SQL, sql } from 'drizzle-orm'
import type pg from 'pg'
import { users } from '../db/schema/users.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import { isNear, searchFold, typingErrorsOf } from '../search/words.ts'
import { type Hit, mostHits, type SearchIndex } from './search-index.ts'

/** Rows of `users` themselves, by trigrams: nothing has to follow, nothing is ever stale. */
export const postgresSearchIndex = (pool: pg.Pool): SearchIndex => ({
  search: async (given, { page, pageSize }) => {
    const words = given.map(searchFold)
    const hits = await transaction(pool, async (tx) => {
      const exact = await findExact(tx, words)
      // Whoever wrote it right is not bothered with what nearly is it.
      return exact.length > 0 ? exact : findNear(tx, words)
    })
    const start = (page - 1) * pageSize
    return { hits: hits.slice(start, start + pageSize), totalHits: hits.length }
  },
  noteChange: async () => {},
})

const mostCandidates = 300

/** What is left of a word's trigrams by the typing errors that it may have: two swapped letters spoil four, a wrong one three. */
function leastSimilarity(word: string): number {
  const spoilt = typingErrorsOf(word) === 1 ? 4 : 6
  return Math.max(0.2, (word.length + 1 - spoilt) / (word.length + 1) - 0.01)
}

type Row = { readonly id: string; readonly handle: string; readonly display_name: string }
const asHit = ({ id, handle, display_name: displayName }: Row): Hit => ({ id, handle, displayName })

const isLive = sql`${users.deletedAt} is null`

async function findExact(tx: Transaction, words: readonly string[]): Promise<Hit[]> {
  const all = words.map((word): SQL => sql`search_text like ${`% ${word}%`}`)
  const joined = words.join('')
  const wholeWords = sql.join(
    words.map((word) => sql`(search_text like ${`% ${word} %`})::int`),
    sql` + `,
  )
  // The very handle first of all, even where more match than are looked at.
  const { rows } = await tx.execute<Row>(sql`
    with candidate as (
      (select id, handle, display_name, search_text from users
       where ${isLive} and search_text like ${`% ${joined} %`} limit 10)
      union
      (select id, handle, display_name, search_text from users
       where ${isLive} and ${sql.join(all, sql` and `)} limit ${mostHits}))
    select id, handle, display_name from candidate
    order by
      replace(lower(handle), '_', '') = ${joined} desc,
      starts_with(replace(lower(handle), '_', ''), ${joined}) desc,
      ${wholeWords} desc,
      lower(handle), id
    limit ${mostHits}`)
  return rows.map(asHit)
}

/** Whoever has words like all of these; which of them are near enough is counted here. */
async function findNear(tx: Transaction, words: readonly string[]): Promise<Hit[]> {
  const tolerant = words.filter((word) => typingErrorsOf(word) > 0)
  if (tolerant.length === 0) return []
  const threshold = Math.min(...tolerant.map(leastSimilarity)).toFixed(2)
  await tx.execute(sql`select set_config('pg_trgm.word_similarity_threshold', ${threshold}, true)`)
  const conditions = words.map((word) =>
    typingErrorsOf(word) > 0 ? sql`${word} <% search_text` : sql`search_text like ${`% ${word}%`}`,
  )
  const similarity = sql.join(
    tolerant.map((word) => sql`word_similarity(${word}, search_text)`),
    sql` + `,
  )
  const { rows } = await tx.execute<Row & { readonly search_text: string }>(sql`
    select id, handle, display_name, search_text from users
    where ${isLive} and ${sql.join(conditions, sql` and `)}
    order by ${similarity} desc, lower(handle), id
    limit ${mostCandidates}`)
  return rows.filter(({ search_text: text }) => words.every((word) => isNear(word, text))).map(asHit)
}
