import { api } from '../api.ts'
import { element, paragraph, section } from '../elements.ts'
import { form } from '../form.ts'
import { go } from '../places.ts'
import { fresh } from '../reauthenticate.ts'
import { failure, type Screen } from '../screen.ts'
import { say } from '../status.ts'
import { throughProvider } from './provider-buttons.ts'

export const security: Screen = {
  title: 'Security',
  of: 'account',
  show: async (me) => [
    section('Password', me.has_password ? changeForm() : firstPasswordForm()),
    section(
      'E-mail address',
      paragraph('Your address is ', element('strong', {}, me.email), '.'),
      me.has_password ? emailForm() : paragraph('Set a password first to change it.'),
    ),
    section('Other ways to sign in', ...(await connections())),
  ],
}

const passwordSet = (): void => {
  go('security')
  say('Your password is set, and your other sessions have ended.')
}

const changeForm = (): HTMLFormElement =>
  form({
    fields: [
      { name: 'current_password', label: 'Current password', type: 'password', autocomplete: 'current-password' },
      { name: 'new_password', label: 'New password', type: 'password', autocomplete: 'new-password' },
    ],
    submit: 'Change the password',
    send: (body) => api.POST('/v0/auth/change-password', { body }),
    about: {
      'user:invalid_password': 'current_password',
      'password:required_for_update': 'current_password',
      'password:new_password_missing': 'new_password',
    },
    done: passwordSet,
  })

const firstPasswordForm = (): HTMLFormElement =>
  form({
    fields: [{ name: 'new_password', label: 'New password', type: 'password', autocomplete: 'new-password' }],
    submit: 'Set a password',
    send: (body) => fresh(() => api.POST('/v0/auth/set-initial-password', { body })),
    about: { 'password:new_password_missing': 'new_password' },
    done: passwordSet,
  })

const emailForm = (): HTMLFormElement =>
  form({
    fields: [
      { name: 'new_email', label: 'New address', type: 'email', autocomplete: 'email' },
      { name: 'password', label: 'Your password', type: 'password', autocomplete: 'current-password' },
    ],
    submit: 'Change the address',
    send: (body) => api.POST('/v0/auth/change-email', { body }),
    about: { 'password:incorrect': 'password', 'user:email_already_exists': 'new_email' },
    done: (_data, _values, made) => {
      made.reset()
      say('We mailed a link to the new address. Your address changes when you open it.')
    },
  })

async function connections(): Promise<Node[]> {
  const known = await api.GET('/v0/auth/oauth/providers')
  if (known.error) return [failure(known.error)]
  const own = await api.GET('/v0/auth/oauth/connections')
  if (own.error) return [failure(own.error)]
  if (known.data.providers.length === 0) return [paragraph('This server knows no other services.')]
  return known.data.providers.map((provider) => {
    const connection = own.data.connections.find((one) => one.provider === provider.slug)
    return connection ? connectedRow(provider, connection.email) : throughProvider(provider, 'link')
  })
}

const connectedRow = ({ slug, name }: { slug: string; name: string }, email: string | undefined): HTMLElement =>
  element(
    'div',
    { class: 'row' },
    element('p', {}, element('strong', {}, name), element('span', {}, email ?? 'connected')),
    form({
      submit: 'Disconnect',
      what: name,
      kind: 'quiet',
      send: () => fresh(() => api.POST('/v0/auth/oauth/connections/unlink', { body: { provider: slug } })),
      done: () => {
        go('security')
        say(`${name} is disconnected.`)
      },
    }),
  )
