import { hkdfSync } from 'node:crypto'
import type { EncryptionKey, Keyring } from './keyring.ts'

type Use =
  | 'refresh child'
  | 'backup code'
  | 'anonymous user'
  | 'client network'
  | 'address digest'
  | 'passkey challenge'
  | 'mail code'
  | 'mail link'
  | 'code token'

const known = new WeakMap<EncryptionKey, Map<Use, Buffer>>()

/**
 * Derives a key for one use from an encryption key of the keyring, so that no two uses share a key: RFC 5869. Derived
 * keys are kept in memory with their encryption key, as deriving takes longer than using them; the many keys of hours
 * are not.
 */
export function deriveKey(keyring: Keyring, keyId: number, use: Use | `hour ${number}`): Buffer {
  const key = keyring.getOpeningKey(keyId)
  if (isOfHour(use)) return derive(key, use)
  const ofKey = known.get(key) ?? new Map<Use, Buffer>()
  known.set(key, ofKey)
  const derived = ofKey.get(use) ?? derive(key, use)
  ofKey.set(use, derived)
  return derived
}

const isOfHour = (use: Use | `hour ${number}`): use is `hour ${number}` => use.startsWith('hour ')

const derive = ({ secret }: EncryptionKey, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `postern ${use}`, 32))
