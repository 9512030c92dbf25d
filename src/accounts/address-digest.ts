import { createHmac } from 'node:crypto'
import { deriveKey } from '../crypto/derived-key.ts'
import type { Keyring } from '../crypto/keyring.ts'

const keys = new WeakMap<Keyring, Buffer>()

/**
 * Stands for an address in counters and in the audit, where the address itself has no business. Keyed: addresses are
 * few enough to be tried one after the other. By the oldest key, which is the same for all replicas and outlives every
 * rotation, so that counts go on.
 */
export function addressDigest(keyring: Keyring, addressKey: string): string {
  const key = keys.get(keyring) ?? deriveKey(keyring, keyring.getOldestKey().id, 'address digest')
  keys.set(keyring, key)
  return createHmac('sha256', key).update(addressKey).digest('base64url')
}
