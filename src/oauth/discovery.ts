import { z } from 'zod'
import { isSuccess, OutboundError, type OutboundReply } from '../outbound/client.ts'
import { readJson } from '../outbound/json.ts'
import type { Endpoints } from './provider.ts'

/** OpenID Connect Discovery 1.0 section 3, as far as it is of use here. */
const metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  userinfo_endpoint: z.url().optional(),
  jwks_uri: z.url(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
})

/** Asks an issuer for its endpoints. @throws {OutboundError} where it cannot be read, or names another issuer [OA3] */
export async function discover(
  ask: (url: string) => Promise<OutboundReply>,
  issuer: string,
): Promise<Endpoints & { readonly jwks: string }> {
  const reply = await ask(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (!isSuccess(reply)) throw new OutboundError(`The discovery document answered ${reply.status}`)
  const found = metadata.safeParse(readJson(reply))
  if (!found.success) throw new OutboundError('The discovery document lacks what it must have')
  const { data } = found
  if (data.issuer !== issuer) throw new OutboundError('The discovery document names another issuer')
  const methods = data.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return {
    authorization: data.authorization_endpoint,
    token: data.token_endpoint,
    userinfo: data.userinfo_endpoint,
    jwks: data.jwks_uri,
    tokenAuth: methods.includes('client_secret_basic') ? 'basic' : 'post',
    namesIssuer: data.authorization_response_iss_parameter_supported ?? false,
  }
}
