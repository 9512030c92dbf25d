import type { Keyring } from '../crypto/keyring.ts'
import { open, seal } from '../crypto/sealed-box.ts'

/** Ties the secret to its account: moved to another account's row it does not open [MF2]. */
export const sealSecret = (keyring: Keyring, secret: string, userId: string): Buffer =>
  seal(keyring, secret, `totp:${userId}`)

export const openSecret = (keyring: Keyring, box: Buffer, userId: string): string =>
  open(keyring, box, `totp:${userId}`).toString()
