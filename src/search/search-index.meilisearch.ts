import { Meilisearch } from 'meilisearch'
import type { Jobs } from '../db/jobs.ts'
import { inSpan, serverOf } from '../tracing/span.ts'
import { mostHits, type SearchIndex, SearchIndexError } from './search-index.ts'

const searchDeadlineMs = 900

/**
 * A document of the index. It never holds the e-mail address [AZ6]. Only `words` is searched; it is folded here, as the
 * query is.
 */
export type UserDocument = {
  readonly id: string
  readonly handle: string
  readonly display_name: string
  readonly bio: string | null
  readonly words: string
}

/** Searches Meilisearch. A job for each change of a user updates its documents. */
export function meilisearchSearchIndex(
  { url, apiKey, index }: { readonly url: string; readonly apiKey: string | undefined; readonly index: string },
  jobs: Jobs,
): SearchIndex {
  const client = new Meilisearch({ host: url, ...(apiKey !== undefined && { apiKey }), timeout: searchDeadlineMs })
  const spanOptions = { kind: 'client', attributes: serverOf(url) } as const
  return {
    search: async (query, { page, pageSize }) => {
      try {
        const found = await inSpan('Meilisearch', spanOptions, () =>
          client.index<UserDocument>(index).search(query.flat().join(' '), {
            page,
            hitsPerPage: pageSize,
            matchingStrategy: 'all',
            attributesToRetrieve: ['id', 'handle', 'display_name'],
          }),
        )
        const hits = found.hits.map(({ id, handle, display_name: displayName }) => ({ id, handle, displayName }))
        return { hits, totalHits: Math.min(found.totalHits, mostHits) }
      } catch (cause) {
        throw new SearchIndexError('Meilisearch did not answer the query', { cause })
      }
    },
    ping: async () => {
      await client.health()
    },
    noteChange: (tx, userId) => jobs.enqueue(tx, 'index-user', { userId }, 0),
  }
}
