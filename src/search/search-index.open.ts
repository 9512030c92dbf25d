import type { Config } from '../config/config.ts'
import type { HeavyReads } from '../db/heavy-reads.ts'
import type { Jobs } from '../db/jobs.ts'
import { meilisearchSearchIndex } from './search-index.meilisearch.ts'
import { postgresSearchIndex } from './search-index.postgres.ts'
import type { SearchIndex } from './search-index.ts'

type Parts = { readonly config: Config; readonly heavyReads: HeavyReads; readonly jobs: Jobs }

/** Opens Meilisearch if it is configured, otherwise PostgreSQL. */
export function openSearchIndex({ config, heavyReads, jobs }: Parts): SearchIndex {
  const { meilisearchUrl: url, meilisearchIndex: index } = config
  // A process with an open port should have no more than the key that may only search.
  const apiKey = config.meilisearchSearchApiKey ?? config.meilisearchApiKey
  return url === undefined ? postgresSearchIndex(heavyReads) : meilisearchSearchIndex({ url, apiKey, index }, jobs)
}
