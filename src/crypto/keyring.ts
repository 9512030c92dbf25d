import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** No key that is needed can be had. Names the file, never its content. */
export class KeyringError extends Error {}

type EncryptionKey = { readonly id: number; readonly secret: Buffer }

export type Keyring = {
  /** The newest key: it seals. */
  getSealingKey(): EncryptionKey
  /** Older keys open what they sealed. */
  getOpeningKey(id: number): EncryptionKey
}

const fileName = /^encryption-([1-9]\d{0,8})\.key$/
const keyBytes = 32
const lookAgainAfterMs = 1000

/** Keys lie in files of their own, so that one that is taken away or put back shows without a restart. */
export function openKeyring(dir: string, { create }: { readonly create: boolean }): Keyring {
  if (create) initKeys(dir)
  let lookedAt = Number.NEGATIVE_INFINITY
  let stamp = ''
  let keys: ReadonlyMap<number, EncryptionKey | KeyringError> = new Map()

  // Synchronous: the thread pool may be busy with hashing, and a folder of a few files is read in microseconds.
  const current = () => {
    if (performance.now() - lookedAt < lookAgainAfterMs) return keys
    lookedAt = performance.now()
    const found = stampOf(dir)
    if (found !== stamp) {
      stamp = found
      keys = readKeys(dir)
    }
    return keys
  }
  const usable = (id: number): EncryptionKey => {
    const key = current().get(id)
    if (key === undefined) throw new KeyringError(`There is no encryption-${id}.key in ${dir}`)
    if (key instanceof KeyringError) throw key
    return key
  }
  return {
    getSealingKey: () => {
      const newest = Math.max(0, ...current().keys())
      if (newest === 0) throw new KeyringError(`There is no encryption key in ${dir}`)
      return usable(newest)
    },
    getOpeningKey: usable,
  }
}

/** Makes the first key where there is none; says whether it did. Of processes that try at once one wins, and all use its key. */
export function initKeys(dir: string): boolean {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  if (keyFiles(dir).length > 0) return false
  const draft = join(dir, `.draft-${randomBytes(8).toString('hex')}`)
  writeFileSync(draft, `${randomBytes(keyBytes).toString('base64')}\n`, { mode: 0o600, flush: true })
  try {
    linkSync(draft, join(dir, 'encryption-1.key'))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    unlinkSync(draft)
  }
}

function keyFiles(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => fileName.test(name))
  } catch {
    // A folder that is gone holds no keys; who needs one is told so.
    return []
  }
}

function stampOf(dir: string): string {
  return keyFiles(dir)
    .map((name) => {
      const stat = statSync(join(dir, name), { throwIfNoEntry: false })
      return `${name}:${stat?.ino}:${stat?.mtimeMs}:${stat?.size}:${stat?.mode}`
    })
    .join()
}

function readKeys(dir: string): Map<number, EncryptionKey | KeyringError> {
  return new Map(
    keyFiles(dir).map((name) => {
      const id = Number(fileName.exec(name)?.[1])
      return [id, readKey(join(dir, name), id)]
    }),
  )
}

function readKey(file: string, id: number): EncryptionKey | KeyringError {
  try {
    const secret = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
    return secret.length === keyBytes ? { id, secret } : new KeyringError(`${file} holds no key of ${keyBytes} bytes`)
  } catch (error) {
    return new KeyringError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}
