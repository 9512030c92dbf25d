import type { ErrorTable } from '../errors/table.ts'

export const searchErrors = {
  'meilisearch:query_failed': {
    status: 500,
    title: 'Search query failed',
    description: 'Meilisearch is down, slow or answers with an error',
  },
} as const satisfies ErrorTable<'meilisearch'>
