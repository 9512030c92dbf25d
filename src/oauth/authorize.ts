import { CodeChallengeMethod, generateCodeVerifier, OAuth2Client } from 'arctic'
import type { Config } from '../config/config.ts'
import type { Context } from '../context.ts'
import { findProvider, findProviderRefusals } from './find-provider.ts'
import type { Provider } from './provider.ts'
import { isAllowedRedirect } from './redirect-to.ts'
import { issueState, nonceOf } from './state.ts'

export const authorizeRefusals = [...findProviderRefusals, 'oauth:invalid_redirect_url'] as const

type AuthorizeRefusal = (typeof authorizeRefusals)[number]

type Wish = {
  readonly slug: string
  readonly flow: 'login' | 'link'
  readonly redirectTo: string
  readonly anonymousDigest: Buffer
  /** Set if the flow is `link`. */
  readonly sessionId: string | undefined
  readonly rememberMe: boolean
}

/** The front end's page that receives the provider's answer. */
export const frontEndPage = (config: Config, slug: string): string =>
  config.oauthRedirectUrl.replace('{provider}', slug)

/**
 * Comes from the configuration, never from the request [OA2]. With form_post the provider posts to a page of this
 * server, which passes the answer on to the front end's page [FD11].
 */
export const redirectUri = (config: Config, { slug, authorizeParameters }: Provider): string =>
  authorizeParameters.response_mode === 'form_post'
    ? `${config.publicUrl}/v0/auth/oauth/${slug}/form-post`
    : frontEndPage(config, slug)

/** Afterwards the browser may come back from the provider once; returns the URL at the provider. */
export async function authorize(ctx: Context<AuthorizeRefusal>, wish: Wish): Promise<string> {
  const { slug, flow, redirectTo, anonymousDigest, sessionId, rememberMe } = wish
  const provider = await findProvider(ctx, slug)
  if (!isAllowedRedirect(redirectTo, ctx.config.oauthRedirectAllow)) throw ctx.fault('oauth:invalid_redirect_url')
  const codeVerifier = generateCodeVerifier()
  const state = await issueState(ctx, {
    provider,
    flow,
    anonymousDigest,
    sessionId,
    codeVerifier,
    redirectTo,
    rememberMe,
  })
  const client = new OAuth2Client(provider.clientId, null, redirectUri(ctx.config, provider))
  const url = client.createAuthorizationURLWithPKCE(
    provider.endpoints.authorization,
    state,
    CodeChallengeMethod.S256,
    codeVerifier,
    [...provider.scopes],
  )
  for (const [name, value] of Object.entries(provider.authorizeParameters)) url.searchParams.set(name, value)
  if (provider.protocol === 'oidc') url.searchParams.set('nonce', nonceOf(state))
  return url.href
}
