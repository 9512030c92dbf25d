import { createHash } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { isGoogle, issuersOf } from './google.ts'
import type { Provider } from './provider.ts'
import { type ProviderKeyDeps, ProviderTokenError, verifyByProvider } from './provider-keys.ts'

const clockToleranceSeconds = 60
/** The longest lifetime (`exp` - `iat`) of an ID token that a client brings. Google's live an hour, Apple's a day. */
const longestLifeSeconds = 24 * 3600
/** The longest age of an ID token that a client brings: its library got it at the sign-in a moment ago. */
const longestAgeSeconds = 600

type Expected = { readonly nonce: string | undefined }

/**
 * Verifies an ID token that the provider's token endpoint gave.
 * @throws {ProviderTokenError} if it does not verify; {OutboundError} if the keys cannot be had
 */
export async function verifyIdToken(
  deps: ProviderKeyDeps,
  provider: Provider,
  idToken: string,
  { nonce }: Expected,
): Promise<JWTPayload> {
  const audiences = [provider.clientId]
  const payload = await verifyClaims(deps, provider, idToken, { nonce, audiences, from: 'provider' })
  if (payload.azp !== undefined && payload.azp !== provider.clientId) throw otherParty()
  return payload
}

type ExpectedOfAny = Expected & { readonly audiences: readonly string[]; readonly from: 'provider' | 'client' }

async function verifyClaims(
  deps: ProviderKeyDeps,
  provider: Provider,
  idToken: string,
  { nonce, audiences, from }: ExpectedOfAny,
) {
  const claims = {
    issuer: issuersOf(provider),
    audience: [...audiences],
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp', 'iat', 'sub'],
  }
  const { payload, protectedHeader } = await verifyByProvider(deps, provider, { jwt: idToken, claims, from })
  const { sub, iat = 0 } = payload
  if (!isOfIdTokens(protectedHeader)) throw new ProviderTokenError('It is of another kind')
  // OpenID Connect Back-Channel Logout 1.0 section 2.4: a token with `events` ends a session and must not begin one.
  if (payload.events !== undefined) throw new ProviderTokenError('It is a logout token')
  if (iat > secondsNow() + clockToleranceSeconds) throw new ProviderTokenError('It was issued in the future')
  if (typeof sub !== 'string' || sub === '') throw new ProviderTokenError('There is no subject')
  // OpenID Connect Core 1.0 section 3.1.3.7, step 4.
  if (hasSeveralAudiences(payload) && payload.azp === undefined)
    throw new ProviderTokenError('Several audiences, but no azp')
  const mayLackNonce = from === 'provider' && provider.nonce === 'if_present'
  if (payload.nonce !== nonce && !(mayLackNonce && payload.nonce === undefined))
    throw new ProviderTokenError('The nonce does not match')
  return payload
}

const hasSeveralAudiences = ({ aud }: JWTPayload): boolean => Array.isArray(aud) && aud.length > 1

const otherParty = () => new ProviderTokenError('It was issued to another client')

/** RFC 8725 section 3.11: a token of another type, such as an access token (`at+jwt`), is not an ID token. */
const isOfIdTokens = ({ typ }: { readonly typ?: unknown }): boolean =>
  typ === undefined || (typeof typ === 'string' && typ.toLowerCase() === 'jwt')

const secondsNow = (): number => Date.now() / 1000

/** An ID token that a client brings is a bearer token: it is accepted once. */
export type BearerIdToken = {
  /** SHA-256 of the signed part; the signature is left out because it can be encoded in several ways. */
  readonly digest: Buffer
  readonly expiresAtSeconds: number
}

/**
 * Verifies an ID token that a client brings: no code or verifier binds it, so its age and lifetime are limited [AT13].
 * @throws like `verifyIdToken`
 */
export async function verifyBearerIdToken(
  deps: ProviderKeyDeps,
  provider: Provider,
  idToken: string,
  expected: Expected,
): Promise<{ readonly payload: JWTPayload; readonly bearer: BearerIdToken }> {
  const audiences = [provider.clientId, ...provider.appClientIds]
  const payload = await verifyClaims(deps, provider, idToken, { ...expected, audiences, from: 'client' })
  const { iat = 0, exp = 0 } = payload
  if (!isMeantForUs(provider, audiences, payload)) throw otherParty()
  if (exp - iat > longestLifeSeconds) throw new ProviderTokenError('It lives too long')
  if (secondsNow() - iat > longestAgeSeconds + clockToleranceSeconds) throw new ProviderTokenError('It is too old')
  const signed = idToken.slice(0, idToken.lastIndexOf('.'))
  return { payload, bearer: { digest: createHash('sha256').update(signed).digest(), expiresAtSeconds: exp } }
}

/**
 * Google gives an app a token whose audience is the server's client and whose `azp` is the app's own client: if it has
 * a single audience, `azp` is ignored [FD2].
 */
function isMeantForUs(provider: Provider, audiences: readonly string[], payload: JWTPayload): boolean {
  const { azp } = payload
  if (azp === undefined || (isGoogle(provider) && !hasSeveralAudiences(payload))) return true
  return typeof azp === 'string' && audiences.includes(azp)
}
