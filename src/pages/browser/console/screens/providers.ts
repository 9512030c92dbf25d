import type { DataOf } from '../../../../client/client.ts'
import { act } from '../act.ts'
import { api } from '../api.ts'
import { type Child, element, theirs, verbatim } from '../elements.ts'
import type { Field } from '../field.ts'
import { filled } from '../filled.ts'
import { day, text } from '../language.ts'
import { list } from '../list.ts'
import { fresh } from '../reauthenticate.ts'
import type { Screen } from '../screen.ts'
import type { Column } from '../table.ts'

type Provider = DataOf<'GET', '/v0/admin/oauth/providers'>['providers'][number]

/** Those that administrators have registered; those of the environment are among the settings. */
export const providers: Screen = {
  name: 'providers',
  title: 'providers.title',
  least: 'admin',
  show: (place) => [
    element('div', { class: 'acts' }, register()),
    ...list({ place, caption: text('providers.title'), columns: columns(), load }),
  ],
}

async function load() {
  const { data, error } = await fresh(() => api.GET('/v0/admin/oauth/providers'))
  return { data: data && { data: data.providers }, error }
}

const columns = (): readonly Column<Provider>[] => [
  {
    title: text('providers.name'),
    cell: ({ name, slug }) => [theirs(name), element('span', { class: 'under' }, verbatim(slug))],
  },
  {
    title: text('providers.issuer'),
    cell: ({ issuer, authorization_endpoint }) => verbatim(issuer ?? authorization_endpoint),
  },
  { title: text('providers.client_id'), cell: ({ client_id }) => verbatim(client_id) },
  { title: text('users.created'), isShort: true, cell: ({ created_at }) => day(created_at) },
  { title: text('list.acts'), cell: (one) => acts(one) },
]

type Name =
  | 'name'
  | 'client_id'
  | 'client_secret'
  | 'issuer'
  | 'authorization_endpoint'
  | 'token_endpoint'
  | 'userinfo_endpoint'

const fields = (known: Partial<Provider> = {}): readonly Field<Name>[] => {
  const isNew = known.slug === undefined
  const address = (name: Name & keyof Provider, label: string): Field<Name> => ({
    name,
    label,
    kind: 'verbatim',
    value: String(known[name] ?? ''),
    isOptional: true,
  })
  return [
    { name: 'name', label: text('providers.name'), value: known.name ?? '' },
    { name: 'client_id', label: text('providers.client_id'), kind: 'verbatim', value: known.client_id ?? '' },
    {
      name: 'client_secret',
      label: text('providers.secret'),
      kind: 'password',
      autocomplete: 'new-password',
      isOptional: !isNew,
      hint: text(isNew ? 'providers.secret_new' : 'providers.secret_kept'),
    },
    { ...address('issuer', text('providers.issuer')), hint: text('providers.issuer_hint') },
    address('authorization_endpoint', text('providers.authorization')),
    address('token_endpoint', text('providers.token')),
    address('userinfo_endpoint', text('providers.userinfo')),
  ]
}

const register = (): HTMLElement =>
  act({
    title: text('providers.register'),
    fields: [
      { name: 'slug', label: text('providers.slug'), kind: 'verbatim', hint: text('providers.slug_hint') },
      ...fields(),
    ],
    send: ({ slug, name, client_id, client_secret, ...optional }) =>
      api.POST('/v0/admin/oauth/providers', { body: { slug, name, client_id, client_secret, ...filled(optional) } }),
    said: text('providers.registered'),
  })

function acts(provider: Provider): Child {
  const { slug, name } = provider
  const params = { path: { slug } }
  const change = act({
    title: text('providers.change'),
    what: name,
    fields: fields(provider),
    send: (values) => api.PATCH('/v0/admin/oauth/providers/{slug}', { params, body: filled(values) }),
    said: text('providers.changed'),
  })
  const remove = act({
    title: text('providers.remove'),
    what: name,
    explanation: text('providers.remove_what', { name }),
    fields: [],
    confirm: slug,
    isDanger: true,
    send: () => api.DELETE('/v0/admin/oauth/providers/{slug}', { params }),
    said: text('providers.removed'),
  })
  return element('div', { class: 'acts' }, change, remove)
}
