import { OAuth2Tokens } from 'arctic'
import type { Context } from '../context.ts'
import { readJson } from '../outbound/json.ts'
import { askProvider } from './ask-provider.ts'
import { redirectUri } from './authorize.ts'
import type { Provider } from './provider.ts'
import { demandNoError, demandSuccess, noteProviderFault } from './provider-answer.ts'

type Asked = { readonly code: string; readonly codeVerifier: string }

/**
 * The provider's tokens for a code. Arctic's own request has neither a deadline nor a say in whom it connects to, so it is made here
 * and arctic reads the answer.
 */
export async function exchangeCode(
  ctx: Context<'oauth:token_exchange_failed'>,
  provider: Provider,
  { code, codeVerifier }: Asked,
): Promise<OAuth2Tokens> {
  try {
    const { body, headers } = tokenRequest(ctx, provider, { code, codeVerifier })
    const reply = await askProvider(ctx, provider, provider.endpoints.token, { method: 'POST', headers, body })
    const secrets = [code, codeVerifier, provider.clientSecret]
    demandSuccess('token endpoint', reply, secrets)
    demandNoError('token endpoint', reply, secrets)
    const tokens = new OAuth2Tokens(readJson(reply) as object)
    tokens.accessToken()
    if (provider.protocol === 'oidc') tokens.idToken()
    return tokens
  } catch (cause) {
    const details = noteProviderFault(ctx, provider, { place: 'token endpoint', cause })
    throw ctx.fault('oauth:token_exchange_failed', { cause, details })
  }
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

/** Both parts are form-encoded first, so that a colon in them divides nothing. */
export function basicCredentials(clientId: string, clientSecret: string): string {
  const encoded = [clientId, clientSecret].map((part) => new URLSearchParams({ part }).toString().slice('part='.length))
  return `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`
}
