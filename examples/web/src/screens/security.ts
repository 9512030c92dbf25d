import { type PasskeyAnswer, withPasskey } from 'postern/client/passkeys'
import { api, type Me } from '../api.ts'
import { element, paragraph, section } from '../elements.ts'
import { form } from '../form.ts'
import { later } from '../later.ts'
import { logo } from '../logos.ts'
import { go } from '../places.ts'
import { fresh } from '../reauthenticate.ts'
import { resend } from '../resend.ts'
import { failure, type Screen } from '../screen.ts'
import type { Code } from '../sentences.ts'
import { say } from '../status.ts'
import { step } from '../step.ts'
import { newPassword, password } from '../usual-fields.ts'
import { passkeys } from './passkeys.ts'
import { throughProvider } from './provider-buttons.ts'

export const security: Screen = {
  title: 'Security',
  of: 'account',
  show: async (me) => [
    section('Password', await (me.has_password ? changeForm(me) : firstPasswordForm(me))),
    section('Email address', paragraph('Your address is ', element('strong', {}, me.email), '.'), addressForm(me)),
    section(
      'Passkeys',
      paragraph('Sign in by your fingerprint, your face or the lock of your screen, with nothing to type.'),
      later(passkeys(), 'rows'),
    ),
    section('Other ways to sign in', later(connections(), 'button')),
  ],
}

const passwordSet = (): void => {
  go('security')
  say('Your password is saved, and all other sessions have been signed out.')
}

const changeForm = async ({ email }: Me): Promise<HTMLFormElement> =>
  form({
    fields: [password('current_password', 'Current password'), await newPassword('new_password', 'New password')],
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

const firstPasswordForm = async ({ email }: Me): Promise<HTMLFormElement> =>
  form({
    fields: [await newPassword('new_password', 'New password')],
    username: email,
    submit: 'Set password',
    send: (body) => fresh(() => api.POST('/v0/auth/set-initial-password', { body })),
    about: { 'password:new_password_missing': 'new_password' },
    done: passwordSet,
  })

const newAddress = { name: 'new_email', label: 'New email address', type: 'email', autocomplete: 'email' } as const

/** By whatever the account has to prove that it is its owner. */
function addressForm({ has_password, passkeys, email }: Me): HTMLElement {
  if (has_password) return addressFormByPassword(email)
  return passkeys > 0 ? addressFormByPasskey() : paragraph('To change it, set a password first.')
}

const addressFormByPassword = (email: string): HTMLFormElement =>
  form({
    fields: [newAddress, password('password', 'Your password')],
    username: email,
    submit: 'Change address',
    send: (body) => api.POST('/v0/auth/change-email', { body }),
    about: { 'password:incorrect': 'password', 'user:email_already_exists': 'new_email' },
    done: (_data, body, made) => linkSent(made, body.new_email, () => api.POST('/v0/auth/change-email', { body })),
  })

function addressFormByPasskey(): HTMLFormElement {
  const send = ({ new_email }: { readonly new_email: string }) =>
    withPasskey(api, (credential, init) =>
      api.POST('/v0/auth/change-email', { ...init, body: { credential, new_email } }),
    )
  return form({
    fields: [newAddress],
    submit: 'Change address with a passkey',
    send,
    about: { 'user:email_already_exists': 'new_email' },
    done: (_data, values, made) => linkSent(made, values.new_email, () => send(values)),
  })
}

const linkSent = <Refusal extends Code>(
  made: HTMLElement,
  address: string,
  again: () => Promise<PasskeyAnswer<undefined, Refusal>>,
): void =>
  step(
    made.parentElement ?? made,
    'Check your email',
    paragraph('We sent a link to ', element('strong', {}, address), '. Open it to complete the change.'),
    resend({ send: again, said: 'We sent you a new link. Earlier links no longer work.' }),
    paragraph(
      element('button', { type: 'button', class: 'link', click: () => go('security') }, 'Use a different address'),
    ),
  )

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
