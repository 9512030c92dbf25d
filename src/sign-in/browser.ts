import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { Config } from '../config/config.ts'
import { deriveKey } from '../crypto/derived-key.ts'
import { type Keyring, KeyringError } from '../crypto/keyring.ts'
import { type HasHeaders, readCookie, readCookiesBeside, setCookie } from '../http/cookies.ts'

/**
 * The name that this server gives a browser before a sign-in: `KEYID.RANDOM.MAC`. The MAC proves that this server made
 * it.
 */
const shape = /^([1-9]\d{0,8})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/
const cookieSeconds = 365 * 24 * 3600

type Deps = { readonly config: Config; readonly keyring: Keyring }

const macOf = (keyring: Keyring, keyId: number, random: string): Buffer =>
  createHmac('sha256', deriveKey(keyring, keyId, 'anonymous user'))
    .update(random)
    .digest()

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

function isOurs(keyring: Keyring, text: string): boolean {
  const [, keyId, random = '', mac = ''] = shape.exec(text) ?? []
  if (keyId === undefined) return false
  try {
    return timingSafeEqual(macOf(keyring, Number(keyId), random), Buffer.from(mac, 'base64url'))
  } catch (error) {
    // The name has the id of a key that was removed from the keyring, or that never existed.
    if (error instanceof KeyringError) return false
    throw error
  }
}

/** Bounds the extra names that are checked in one request. A page does not begin so many flows at once. */
const mostAsides = 20

/** The digests of the browser's names that this server made, the lasting one first. */
export function findAnonymousUsers({ config, keyring }: Deps, request: HasHeaders): Buffer[] {
  const main = readCookie(request, config, 'anonymous_user_id')
  const asides = readCookiesBeside(request, config, 'anonymous_user_id').slice(0, mostAsides)
  const names = new Set(main === undefined ? asides : [main, ...asides])
  return [...names].filter((text) => isOurs(keyring, text)).map(digestOf)
}

/** The name that a browser has for a flow that begins in it. */
export type AnonymousUser = {
  readonly digest: Buffer
  /** Undefined if the browser has the name already. */
  readonly newName: string | undefined
}

/** The digest of the browser's lasting name. Returns undefined if it has none. */
export function findLastingUser({ config, keyring }: Deps, request: HasHeaders): Buffer | undefined {
  const known = readCookie(request, config, 'anonymous_user_id')
  return known !== undefined && isOurs(keyring, known) ? digestOf(known) : undefined
}

/** Returns the browser's lasting name, or a new one if it has none. */
export function anonymousUserOf(deps: Deps, request: HasHeaders): AnonymousUser {
  const known = findLastingUser(deps, request)
  if (known !== undefined) return { digest: known, newName: undefined }
  const { keyring } = deps
  const { id: keyId } = keyring.getSealingKey()
  const random = randomBytes(32).toString('base64url')
  const newName = `${keyId}.${random}.${macOf(keyring, keyId, random).toString('base64url')}`
  return { digest: digestOf(newName), newName }
}

/**
 * Afterwards the browser has its name. If two tabs ask at once, each gets a name, and the later one replaces the other.
 * So each is also set in a cookie of its own, for as long as the flow may take [FD6].
 */
export function giveName(reply: FastifyReply, config: Config, { digest, newName: value }: AnonymousUser): void {
  if (value === undefined) return
  setCookie(reply, config, { name: 'anonymous_user_id', value, maxAgeSeconds: cookieSeconds })
  const { oauthStateTtlSeconds, oauthPendingTtlSeconds, passkeyChallengeTtlSeconds } = config
  const { emailSignInTtlSeconds, deviceVerifyTtlSeconds } = config
  const maxAgeSeconds = Math.max(
    oauthStateTtlSeconds + oauthPendingTtlSeconds,
    emailSignInTtlSeconds + oauthPendingTtlSeconds,
    passkeyChallengeTtlSeconds,
    deviceVerifyTtlSeconds,
  )
  setCookie(reply, config, { name: 'anonymous_user_id', tag: digest.toString('hex', 0, 4), value, maxAgeSeconds })
}
