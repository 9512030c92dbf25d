import { api, type Me } from '../api.ts'
import { element } from '../elements.ts'
import { form } from '../form.ts'
import { text } from '../language.ts'
import { later } from '../later.ts'
import { logo } from '../logos.ts'
import { keepInTab, recallFromTab } from '../memory.ts'
import { fresh } from '../reauthenticate.ts'
import { failure } from '../screen.ts'

type Flow = 'login' | 'link'

/** Kept over the way to the provider and back: the page behind it has to know what it was for. */
const intent = 'postern:intent'

/** Where the browser keeps nothing: whoever is signed in came to connect. */
export const isConnecting = (me: Me | undefined): boolean =>
  (recallFromTab(intent) ?? (me ? 'link' : 'login')) === 'link'

type Provider = { readonly slug: string; readonly name: string }

export function throughProvider({ slug, name }: Provider, flow: Flow): HTMLFormElement {
  const params = { path: { provider: slug }, query: { flow } }
  return form({
    submit: text(flow === 'link' ? 'provider.connect' : 'provider.continue', { provider: name }),
    kind: 'provider',
    icon: logo(slug),
    send: () => fresh(() => api.GET('/v0/auth/oauth/{provider}/authorize', { params })),
    done: ({ auth_url }) => {
      keepInTab(intent, flow)
      location.assign(auth_url)
    },
  })
}

/** One for each provider that the server has; none where it has none. */
export const providerButtons = (): HTMLElement => later(loadButtons(), 'button')

async function loadButtons(): Promise<Node[]> {
  const { data, error } = await api.GET('/v0/auth/oauth/providers')
  if (error) return [failure(error)]
  if (data.providers.length === 0) return []
  return [element('p', { class: 'or' }, text('page.or')), ...data.providers.map((one) => throughProvider(one, 'login'))]
}
