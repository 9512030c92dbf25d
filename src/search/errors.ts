import type { ErrorTable } from '../errors/table.ts'

export const searchErrors = {
  'meilisearch:query_failed': {
    status: 500,
    title: 'Search query failed',
    description: 'Meilisearch is down, slow or answers with an error',
    meaning: 'The search does not answer now; everything else does.',
    advice: 'Say that the search is away and offer to try again; do not show it as "nobody found".',
  },
} as const satisfies ErrorTable<'meilisearch'>
