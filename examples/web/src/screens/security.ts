import { type PasskeyAnswer, withPasskey } from 'postern/client/passkeys'
import { api, type Me } from '../api.ts'
import { element, paragraph, section, strong, theirs } from '../elements.ts'
import { form } from '../form.ts'
import { phrase, text } from '../language.ts'
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
  title: 'security.title',
  of: 'account',
  show: async (me) => [
    section(text('field.password'), await (me.has_password ? changeForm(me) : firstPasswordForm(me))),
    section(
      text('field.email'),
      paragraph(...phrase('security.your_address', { address: strong(me.email) })),
      addressForm(me),
    ),
    section(text('passkeys.title'), paragraph(text('passkeys.what')), later(passkeys(), 'rows')),
    section(text('security.other_ways'), later(connections(), 'button')),
  ],
}

const passwordSet = (): void => {
  go('security')
  say(text('security.password_saved'))
}

const changeForm = async ({ email }: Me): Promise<HTMLFormElement> =>
  form({
    fields: [
      password('current_password', text('field.current_password')),
      await newPassword('new_password', text('field.new_password')),
    ],
    username: email,
    submit: text('security.change_password'),
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
    fields: [await newPassword('new_password', text('field.new_password'))],
    username: email,
    submit: text('security.set_password'),
    send: (body) => fresh(() => api.POST('/v0/auth/set-initial-password', { body })),
    about: { 'password:new_password_missing': 'new_password' },
    done: passwordSet,
  })

const newAddress = () =>
  ({ name: 'new_email', label: text('field.new_email'), type: 'email', autocomplete: 'email' }) as const

/** By whatever the account has to prove that it is its owner. */
function addressForm({ has_password, passkeys, email }: Me): HTMLElement {
  if (has_password) return addressFormByPassword(email)
  return passkeys > 0 ? addressFormByPasskey() : paragraph(text('security.set_first'))
}

const addressFormByPassword = (email: string): HTMLFormElement =>
  form({
    fields: [newAddress(), password('password', text('field.your_password'))],
    username: email,
    submit: text('security.change_address'),
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
    fields: [newAddress()],
    submit: text('security.change_by_passkey'),
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
    text('mailed.title'),
    paragraph(...phrase('security.link_sent', { address: strong(address) })),
    resend({ send: again, said: text('said.new_link') }),
    paragraph(
      element('button', { type: 'button', class: 'link', click: () => go('security') }, text('link.other_address')),
    ),
  )

async function connections(): Promise<Node[]> {
  const known = await api.GET('/v0/auth/oauth/providers')
  if (known.error) return [failure(known.error)]
  const own = await api.GET('/v0/auth/oauth/connections')
  if (own.error) return [failure(own.error)]
  if (known.data.providers.length === 0) return [paragraph(text('security.no_others'))]
  return known.data.providers.map((provider) => {
    const connection = own.data.connections.find((one) => one.provider === provider.slug)
    return connection ? connectedRow(provider, connection.email) : throughProvider(provider, 'link')
  })
}

const connectedRow = ({ slug, name }: { slug: string; name: string }, email: string | undefined): HTMLElement =>
  element(
    'div',
    { class: 'row' },
    element(
      'p',
      {},
      logo(slug),
      strong(name),
      element('span', {}, email === undefined ? text('security.connected') : theirs(email)),
    ),
    form({
      submit: text('security.disconnect'),
      what: name,
      kind: 'quiet',
      send: () => fresh(() => api.POST('/v0/auth/oauth/connections/unlink', { body: { provider: slug } })),
      done: () => {
        go('security')
        say(text('security.disconnected', { provider: name }))
      },
    }),
  )
