import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { isOurs } from '../process/file-privacy.ts'

/** A key that is needed is missing or unusable. The message names the file, never its content. */
export class KeyringError extends Error {}

/** Each key has its own file, `KIND-ID.key`, so that a key that is removed or put back is noticed without a restart. */
export type KeyKind = 'encryption' | 'signing'

export type FoundKey<Key> = { readonly id: number; readonly key: Key | KeyringError }

export const keyFileName = (kind: KeyKind, id: number): string => `${kind}-${id}.key`

const lookAgainAfterMs = 1000

type WatchedKeys<Key> = {
  /** The newest last. Reads the folder at most once a second. */
  all(): readonly FoundKey<Key>[]
  /** Also finds a key that another process has just made. */
  find(id: number): Key | KeyringError | undefined
}

type Watch<Key> = {
  readonly dir: string
  readonly kind: KeyKind
  /** Ignores files that belong to others or that others may write. */
  readonly ownOnly: boolean
  readonly parse: (text: string, id: number) => Key | undefined
}

/**
 * Watches the folder's keys of a kind. Synchronous, as the thread pool may be busy with hashing and a few files are
 * read in microseconds.
 */
export function watchKeys<Key>({ dir, kind, ownOnly, parse }: Watch<Key>): WatchedKeys<Key> {
  let lookedAt = Number.NEGATIVE_INFINITY
  let stamp: string | undefined
  let keys: readonly FoundKey<Key>[] = []
  const look = (): void => {
    lookedAt = performance.now()
    const ids = findKeyIds(dir, kind).filter((id) => !ownOnly || isOurs(join(dir, keyFileName(kind, id))))
    const found = ids.map((id) => stampOf(join(dir, keyFileName(kind, id)))).join()
    if (found === stamp) return
    keys = ids.map((id) => ({ id, key: readKey(join(dir, keyFileName(kind, id)), (text) => parse(text, id)) }))
    // A key that could not be read may become readable while its file stays the same.
    stamp = keys.some(({ key }) => key instanceof KeyringError) ? undefined : found
  }
  const all = () => {
    if (performance.now() - lookedAt >= lookAgainAfterMs) look()
    return keys
  }
  const keyOf = (id: number) => keys.find((found) => found.id === id)?.key
  return {
    all,
    find: (id) => {
      all()
      if (keyOf(id) === undefined) look()
      return keyOf(id)
    },
  }
}

/** Oldest first. */
export function findKeyIds(dir: string, kind: KeyKind): number[] {
  const pattern = new RegExp(`^${kind}-([1-9]\\d{0,8})\\.key$`)
  return listFiles(dir)
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/**
 * Afterwards the key is complete in its file, unless another process put one there first; says whether this one did.
 */
export function putKey(dir: string, { kind, id, text }: { kind: KeyKind; id: number; text: string }): boolean {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const draft = join(dir, `.draft-${randomBytes(8).toString('hex')}`)
  try {
    writeFileSync(draft, `${text}\n`, { mode: 0o600, flush: true })
    linkSync(draft, join(dir, keyFileName(kind, id)))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    // After a full disk the draft may be incomplete or missing.
    rmSync(draft, { force: true })
  }
}

/** Closes an existing folder to others. A folder of another user, such as a mount, stays as it is. */
export function closeFolder(dir: string): void {
  if (statSync(dir).uid === process.geteuid?.()) chmodSync(dir, 0o700)
}

export const removeKey = (dir: string, kind: KeyKind, id: number): void => unlinkSync(join(dir, keyFileName(kind, id)))

function listFiles(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    // A missing folder has no keys; the caller that needs one reports that.
    return []
  }
}

/** Says why the folder's files cannot be listed. Returns undefined if they can. */
export function whyNotListed(dir: string): string | undefined {
  try {
    readdirSync(dir)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? `There is no folder ${dir}` : `${dir} cannot be read (${code})`
  }
}

function stampOf(file: string): string {
  try {
    const { ino, mtimeMs, size, mode } = statSync(file)
    return `${file}:${ino}:${mtimeMs}:${size}:${mode}`
  } catch (error) {
    return `${file}:${(error as NodeJS.ErrnoException).code}`
  }
}

function readKey<Key>(file: string, parse: (text: string) => Key | undefined): Key | KeyringError {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    return new KeyringError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  try {
    return parse(text) ?? new KeyringError(`${file} holds no key`)
  } catch {
    // The parser's message could show a part of the key.
    return new KeyringError(`${file} holds no key`)
  }
}
