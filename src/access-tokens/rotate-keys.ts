import { openSigningKeys } from '../credentials/signing-keys.ts'
import { putKey, removeKey } from '../crypto/key-folder.ts'
import { KeyringError, openKeyring } from '../crypto/keyring.ts'
import { newSigningKey, type SigningKey } from '../crypto/signing-key.ts'

/**
 * Afterwards the next key signs, a new key is the next, and keys whose last token has expired are deleted; gives the
 * key that signs.
 */
export function rotateSigningKeys(dir: string, tokenTtlSeconds: number): SigningKey {
  const newest = openKeyring(dir, { create: false }).signingKeys().at(-1)
  if (newest === undefined)
    throw new KeyringError(`There is no signing key in ${dir}: make the first ones with keys init`)
  // The newest key would sign from now on.
  if (newest.key instanceof KeyringError) throw newest.key
  if (!putKey(dir, { kind: 'signing', id: newest.id + 1, text: newSigningKey() }))
    throw new KeyringError(`Somebody else rotates the keys in ${dir} at this moment`)
  const keyring = openKeyring(dir, { create: false })
  const signingKeys = openSigningKeys(keyring, tokenTtlSeconds)
  const published = new Set(signingKeys.published())
  for (const { id, key } of keyring.signingKeys()) {
    if (!(key instanceof KeyringError || published.has(key))) removeKey(dir, 'signing', id)
  }
  return signingKeys.getCurrent()
}
