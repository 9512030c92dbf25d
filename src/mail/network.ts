import { createHmac } from 'node:crypto'
import { deriveKey } from '../crypto/derived-key.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { widestNetworkOf } from '../http/client-address.ts'

/**
 * Stands for a client's network where mails wait for their turn, as the address need not be known there. An IPv6 site
 * counts as one network.
 */
export function networkDigest(keyring: Keyring, address: string): string {
  const key = deriveKey(keyring, keyring.getSealingKey().id, 'client network')
  return createHmac('sha256', key).update(widestNetworkOf(address)).digest('base64url').slice(0, 22)
}
