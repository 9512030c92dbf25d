import { z } from 'zod'
import type { Context } from '../context.ts'
import type { Caller } from '../http/caller.ts'
import { OutboundError } from '../outbound/ask.ts'
import { readJson } from '../outbound/json.ts'
import { askProvider } from './ask-provider.ts'
import { identityOf, readClaims } from './claims.ts'
import { basicCredentials } from './exchange.ts'
import { findProvider, findProviderRefusals } from './find-provider.ts'
import { type BearerIdToken, verifyBearerIdToken } from './id-token.ts'
import { githubIdentity } from './identity.github.ts'
import type { Identity, Provider } from './provider.ts'
import { demandSuccess, noteProviderFault } from './provider-answer.ts'
import { ProviderTokenError } from './provider-keys.ts'
import { type Outcome, signInWithIdentity, signInWithIdentityRefusals } from './sign-in.ts'
import { spendIdToken } from './spend-id-token.ts'
import { isNonceOfBrowser } from './state.ts'
import type { FetchUserInfoRefusal } from './user-info.ts'

export const readIdTokenRefusals = ['oauth:invalid_id_token', 'oauth:user_info_fetch_failed'] as const

type ReadIdTokenRefusal = (typeof readIdTokenRefusals)[number]

export const signInNativelyRefusals = [
  ...findProviderRefusals,
  ...readIdTokenRefusals,
  'oauth:user_info_parse_failed',
  ...signInWithIdentityRefusals,
] as const

type SignInNativelyRefusal = (typeof signInNativelyRefusals)[number]

export type NativeProof =
  | { readonly idToken: string; readonly nonce: string | undefined }
  | { readonly accessToken: string }

type Arrival = {
  readonly slug: string
  readonly proof: NativeProof
  readonly deviceToken: string | undefined
  readonly rememberMe: boolean
  readonly client: Caller
}

/**
 * Afterwards the owner of a token issued to this client has a session, must show a further factor, or has a sign-up.
 */
export async function signInNatively(
  ctx: Context<SignInNativelyRefusal>,
  { slug, proof, deviceToken, rememberMe, client }: Arrival,
): Promise<Outcome> {
  const provider = await findProvider(ctx, slug)
  const { identity, bearer } = await proven(ctx, provider, proof)
  return signInWithIdentity(ctx, provider, {
    identity,
    deviceToken,
    anonymousDigest: undefined,
    rememberMe,
    client,
    spend: (tx) => (bearer ? spendIdToken(ctx, tx, bearer) : undefined),
  })
}

type Refusal = ReadIdTokenRefusal | FetchUserInfoRefusal

/** The identity that the token proves; `bearer` is set for an ID token, which must be spent. */
type Proven = { readonly identity: Identity; readonly bearer?: BearerIdToken }

async function proven(ctx: Context<Refusal>, provider: Provider, proof: NativeProof): Promise<Proven> {
  if ('idToken' in proof) {
    const found = await readIdToken(ctx, provider, proof)
    if (proof.nonce !== undefined && (await isNonceOfBrowser(ctx, proof.nonce))) {
      throw ctx.fault('oauth:invalid_id_token', { details: 'Its nonce was given to a browser.' })
    }
    return found
  }
  // Only GitHub can tell which client an access token was issued to.
  if (provider.protocol !== 'github') throw ctx.fault('oauth:invalid_id_token', { details: 'Send an ID token.' })
  return { identity: await accessTokenIdentity(ctx, provider, proof.accessToken) }
}

/**
 * Verifies, without spending it, that the provider issued the ID token to this client or one of its apps, with that
 * nonce.
 */
export async function readIdToken(
  ctx: Context<ReadIdTokenRefusal>,
  provider: Provider,
  { idToken, nonce }: { readonly idToken: string; readonly nonce: string | undefined },
): Promise<{ readonly identity: Identity; readonly bearer: BearerIdToken }> {
  if (provider.protocol !== 'oidc') throw ctx.fault('oauth:invalid_id_token', { details: 'It issues no ID tokens.' })
  const deps = { providerKeys: ctx.providerKeys, askProvider: (of: Provider, url: string) => askProvider(ctx, of, url) }
  try {
    const { payload, bearer } = await verifyBearerIdToken(deps, provider, idToken, { nonce })
    const claims = readClaims(payload)
    if (claims) return { identity: identityOf(provider, claims), bearer }
    throw new ProviderTokenError('There is no usable subject')
  } catch (cause) {
    if (cause instanceof OutboundError) {
      const details = noteProviderFault(ctx, provider, { endpoint: 'key set', cause })
      throw ctx.fault('oauth:user_info_fetch_failed', { cause, details })
    }
    if (cause instanceof ProviderTokenError) throw ctx.fault('oauth:invalid_id_token', { cause })
    throw cause
  }
}

/** https://docs.github.com/en/rest/apps/oauth-applications#check-a-token */
const checkedToken = z.object({ app: z.object({ client_id: z.string() }), user: z.object({ id: z.int() }) })

async function accessTokenIdentity(ctx: Context<Refusal>, provider: Provider, accessToken: string): Promise<Identity> {
  const { clientId, clientSecret } = provider
  const checked = await checkAccessToken(ctx, provider, accessToken)
  if (checked?.app.client_id !== clientId || clientSecret === '') throw ctx.fault('oauth:invalid_id_token')
  const identity = await githubIdentity(ctx, provider, accessToken)
  if (identity.subject !== String(checked.user.id)) throw ctx.fault('oauth:invalid_id_token')
  return identity
}

/** Asks GitHub about the token. Returns undefined if it is not a token of this client. */
async function checkAccessToken(ctx: Context<FetchUserInfoRefusal>, provider: Provider, accessToken: string) {
  const { clientId, clientSecret } = provider
  const url = `${ctx.config.githubApiUrl}/applications/${encodeURIComponent(clientId)}/token`
  const refuse = (code: FetchUserInfoRefusal) => (cause: unknown) => {
    throw ctx.fault(code, { cause, details: noteProviderFault(ctx, provider, { endpoint: 'check of a token', cause }) })
  }
  const ask = async () => {
    const reply = await askProvider(ctx, provider, url, {
      method: 'POST',
      headers: { authorization: basicCredentials(clientId, clientSecret), 'content-type': 'application/json' },
      body: JSON.stringify({ access_token: accessToken }),
    })
    if (reply.status === 404 || reply.status === 422) return undefined
    demandSuccess('check of a token', reply, [clientSecret, accessToken])
    return reply
  }
  const reply = await ask().catch(refuse('oauth:user_info_fetch_failed'))
  if (reply === undefined) return undefined
  const read = async () => checkedToken.parse(readJson(reply))
  return read().catch(refuse('oauth:user_info_parse_failed'))
}
