import { createHmac } from 'node:crypto'
import { deriveKey } from '../crypto/derived-key.ts'
import type { Keyring } from '../crypto/keyring.ts'

const keys = new WeakMap<Keyring, Buffer>()

/**
 * Stands for an address in counters and in the audit log, which must not hold addresses. It is keyed, as all likely
 * addresses could be tried in turn. The key comes from the oldest key, which all replicas have and every rotation
 * keeps, so that counts go on.
 */
export function addressDigest(keyring: Keyring, addressKey: string): string {
  const key = keys.get(keyring) ?? deriveKey(keyring, keyring.getOldestKey().id, 'address digest')
  keys.set(keyring, key)
  return createHmac('sha256', key).update(addressKey).digest('base64url')
}
