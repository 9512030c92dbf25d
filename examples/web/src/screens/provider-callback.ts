import { api } from '../api.ts'
import { element, paragraph } from '../elements.ts'
import { form } from '../form.ts'
import { go, handedTo, linkTo } from '../places.ts'
import { failure, type Screen } from '../screen.ts'
import { say } from '../status.ts'
import { displayName, handle } from '../usual-fields.ts'
import { goOn } from './go-on.ts'
import { isConnecting } from './provider-buttons.ts'

export const providerCallback: Screen = {
  title: 'Signing you in',
  of: 'anyone',
  show: async () => {
    const query = new URLSearchParams(location.search)
    const back = paragraph(element('a', { href: linkTo('sign-in') }, 'Back to sign-in'))
    const refusal = query.get('error')
    if (refusal !== null) return [paragraph(refusals[refusal] ?? otherwise), back]
    const body = { code: query.get('code') ?? '', state: query.get('state') ?? '', ...issuerOf(query) }
    const params = { path: { provider: location.pathname.split('/')[3] ?? '' } }
    const error = isConnecting() ? await link(params, body) : await login(params, body)
    return error ? [error, back] : []
  },
}

/** RFC 6749 section 4.1.2.1; OpenID Connect Core 1.0 section 3.1.2.6. Only the first is the person's own doing. */
const refusals: Readonly<Record<string, string>> = {
  access_denied: 'You cancelled at the other service.',
  server_error: 'Something went wrong at the other service. Please try again.',
  temporarily_unavailable: 'The other service is busy. Please try again in a moment.',
  login_required: 'The other service needs you to sign in there first. Please try again.',
  interaction_required: 'The other service needs to ask you something first. Please try again.',
  consent_required: 'The other service needs your consent first. Please try again.',
}
const otherwise =
  'The other service refused the sign-in. If this keeps happening, please contact whoever runs this site.'

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
  say('Connected. You can now sign in this way.')
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
  title: 'Almost done',
  of: 'guest',
  show: () => {
    const handed = handedTo('complete-sign-up')
    if (!handed) return [paragraph(element('a', { href: linkTo('sign-in') }, 'Please start again'))]
    const { pending_token, email, suggested_handle } = handed
    return [
      paragraph('You are creating an account for ', element('strong', {}, email), '.'),
      form({
        fields: [
          { ...displayName, hint: 'The name other people see.' },
          { ...handle, value: suggested_handle },
        ],
        submit: 'Create account',
        send: (values) => api.POST('/v0/auth/complete-signup', { body: { pending_token, ...values } }),
        about: { 'user:handle_already_exists': 'handle', 'oauth:handle_required': 'handle' },
        done: (data) => {
          if (data) return go('check-mail', { email })
          go('profile')
          say('Welcome!')
        },
      }),
    ]
  },
}
