import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { networksOf } from '../http/client-address.ts'
import { ruledText, wholeNumberText } from '../http/validation.ts'
import { searchUsers, searchUsersRefusals } from './search-users.ts'

const query = ruledText({
  findBreach: (text) => {
    if ([...text].length > 100) return { rule: 'max_length', limit: 100 }
    return text.includes('\0') ? { rule: 'charset' } : undefined
  },
  cleaned: z.string().trim(),
  meta: { minLength: 1, maxLength: 100, description: 'Words of a handle or a name, or the beginnings of words' },
})

const page = z.object({
  users: z.array(
    z
      .object({
        id: z.uuid(),
        handle: z.string(),
        display_name: z.string(),
        bio: z.string().optional(),
        profile_image: z.url().optional(),
      })
      .meta({ id: 'FoundUser', description: 'Somebody who matches a search' }),
  ),
  page: z.int(),
  page_size: z.int(),
  total_hits: z.int().meta({ description: '1,000 at most' }),
  total_pages: z.int(),
})

export function searchRoutes(app: App, deps: Deps): void {
  const fault = faults(...searchUsersRefusals)
  app.route({
    method: 'GET',
    url: '/v0/search/users',
    // A search in PostgreSQL runs in a transaction.
    config: { access: 'public', limit: 'look-up', database: 'write', codes: fault.codes },
    schema: {
      operationId: 'searchUsers',
      summary: 'Find users by handle and name, best matches first',
      tags: ['users'],
      querystring: z.object({
        query,
        page: wholeNumberText({ least: 1, most: 1000 }).optional(),
        page_size: wholeNumberText({ least: 1, most: 20 }).optional(),
      }),
      response: { 200: page },
    },
    handler: ({ query: asked, clientAddress }) => {
      const wanted = { page: Number(asked.page ?? 1), pageSize: Number(asked.page_size ?? 20) }
      return searchUsers({ ...deps, fault }, asked.query, wanted, networksOf(clientAddress).primary)
    },
  })
}
