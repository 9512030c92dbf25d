import { z } from 'zod'
import { OutboundError, type OutboundReply } from '../outbound/ask.ts'
import { readJson } from '../outbound/json.ts'
import { tokenAuthMethods } from './dialect.ts'
import type { Endpoints } from './provider.ts'
import { demandSuccess } from './provider-answer.ts'

/** Some issuers write null or an empty text where there is nothing. */
const optional = <Field extends z.ZodType>(field: Field) =>
  z.preprocess((value) => (value === null || value === '' ? undefined : value), field.optional())

/** The fields of OpenID Connect Discovery 1.0 section 3 that this server uses. */
const metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  userinfo_endpoint: optional(z.url()),
  jwks_uri: z.url(),
  token_endpoint_auth_methods_supported: optional(z.array(z.string())),
  authorization_response_iss_parameter_supported: optional(z.boolean()),
})

/** `tokenAuth` is undefined if the issuer accepts the secret in no way that this server supports. */
export type Discovered = Omit<Endpoints, 'tokenAuth' | 'jwks'> & {
  readonly jwks: string
  readonly tokenAuth: Endpoints['tokenAuth'] | undefined
}

/**
 * Asks an issuer for its endpoints.
 * @throws {OutboundError} if the document cannot be read or names another issuer [OA3]
 */
export async function discover(ask: (url: string) => Promise<OutboundReply>, issuer: string): Promise<Discovered> {
  const reply = await ask(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  demandSuccess('discovery document', reply)
  const found = metadata.safeParse(readDocument(reply))
  if (!found.success) throw new OutboundError(`The discovery document ${breachOf(found.error)}`)
  const { data } = found
  if (data.issuer !== issuer)
    throw new OutboundError(`The discovery document names the issuer ${quoted(data.issuer)}, not ${quoted(issuer)}`)
  return {
    authorization: data.authorization_endpoint,
    token: data.token_endpoint,
    userinfo: data.userinfo_endpoint,
    jwks: data.jwks_uri,
    tokenAuth: tokenAuthOf(data.token_endpoint_auth_methods_supported ?? ['client_secret_basic']),
    namesIssuer: data.authorization_response_iss_parameter_supported ?? false,
  }
}

function tokenAuthOf(supported: readonly string[]): Endpoints['tokenAuth'] | undefined {
  if (supported.includes('client_secret_basic')) return 'basic'
  // With the method `none` the issuer reads the client id from the form.
  return supported.includes('client_secret_post') || supported.includes('none') ? 'post' : undefined
}

function readDocument(reply: OutboundReply): unknown {
  try {
    return readJson(reply)
  } catch (cause) {
    throw new OutboundError('The discovery document is not JSON', { cause })
  }
}

/** Names the missing and the unusable fields [FD14]. */
function breachOf({ issues }: z.ZodError): string {
  const fields = [...new Set(issues.map(({ path }) => path.join('.')))].filter((name) => name !== '')
  return fields.length === 0 ? 'is no JSON object' : `lacks, or has no usable, ${fields.join(', ')}`
}

/** JSON escapes line breaks, so that a foreign text stays on one line of the log. */
const quoted = (text: string): string => JSON.stringify(text.slice(0, 200))

/** @throws {OutboundError} if the issuer accepts the secret in no way that this server supports [FD9] */
export function withKnownMethod({ tokenAuth, ...found }: Discovered): Endpoints & { readonly jwks: string } {
  if (tokenAuth === undefined) {
    const ours = Object.keys(tokenAuthMethods).join(' nor ')
    throw new OutboundError(`The discovery document names neither ${ours} in token_endpoint_auth_methods_supported`)
  }
  return { ...found, tokenAuth }
}
