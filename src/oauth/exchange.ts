import { z } from 'zod'
import type { Context } from '../context.ts'
import { OutboundError, type OutboundReply } from '../outbound/ask.ts'
import { readJson } from '../outbound/json.ts'
import { askProvider } from './ask-provider.ts'
import { redirectUri } from './authorize.ts'
import type { Provider } from './provider.ts'
import { demandNoError, demandSuccess, noteProviderFault } from './provider-answer.ts'

type Asked = { readonly code: string; readonly codeVerifier: string }

/** RFC 6749 section 5.1, OpenID Connect Core 1.0 section 3.1.3.3; an empty token counts as absent. */
const answer = z.object({
  access_token: z.string().min(1).optional().catch(undefined),
  id_token: z.string().min(1).optional().catch(undefined),
})

/** Some OIDC issuers give an ID token alone; any other protocol needs the access token. */
export type ProviderTokens =
  | { readonly accessToken: string | undefined; readonly idToken: string }
  | { readonly accessToken: string; readonly idToken: undefined }

/** Exchanges the code for the provider's tokens. */
export async function exchangeCode(
  ctx: Context<'oauth:token_exchange_failed'>,
  provider: Provider,
  { code, codeVerifier }: Asked,
): Promise<ProviderTokens> {
  try {
    const { body, headers } = tokenRequest(ctx, provider, { code, codeVerifier })
    const reply = await askProvider(ctx, provider, provider.endpoints.token, { method: 'POST', headers, body })
    const secrets = [code, codeVerifier, provider.clientSecret]
    demandSuccess('token endpoint', reply, secrets)
    demandNoError('token endpoint', reply, secrets)
    return readTokens(provider, reply)
  } catch (cause) {
    const details = noteProviderFault(ctx, provider, { endpoint: 'token endpoint', cause })
    throw ctx.fault('oauth:token_exchange_failed', { cause, details })
  }
}

function readTokens({ protocol }: Provider, reply: OutboundReply): ProviderTokens {
  const { access_token: accessToken, id_token: idToken } = answer.parse(readJson(reply))
  if (protocol === 'oidc' && idToken !== undefined) return { accessToken, idToken }
  if (protocol !== 'oidc' && accessToken !== undefined) return { accessToken, idToken: undefined }
  throw new OutboundError(`The token endpoint gave no ${protocol === 'oidc' ? 'ID' : 'access'} token`)
}

/** RFC 6749 sections 2.3.1 and 4.1.3, RFC 7636 section 4.5. */
function tokenRequest(ctx: Context<never>, provider: Provider, { code, codeVerifier }: Asked) {
  const { clientId, clientSecret, endpoints } = provider
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    code_verifier: codeVerifier,
    redirect_uri: redirectUri(ctx.config, provider),
  })
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  if (endpoints.tokenAuth === 'post') {
    body.set('client_id', clientId)
    body.set('client_secret', clientSecret)
    return { body: body.toString(), headers: form }
  }
  return { body: body.toString(), headers: { ...form, authorization: basicCredentials(clientId, clientSecret) } }
}

/** Both parts are form-encoded first, so that a colon in one of them is not taken for the separator. */
export function basicCredentials(clientId: string, clientSecret: string): string {
  const encoded = [clientId, clientSecret].map((part) => new URLSearchParams({ part }).toString().slice('part='.length))
  return `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`
}
