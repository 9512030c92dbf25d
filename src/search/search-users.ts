import { and, inArray, isNull } from 'drizzle-orm'
import { fileUrl } from '../accounts/image-url.ts'
import type { Context } from '../context.ts'
import { tooMuchToRead } from '../db/read-heavily.ts'
import { users } from '../db/schema/users.ts'
import { mostHits, type Page, SearchIndexError } from './search-index.ts'
import { type Query, queryOf } from './words.ts'

/** The only columns of a user that a search reads [AZ6]. */
const shown = {
  id: users.id,
  handle: users.handle,
  displayName: users.displayName,
  bio: users.bio,
  profileImage: users.profileImage,
}

export const searchUsersRefusals = ['meilisearch:query_failed', 'rate_limit:exceeded'] as const

type SearchUsersRefusal = (typeof searchUsersRefusals)[number]

/** A page of matching users. Hits whose user was deleted or renamed since they were indexed are left out [AZ6]. */
export async function searchUsers(ctx: Context<SearchUsersRefusal>, query: string, asked: Page, askedBy: string) {
  const { page, pageSize } = asked
  const words = queryOf(query)
  // Pages beyond the most hits are empty, and so is a search for punctuation alone.
  const isEmpty = words.length === 0 || (page - 1) * pageSize >= mostHits
  const { hits, totalHits } = isEmpty ? { hits: [], totalHits: 0 } : await find(ctx, words, asked, askedBy)
  const rows =
    hits.length === 0
      ? []
      : await ctx.db
          .select(shown)
          .from(users)
          .where(
            and(
              inArray(
                users.id,
                hits.map(({ id }) => id),
              ),
              isNull(users.deletedAt),
            ),
          )
  const byId = new Map(rows.map((row) => [row.id, row]))
  const found = hits.flatMap(({ id, handle, displayName }) => {
    const row = byId.get(id)
    return row?.handle === handle && row.displayName === displayName ? [row] : []
  })
  return {
    users: found.map(({ id, handle, displayName, bio, profileImage }) => ({
      id,
      handle,
      display_name: displayName,
      ...(bio !== null && { bio }),
      ...(profileImage !== null && { profile_image: fileUrl(ctx.config, profileImage) }),
    })),
    page,
    page_size: pageSize,
    total_hits: totalHits,
    total_pages: Math.ceil(totalHits / pageSize),
  }
}

async function find(ctx: Context<SearchUsersRefusal>, words: Query, asked: Page, askedBy: string) {
  try {
    return await ctx.searchIndex.search(words, asked, askedBy)
  } catch (cause) {
    if (!(cause instanceof SearchIndexError)) throw tooMuchToRead(ctx, cause)
    throw ctx.fault('meilisearch:query_failed', { cause })
  }
}
