import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deriveKey } from './derived-key.ts'
import { type EncryptionKey, type Keyring, KeyringError } from './keyring.ts'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** Every box begins with its version and the id of its key; a passing one then has its hour. */
const headBytes = { kept: 5, passing: 9 }
const versions = { kept: 1, passing: 2 }

/**
 * Encrypts values that the database keeps. `associatedData` ties the box to its row: moved to another row it does not
 * open. Random nonces allow 2^32 boxes per key (NIST SP 800-38D, section 8.3), enough for 49 years of as many mails as
 * may be sent.
 */
export function seal(keyring: Keyring, plaintext: string | Buffer, associatedData: string): Buffer {
  const { id, secret } = keyring.getSealingKey()
  const head = Buffer.alloc(headBytes.kept)
  head.writeUInt8(versions.kept)
  head.writeUInt32BE(id, 1)
  return sealWith(secret, head, plaintext, associatedData)
}

/**
 * Encrypts values that are needed for minutes, thousands of them a second. Each hour has its own key, which allows a
 * million boxes a second.
 */
export function sealForNow(keyring: Keyring, plaintext: string | Buffer, associatedData: string): Buffer {
  const key = keyring.getSealingKey()
  const hour = Math.floor(Date.now() / 3_600_000)
  const head = Buffer.alloc(headBytes.passing)
  head.writeUInt8(versions.passing)
  head.writeUInt32BE(key.id, 1)
  head.writeUInt32BE(hour, 5)
  return sealWith(keyOfHour(keyring, key, hour), head, plaintext, associatedData)
}

function sealWith(secret: Buffer, head: Buffer, plaintext: string | Buffer, associatedData: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, secret, nonce).setAAD(associatedData)
  return Buffer.concat([head, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** Id of the key that sealed the box. */
export const sealingKeyId = (box: Buffer): number => box.readUInt32BE(1)

/** @throws {KeyringError} if the box's key is gone, or the box is damaged or belongs elsewhere */
export function open(keyring: Keyring, box: Buffer, associatedData: string): Buffer {
  const isPassing = box[0] === versions.passing
  const nonceAt = isPassing ? headBytes.passing : headBytes.kept
  const sealedAt = nonceAt + nonceBytes
  if (box.length < sealedAt + tagBytes || !(isPassing || box[0] === versions.kept))
    throw new KeyringError('A sealed value is damaged')
  const key = keyring.getOpeningKey(sealingKeyId(box))
  const secret = isPassing ? keyOfHour(keyring, key, box.readUInt32BE(5)) : key.secret
  const decipher = createDecipheriv(algorithm, secret, box.subarray(nonceAt, sealedAt))
    .setAAD(associatedData)
    .setAuthTag(box.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(box.subarray(sealedAt, -tagBytes)), decipher.final()])
  } catch (cause) {
    throw new KeyringError('A sealed value does not open', { cause })
  }
}

const keysOfHours = new WeakMap<EncryptionKey, Map<number, Buffer>>()
/** Bounds the hours' keys in memory: this hour, the one before, and hours of wrong clocks or forged boxes. */
const mostHours = 4

function keyOfHour(keyring: Keyring, key: EncryptionKey, hour: number): Buffer {
  const known = keysOfHours.get(key) ?? new Map<number, Buffer>()
  keysOfHours.set(key, known)
  const found = known.get(hour)
  if (found) return found
  if (known.size >= mostHours) known.clear()
  const made = deriveKey(keyring, key.id, `hour ${hour}`)
  known.set(hour, made)
  return made
}
