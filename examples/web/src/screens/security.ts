import { api, type Me } from '../api.ts'
import { element, paragraph, section } from '../elements.ts'
import { form } from '../form.ts'
import { later } from '../later.ts'
import { logo } from '../logos.ts'
import { go } from '../places.ts'
import { fresh } from '../reauthenticate.ts'
import { resend } from '../resend.ts'
import { failure, type Screen } from '../screen.ts'
import { say } from '../status.ts'
import { step } from '../step.ts'
import { newPassword, password } from '../usual-fields.ts'
import { throughProvider } from './provider-buttons.ts'

export const security: Screen = {
  title: 'Security',
  of: 'account',
  show: (me) => [
    section('Password', me.has_password ? changeForm(me) : firstPasswordForm(me)),
    section(
      'Email address',
      paragraph('Your address is ', element('strong', {}, me.email), '.'),
      me.has_password ? emailForm(me) : paragraph('To change it, set a password first.'),
    ),
    section('Other ways to sign in', later(connections(), 'button')),
  ],
}

const passwordSet = (): void => {
  go('security')
  say('Your password is saved, and all other sessions have been signed out.')
}

const changeForm = ({ email }: Me): HTMLFormElement =>
  form({
    fields: [password('current_password', 'Current password'), newPassword('new_password', 'New password')],
    username: email,
    submit: 'Change password',
    send: (body) => api.POST('/v0/auth/change-password', { body }),
    about: {
      'user:invalid_password': 'current_password',
      'password:required_for_update': 'current_password',
      'password:new_password_missing': 'new_password',
    },
    done: passwordSet,
  })

const firstPasswordForm = ({ email }: Me): HTMLFormElement =>
  form({
    fields: [newPassword('new_password', 'New password')],
    username: email,
    submit: 'Set password',
    send: (body) => fresh(() => api.POST('/v0/auth/set-initial-password', { body })),
    about: { 'password:new_password_missing': 'new_password' },
    done: passwordSet,
  })

const emailForm = ({ email }: Me): HTMLFormElement =>
  form({
    fields: [
      { name: 'new_email', label: 'New email address', type: 'email', autocomplete: 'email' },
      password('password', 'Your password'),
    ],
    username: email,
    submit: 'Change address',
    send: (body) => api.POST('/v0/auth/change-email', { body }),
    about: { 'password:incorrect': 'password', 'user:email_already_exists': 'new_email' },
    done: (_data, values, made) =>
      step(
        made.parentElement ?? made,
        'Check your email',
        paragraph('We sent a link to ', element('strong', {}, values.new_email), '. Open it to complete the change.'),
        resend({
          send: () => api.POST('/v0/auth/change-email', { body: values }),
          said: 'We sent you a new link. Earlier links no longer work.',
        }),
        paragraph(
          element('button', { type: 'button', class: 'link', click: () => go('security') }, 'Use a different address'),
        ),
      ),
  })

async function connections(): Promise<Node[]> {
  const known = await api.GET('/v0/auth/oauth/providers')
  if (known.error) return [failure(known.error)]
  const own = await api.GET('/v0/auth/oauth/connections')
  if (own.error) return [failure(own.error)]
  if (known.data.providers.length === 0) return [paragraph('No other services are set up here.')]
  return known.data.providers.map((provider) => {
    const connection = own.data.connections.find((one) => one.provider === provider.slug)
    return connection ? connectedRow(provider, connection.email) : throughProvider(provider, 'link')
  })
}

const connectedRow = ({ slug, name }: { slug: string; name: string }, email: string | undefined): HTMLElement =>
  element(
    'div',
    { class: 'row' },
    element('p', {}, logo(slug), element('strong', {}, name), element('span', {}, email ?? 'Connected')),
    form({
      submit: 'Disconnect',
      what: name,
      kind: 'quiet',
      send: () => fresh(() => api.POST('/v0/auth/oauth/connections/unlink', { body: { provider: slug } })),
      done: () => {
        go('security')
        say(`${name} has been disconnected.`)
      },
    }),
  )
