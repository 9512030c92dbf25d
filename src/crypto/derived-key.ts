import { hkdfSync } from 'node:crypto'
import type { Keyring } from './keyring.ts'

/** Derives a key for one use from an encryption key of the keyring, so that no two uses share a key: RFC 5869. */
export function deriveKey(
  keyring: Keyring,
  keyId: number,
  use:
    | 'refresh child'
    | 'backup code'
    | 'anonymous user'
    | 'client network'
    | 'address digest'
    | 'passkey challenge'
    | 'mail code'
    | 'mail link'
    | 'code token'
    | `hour ${number}`,
): Buffer {
  return Buffer.from(hkdfSync('sha256', keyring.getOpeningKey(keyId).secret, '', `postern ${use}`, 32))
}
