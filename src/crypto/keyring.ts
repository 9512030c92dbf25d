import { randomBytes } from 'node:crypto'
import {
  closeFolder,
  type FoundKey,
  findKeyIds,
  type KeyKind,
  KeyringError,
  keyFileName,
  putKey,
  watchKeys,
} from './key-folder.ts'
import { newSigningKey, parseSigningKey, type SigningKey } from './signing-key.ts'

export { KeyringError }

export type EncryptionKey = { readonly id: number; readonly secret: Buffer }

export type Keyring = {
  /** The newest key, which seals. */
  getSealingKey(): EncryptionKey
  /** The oldest key, which is the same on every replica after any rotation: for digests that must stay comparable. */
  getOldestKey(): EncryptionKey
  /** Finds the key that sealed a value, which may be an older one. */
  getOpeningKey(id: number): EncryptionKey
  /** Every key of a kind, the newest last. In place of an unreadable key stands the error that says why. */
  encryptionKeys(): readonly FoundKey<EncryptionKey>[]
  signingKeys(): readonly FoundKey<SigningKey>[]
}

const keyBytes = 32

type Options = { readonly create: boolean; readonly ownOnly?: boolean }

export function openKeyring(dir: string, { create, ownOnly = false }: Options): Keyring {
  if (create) initKeys(dir)
  const encryptionKeys = watchKeys({ dir, kind: 'encryption', ownOnly, parse: parseEncryptionKey })
  const signingKeys = watchKeys({ dir, kind: 'signing', ownOnly, parse: parseSigningKey })
  const usable = (id: number): EncryptionKey => {
    const key = encryptionKeys.find(id)
    if (key === undefined) throw new KeyringError(`There is no ${keyFileName('encryption', id)} in ${dir}`)
    if (key instanceof KeyringError) throw key
    return key
  }
  const usableAt = (index: 0 | -1): EncryptionKey => {
    const found = encryptionKeys.all().at(index)
    if (found === undefined) throw new KeyringError(`There is no encryption key in ${dir}`)
    return usable(found.id)
  }
  return {
    getSealingKey: () => usableAt(-1),
    getOldestKey: () => usableAt(0),
    getOpeningKey: usable,
    encryptionKeys: encryptionKeys.all,
    signingKeys: signingKeys.all,
  }
}

function parseEncryptionKey(text: string, id: number): EncryptionKey | undefined {
  const secret = Buffer.from(text, 'base64')
  // Node ignores characters that are not Base64, so the text is compared with its decoding.
  return secret.length === keyBytes && secret.toString('base64') === text ? { id, secret } : undefined
}

const newEncryptionKey = (): string => randomBytes(keyBytes).toString('base64')

const firstKeys: Readonly<Record<KeyKind, readonly (() => string)[]>> = {
  encryption: [newEncryptionKey],
  // The key that signs, and the key that signs next.
  signing: [newSigningKey, newSigningKey],
}

/**
 * Makes the first keys of each kind that has none; says whether it made any. If several processes try at once, one wins
 * and all use its keys.
 */
export function initKeys(dir: string): boolean {
  const kinds = Object.entries(firstKeys) as [KeyKind, (typeof firstKeys)[KeyKind]][]
  const made = kinds
    .filter(([kind]) => findKeyIds(dir, kind).length === 0)
    .flatMap(([kind, makers]) => makers.map((make, index) => putKey(dir, { kind, id: index + 1, text: make() })))
  if (made.includes(true)) closeFolder(dir)
  return made.includes(true)
}

/** Afterwards a new key seals. Older keys stay, to open what they sealed. */
export function addEncryptionKey(dir: string): void {
  const newest = findKeyIds(dir, 'encryption').at(-1)
  if (newest === undefined)
    throw new KeyringError(`There is no encryption key in ${dir}: make the first one with keys init`)
  if (!putKey(dir, { kind: 'encryption', id: newest + 1, text: newEncryptionKey() }))
    throw new KeyringError(`Somebody else rotates the keys in ${dir} at this moment`)
}
