import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import { deriveKey } from '../crypto/derived-key.ts'
import { type Keyring, KeyringError } from '../crypto/keyring.ts'
import { readCookie, readCookiesBeside, setCookie } from '../http/cookies.ts'

/**
 * A browser's name for itself before it is signed in: `KEYID.RANDOM.MAC`, so that only what this server made counts.
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
    // Made under a key that is gone, or that never was.
    if (error instanceof KeyringError) return false
    throw error
  }
}

/** More than a page begins at once. */
const mostAsides = 20

/** The digests of the names of ours that the browser has, first the one that stays. */
export function findAnonymousUsers({ config, keyring }: Deps, request: FastifyRequest): Buffer[] {
  const main = readCookie(request, config, 'anonymous_user_id')
  const asides = readCookiesBeside(request, config, 'anonymous_user_id').slice(0, mostAsides)
  const names = new Set(main === undefined ? asides : [main, ...asides])
  return [...names].filter((text) => isOurs(keyring, text)).map(digestOf)
}

/** What a browser is called by something that begins in it. */
export type AnonymousUser = {
  readonly digest: Buffer
  /** Nothing where it has the name already. */
  readonly newName: string | undefined
}

/** The name that stays; a browser without it gets one. */
export function anonymousUserOf({ config, keyring }: Deps, request: FastifyRequest): AnonymousUser {
  const known = readCookie(request, config, 'anonymous_user_id')
  if (known !== undefined && isOurs(keyring, known)) return { digest: digestOf(known), newName: undefined }
  const { id: keyId } = keyring.getSealingKey()
  const random = randomBytes(32).toString('base64url')
  const newName = `${keyId}.${random}.${macOf(keyring, keyId, random).toString('base64url')}`
  return { digest: digestOf(newName), newName }
}

/**
 * Afterwards the browser knows its name. Two tabs that came at once have two, of which it keeps the later: so each is
 * given a second time, beside it, for as long as what began may take [FD6].
 */
export function giveName(reply: FastifyReply, config: Config, { digest, newName: value }: AnonymousUser): void {
  if (value === undefined) return
  setCookie(reply, config, { name: 'anonymous_user_id', value, maxAgeSeconds: cookieSeconds })
  const { oauthStateTtlSeconds, oauthPendingTtlSeconds, passkeyChallengeTtlSeconds, emailSignInTtlSeconds } = config
  const maxAgeSeconds = Math.max(
    oauthStateTtlSeconds + oauthPendingTtlSeconds,
    emailSignInTtlSeconds + oauthPendingTtlSeconds,
    passkeyChallengeTtlSeconds,
  )
  setCookie(reply, config, { name: 'anonymous_user_id', tag: digest.toString('hex', 0, 4), value, maxAgeSeconds })
}
