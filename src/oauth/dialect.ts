import { z } from 'zod'
import { type Breach, oneOf } from '../http/validation.ts'

const choice = <const Value extends string>(values: readonly Value[], description: string) =>
  // oneOf lets no other text pass.
  oneOf(values, { description: `${values.join(', ')}: ${description}` }).transform((text) => text as Value)

/** RFC 6749 section 2.3.1. Assertions (`private_key_jwt`, `client_secret_jwt`) and certificates are not supported. */
export const tokenAuthMethods = { client_secret_basic: 'basic', client_secret_post: 'post' } as const
export type TokenAuthMethod = keyof typeof tokenAuthMethods

/** Parameters that the protocol sets itself and an administrator may not override. */
const ofTheProtocol = new Set([
  ...[
    'response_type',
    'client_id',
    'redirect_uri',
    'scope',
    'state',
    'nonce',
    'code_challenge',
    'code_challenge_method',
  ],
  ...['request', 'request_uri', 'registration', 'client_secret', 'code', 'code_verifier', 'id_token_hint', 'iss'],
])
const parameterName = /^[a-z][a-z0-9_.-]{0,63}$/i
const mostParameters = 20

function findParameterBreach([name, value]: [string, string]): Breach | undefined {
  if (!parameterName.test(name)) return { rule: 'charset' }
  // Some providers ignore the case of parameter names.
  const known = name.toLowerCase()
  if (ofTheProtocol.has(known) || (known === 'response_mode' && name !== known)) return { rule: 'reserved' }
  if (name === 'response_mode' && value !== 'query' && value !== 'form_post')
    return { rule: 'one_of', values: ['query', 'form_post'] }
  if (value.length > 512) return { rule: 'max_length', limit: 512 }
  return /[\p{Cc}\p{Cs}]/u.test(value) ? { rule: 'charset' } : undefined
}

const authorizeParameters = z
  .record(z.string(), z.string())
  .superRefine((parameters, context) => {
    const entries = Object.entries(parameters)
    if (entries.length > mostParameters)
      context.addIssue({ code: 'custom', params: { rule: 'max_length', limit: mostParameters } })
    for (const [name, value] of entries) {
      const params = findParameterBreach([name, value])
      if (params) context.addIssue({ code: 'custom', path: [name], params })
    }
  })
  .meta({
    description:
      'further parameters of the authorization request; with response_mode=form_post the provider posts to Postern',
    examples: [{ prompt: 'select_account' }],
  })

/** How a provider differs from the specifications, as its administrator says [FD9 FD11]. */
export const dialect = {
  email_verification: choice(
    ['claim', 'trusted', 'mail'],
    'accept an address if email_verified is true; unless the provider denies it; or after a mailed link was used',
  ).optional(),
  nonce: choice(['required', 'if_present'], 'whether an ID token may lack the nonce that was sent').optional(),
  token_endpoint_auth_method: choice(
    Object.keys(tokenAuthMethods) as TokenAuthMethod[],
    'how the token endpoint takes the secret; by default as the issuer says, else client_secret_basic',
  ).optional(),
  authorize_parameters: authorizeParameters.optional(),
}
