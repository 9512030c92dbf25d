import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type Keyring, KeyringError } from './keyring.ts'

const algorithm = 'aes-256-gcm'
const version = 1
const nonceBytes = 12
const tagBytes = 16
/** Version, key id, nonce. */
const headBytes = 1 + 4 + nonceBytes

/** Encrypts for the database. `associatedData` ties the box to its row: moved to another one it does not open. */
export function seal(keyring: Keyring, plaintext: string | Buffer, associatedData: string): Buffer {
  const key = keyring.getSealingKey()
  const head = Buffer.alloc(headBytes)
  head.writeUInt8(version)
  head.writeUInt32BE(key.id, 1)
  const nonce = randomBytes(nonceBytes)
  nonce.copy(head, 5)
  const cipher = createCipheriv(algorithm, key.secret, nonce).setAAD(associatedData)
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([head, sealed, cipher.getAuthTag()])
}

/** The key that sealed it. */
export const sealingKeyId = (box: Buffer): number => box.readUInt32BE(1)

/** @throws {KeyringError} when its key is gone, or the box was damaged or belongs elsewhere */
export function open(keyring: Keyring, box: Buffer, associatedData: string): Buffer {
  if (box.length < headBytes + tagBytes || box.readUInt8() !== version)
    throw new KeyringError('A sealed value is damaged')
  const key = keyring.getOpeningKey(sealingKeyId(box))
  const decipher = createDecipheriv(algorithm, key.secret, box.subarray(5, headBytes))
    .setAAD(associatedData)
    .setAuthTag(box.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(box.subarray(headBytes, -tagBytes)), decipher.final()])
  } catch (cause) {
    throw new KeyringError('A sealed value does not open', { cause })
  }
}
