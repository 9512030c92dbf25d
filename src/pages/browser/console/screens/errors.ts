import { api } from '../api.ts'
import { text } from '../language.ts'
import { list } from '../list.ts'
import { refusedColumns, whoColumn } from '../refused.ts'
import type { Screen } from '../screen.ts'

/** What somebody has who asks: the reference of an answer, else an address, else the code that was shown. */
function asFilter(asked: string | undefined): Readonly<Record<string, string>> {
  if (asked === undefined) return {}
  if (asked.includes('@')) return { email: asked }
  return /^[a-z_]+:|^[A-Z_]+$/.test(asked) ? { code: asked } : { request_id: asked }
}

export const errors: Screen = {
  name: 'errors',
  title: 'errors.title',
  least: 'admin',
  show: (place) =>
    list({
      place,
      caption: text('errors.title'),
      filters: [{ name: 'query', label: text('errors.query'), kind: 'search' }],
      isTypedWhole: true,
      columns: [...refusedColumns(), whoColumn()],
      load: ({ query, ...page }) =>
        api.GET('/v0/admin/refusals', { params: { query: { ...page, ...asFilter(query) } } }),
    }),
}
