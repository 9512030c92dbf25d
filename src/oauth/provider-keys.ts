import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyOptions,
  type JWTVerifyResult,
  jwtVerify,
} from 'jose'
import { OutboundError, type OutboundReply } from '../outbound/ask.ts'
import { readJson } from '../outbound/json.ts'
import type { Found, Lookups } from './lookups.ts'
import type { Provider } from './provider.ts'
import { demandSuccess } from './provider-answer.ts'

/** The token was not issued by this provider to this client [OA3]. */
export class ProviderTokenError extends Error {}

export type ProviderKeyDeps = {
  readonly askProvider: (provider: Provider, url: string) => Promise<OutboundReply>
  readonly providerKeys: Lookups<JSONWebKeySet>
}

type Presented = {
  readonly jwt: string
  readonly claims: JWTVerifyOptions
  /** A token that a client brings may be junk, and must not make this server ask for keys at every request. */
  readonly from: 'provider' | 'client'
}

/** Only asymmetric ones: with HS256, the client secret, or a public key taken for a secret, could sign. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

/** @throws {ProviderTokenError} if the token does not verify; {OutboundError} if the keys cannot be had or used */
export async function verifyByProvider(
  deps: ProviderKeyDeps,
  provider: Provider,
  { jwt, claims, from }: Presented,
): Promise<JWTVerifyResult> {
  const ask = () => askKeys(deps, provider)
  const key = `${provider.id} ${provider.endpoints.jwks}`
  const verify = (keys: JSONWebKeySet) => verifyWith(keys, jwt, { ...claims, algorithms })
  const remembered = await deps.providerKeys.get(key, ask)
  try {
    return await verify(remembered)
  } catch (error) {
    if (!mayLackKey(error)) throw asTokenError(error)
  }
  // The provider may have changed its keys since they were fetched, and even kept their `kid` [FD12].
  const { getAnew, getFresh } = deps.providerKeys
  const current = await (from === 'provider' ? getAnew : getFresh)(key, ask)
  return verify(current).catch((error) => {
    throw asTokenError(error)
  })
}

async function verifyWith(keys: JSONWebKeySet, jwt: string, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(jwt, createLocalJWKSet(keys), options)
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    // Several keys match because they have no `kid`: each is tried.
    for await (const key of error) {
      const verified = await jwtVerify(jwt, key, options).catch(unlessOtherKey)
      if (verified) return verified
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}

function unlessOtherKey(error: unknown): undefined {
  if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
}

/** Whether fresh keys might verify the token. An error that is not jose's comes from a key that cannot be used. */
const mayLackKey = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWSSignatureVerificationFailed ||
  !(error instanceof errors.JOSEError)

const asTokenError = (error: unknown): Error =>
  error instanceof errors.JOSEError
    ? new ProviderTokenError(error.message, { cause: error })
    : new OutboundError('A key of the provider cannot be used', { cause: error })

const shortestMs = 60_000
const longestMs = 24 * 3_600_000
const usualMs = 600_000

async function askKeys({ askProvider }: ProviderKeyDeps, provider: Provider): Promise<Found<JSONWebKeySet>> {
  const { jwks } = provider.endpoints
  if (jwks === undefined) throw new ProviderTokenError('The provider publishes no keys')
  const reply = await askProvider(provider, jwks)
  demandSuccess('key set', reply)
  try {
    const keys = readJson(reply) as JSONWebKeySet
    // Throws if it is not a key set.
    createLocalJWKSet(keys)
    return { value: keys, lifetimeMs: lifetimeOf(reply) }
  } catch (cause) {
    throw new OutboundError('The key set cannot be read', { cause })
  }
}

function lifetimeOf({ headers }: OutboundReply): number {
  const seconds = /\bmax-age=(\d{1,9})\b/.exec(String(headers['cache-control'] ?? ''))?.[1]
  return seconds === undefined ? usualMs : Math.min(Math.max(Number(seconds) * 1000, shortestMs), longestMs)
}
