import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { deriveKey } from '../crypto/derived-key.ts'
import { type Keyring, KeyringError } from '../crypto/keyring.ts'
import { readCookie, setCookie } from '../http/cookies.ts'

/** A browser's name for itself before it is signed in: `KEYID.RANDOM.MAC`, so that only what this server made counts. */
const shape = /^([1-9]\d{0,8})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/
const cookieSeconds = 365 * 24 * 3600

type Deps = { readonly config: Config; readonly keyring: Keyring }

const macOf = (keyring: Keyring, keyId: number, random: string): Buffer =>
  createHmac('sha256', deriveKey(keyring, keyId, 'anonymous user'))
    .update(random)
    .digest()

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The digest of the browser's cookie, where it has one of ours. */
export function findAnonymousUser({ config, keyring }: Deps, request: FastifyRequest): Buffer | undefined {
  const text = readCookie(request, config, 'anonymous_user_id') ?? ''
  const [, keyId, random = '', mac = ''] = shape.exec(text) ?? []
  if (keyId === undefined) return undefined
  try {
    const expected = macOf(keyring, Number(keyId), random)
    return timingSafeEqual(expected, Buffer.from(mac, 'base64url')) ? digestOf(text) : undefined
  } catch (error) {
    // Made under a key that is gone, or that never was.
    if (error instanceof KeyringError) return undefined
    throw error
  }
}

/** The same; a browser without one is given one. */
export function ensureAnonymousUser(deps: Deps, request: FastifyRequest, reply: FastifyReply): Buffer {
  const known = findAnonymousUser(deps, request)
  if (known !== undefined) return known
  const { id: keyId } = deps.keyring.getSealingKey()
  const random = randomBytes(32).toString('base64url')
  const text = `${keyId}.${random}.${macOf(deps.keyring, keyId, random).toString('base64url')}`
  setCookie(reply, deps.config, { name: 'anonymous_user_id', value: text, maxAgeSeconds: cookieSeconds })
  return digestOf(text)
}
