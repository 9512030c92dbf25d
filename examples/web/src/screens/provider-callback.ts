import { api } from '../api.ts'
import { element, paragraph, strong } from '../elements.ts'
import { form } from '../form.ts'
import { language, type PlainKey, phrase, text } from '../language.ts'
import { go, handedTo, linkTo } from '../places.ts'
import { failure, type Screen } from '../screen.ts'
import { say } from '../status.ts'
import { displayName, handle } from '../usual-fields.ts'
import { goOn } from './go-on.ts'
import { isConnecting } from './provider-buttons.ts'

export const providerCallback: Screen = {
  title: 'provider.title',
  of: 'anyone',
  show: async (me) => {
    const query = new URLSearchParams(location.search)
    const back = paragraph(element('a', { href: linkTo('sign-in') }, text('link.back')))
    const refusal = query.get('error')
    if (refusal !== null) return [paragraph(text(refusals.get(refusal) ?? 'provider.refused')), back]
    const body = { code: query.get('code') ?? '', state: query.get('state') ?? '', ...issuerOf(query) }
    const params = { path: { provider: location.pathname.split('/')[3] ?? '' } }
    const error = isConnecting(me) ? await link(params, body) : await login(params, body)
    return error ? [error, back] : []
  },
}

/** RFC 6749 section 4.1.2.1; OpenID Connect Core 1.0 section 3.1.2.6. Only the first is the person's own doing. */
const refusals = new Map<string, PlainKey>([
  ['access_denied', 'provider.cancelled'],
  ['server_error', 'provider.failed'],
  ['temporarily_unavailable', 'provider.busy'],
  ['login_required', 'provider.login'],
  ['interaction_required', 'provider.interaction'],
  ['consent_required', 'provider.consent'],
])

type Params = { readonly path: { readonly provider: string } }
type Body = { readonly code: string; readonly state: string; readonly iss?: string }

const issuerOf = (query: URLSearchParams): { iss?: string } => {
  const iss = query.get('iss')
  return iss === null ? {} : { iss }
}

async function link(params: Params, body: Body): Promise<Node | undefined> {
  const { error } = await api.POST('/v0/auth/oauth/{provider}/link', { params, body })
  if (error) return failure(error)
  go('security')
  say(text('provider.connected'))
  return undefined
}

async function login(params: Params, body: Body): Promise<Node | undefined> {
  const { data, error } = await api.POST('/v0/auth/oauth/{provider}/login', { params, body })
  if (error) return failure(error)
  if (data && 'pending_token' in data) go('complete-sign-up', data)
  else goOn(data)
  return undefined
}

export const completeSignUp: Screen = {
  title: 'provider.almost_done',
  of: 'guest',
  show: () => {
    const handed = handedTo('complete-sign-up')
    if (!handed) return [paragraph(element('a', { href: linkTo('sign-in') }, text('link.start_again')))]
    const { pending_token, email, suggested_handle } = handed
    return [
      paragraph(...phrase('provider.creating', { address: strong(email) })),
      form({
        fields: [
          { ...displayName(), hint: text('field.name_hint') },
          { ...handle(), value: suggested_handle },
        ],
        submit: text('sign_up.submit'),
        send: (values) =>
          api.POST('/v0/auth/complete-signup', { body: { pending_token, ...values, locale: language().tag } }),
        about: { 'user:handle_already_exists': 'handle', 'oauth:handle_required': 'handle' },
        done: (data) => {
          if (data) return go('check-mail', { email })
          go('profile')
          say(text('said.welcome'))
        },
      }),
    ]
  },
}
