import { createHash } from 'node:crypto'
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose'
import { isSuccess, OutboundError, type OutboundReply } from '../outbound/client.ts'
import { readJson } from '../outbound/json.ts'
import type { Provider } from './provider.ts'
import type { Answer, Remembered } from './remembered.ts'

/** The ID token is none that the provider issued to this client [OA3]. */
export class IdTokenError extends Error {}

export type IdTokenDeps = {
  readonly askProvider: (provider: Provider, url: string) => Promise<OutboundReply>
  readonly providerKeys: Remembered<JSONWebKeySet>
}

/** Asymmetric ones only: with HS256 the client secret, or a public key taken for one, would sign. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const clockToleranceSeconds = 60
/** Google's live an hour, Apple's a day. */
const longestLifeSeconds = 24 * 3600
/** Of one that a client brings. Its library got it at the sign-in of a moment ago. */
const longestAgeSeconds = 600

type Expected = { readonly nonce: string | undefined }

/** @throws {IdTokenError} where it does not verify; {OutboundError} where the keys cannot be had */
export async function verifyIdToken(
  deps: IdTokenDeps,
  provider: Provider,
  idToken: string,
  { nonce }: Expected,
): Promise<JWTPayload> {
  const { payload, protectedHeader } = await verifySignature(deps, provider, idToken)
  const { aud, azp, sub, iat = 0 } = payload
  if (!isOfIdTokens(protectedHeader)) throw new IdTokenError('It is of another kind')
  if (iat > secondsNow() + clockToleranceSeconds) throw new IdTokenError('It was issued in the future')
  if (typeof sub !== 'string' || sub === '') throw new IdTokenError('There is no subject')
  // OpenID Connect Core 1.0 section 3.1.3.7, steps 4 and 5.
  if (Array.isArray(aud) && aud.length > 1 && azp === undefined) throw new IdTokenError('Several audiences, but no azp')
  if (azp !== undefined && azp !== provider.clientId) throw new IdTokenError('It was issued to another client')
  if (payload.nonce !== nonce) throw new IdTokenError('The nonce does not match')
  return payload
}

/** RFC 8725 section 3.11: one that says to be of another kind, such as an access token (`at+jwt`), is none. */
const isOfIdTokens = ({ typ }: { readonly typ?: unknown }): boolean =>
  typ === undefined || (typeof typ === 'string' && typ.toLowerCase() === 'jwt')

const secondsNow = (): number => Date.now() / 1000

/** An ID token that whoever has it may bring, so it is good once. */
export type BearerIdToken = {
  /** Of what is signed: the signature itself can be written in several ways. */
  readonly digest: Buffer
  readonly expiresAtSeconds: number
}

/** The same of one that a client brings, which nothing but its own short time binds [AT13]. @throws like `verifyIdToken` */
export async function verifyBearerIdToken(
  deps: IdTokenDeps,
  provider: Provider,
  idToken: string,
  expected: Expected,
): Promise<{ readonly payload: JWTPayload; readonly bearer: BearerIdToken }> {
  const payload = await verifyIdToken(deps, provider, idToken, expected)
  const { iat = 0, exp = 0 } = payload
  if (exp - iat > longestLifeSeconds) throw new IdTokenError('It lives too long')
  if (secondsNow() - iat > longestAgeSeconds + clockToleranceSeconds) throw new IdTokenError('It is too old')
  const signed = idToken.slice(0, idToken.lastIndexOf('.'))
  return { payload, bearer: { digest: createHash('sha256').update(signed).digest(), expiresAtSeconds: exp } }
}

async function verifySignature(deps: IdTokenDeps, provider: Provider, idToken: string): Promise<JWTVerifyResult> {
  const ask = () => askKeys(deps, provider)
  const key = `${provider.id} ${provider.endpoints.jwks}`
  try {
    return await verifyWith(await deps.providerKeys.get(key, ask), provider, idToken)
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw asIdTokenError(error)
  }
  try {
    // The provider may have changed its keys since they were asked for.
    return await verifyWith(await deps.providerKeys.getFresh(key, ask), provider, idToken)
  } catch (error) {
    throw asIdTokenError(error)
  }
}

function verifyWith(keys: JSONWebKeySet, provider: Provider, idToken: string): Promise<JWTVerifyResult> {
  return jwtVerify(idToken, createLocalJWKSet(keys), {
    algorithms,
    issuer: provider.issuer,
    audience: provider.clientId,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['exp', 'iat', 'sub'],
  })
}

/** What is no error of jose's comes from a key that cannot be used: that is the provider's fault, not the token's. */
const asIdTokenError = (error: unknown): Error => {
  if (error instanceof errors.JOSEError) return new IdTokenError(error.message, { cause: error })
  if (error instanceof IdTokenError || error instanceof OutboundError) return error
  return new OutboundError('A key of the provider cannot be used', { cause: error })
}

const shortestMs = 60_000
const longestMs = 24 * 3_600_000
const usualMs = 600_000

async function askKeys({ askProvider }: IdTokenDeps, provider: Provider): Promise<Answer<JSONWebKeySet>> {
  const { jwks } = provider.endpoints
  if (jwks === undefined) throw new IdTokenError('The provider publishes no keys')
  const reply = await askProvider(provider, jwks)
  if (!isSuccess(reply)) throw new OutboundError(`The provider's keys answered ${reply.status}`)
  try {
    const keys = readJson(reply) as JSONWebKeySet
    // Throws where it is no key set.
    createLocalJWKSet(keys)
    return { value: keys, lifetimeMs: lifetimeOf(reply) }
  } catch (cause) {
    throw new OutboundError("The provider's keys cannot be read", { cause })
  }
}

function lifetimeOf({ headers }: OutboundReply): number {
  const seconds = /\bmax-age=(\d{1,9})\b/.exec(String(headers['cache-control'] ?? ''))?.[1]
  return seconds === undefined ? usualMs : Math.min(Math.max(Number(seconds) * 1000, shortestMs), longestMs)
}
