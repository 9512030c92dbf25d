import { api } from '../api.ts'
import { showDiagnosis } from '../diagnosis.ts'
import { element, paragraph } from '../elements.ts'
import { showField } from '../field.ts'
import { text } from '../language.ts'
import { later } from '../later.ts'
import { go, linkTo } from '../places.ts'
import type { Screen } from '../screen.ts'
import { failure } from '../sentences.ts'

type Named = { readonly email: string } | { readonly handle: string } | { readonly user_id: string }

/** What somebody is known by who asks for help. */
function named(who: string): Named {
  if (who.startsWith('@')) return { handle: who.slice(1) }
  return who.includes('@') ? { email: who } : /^[\da-f-]{36}$/.test(who) ? { user_id: who } : { handle: who }
}

export async function diagnose(who: Named): Promise<readonly Node[]> {
  const { data, error } = await api.GET('/v0/admin/diagnosis', { params: { query: who } })
  return error ? [failure(error)] : showDiagnosis(data)
}

/** Why somebody cannot sign in, whether they have an account or not. */
export const trouble: Screen = {
  name: 'trouble',
  title: 'trouble.title',
  least: 'admin',
  show: (place) => {
    const who = place.query.get('who') ?? ''
    const field = showField({ name: 'who', label: text('trouble.who'), kind: 'search', value: who })
    const ask = (event: Event): void => {
      event.preventDefault()
      go(linkTo(place.path, { who: field.read().trim() }))
    }
    const form = element('form', { role: 'search', class: 'filters', submit: ask }, field.row)
    return [form, who === '' ? paragraph(text('trouble.what')) : later(diagnose(named(who)))]
  },
}
