import { Refusal } from './meilisearch-refusal.ts'

export const masterKey = 'master-key-of-the-stand-in'

/** What docs/search.md says that the worker's key needs. */
export const workerRights = [
  'documents.add',
  'documents.delete',
  'settings.get',
  'settings.update',
  'indexes.create',
  'indexes.delete',
  'indexes.swap',
  'tasks.get',
] as const

/** What a key may do, and with which indexes; `*` ends the beginning of their names. */
export type Key = { readonly rights: readonly string[]; readonly indexes: readonly string[] }

export const everything: Key = { rights: ['*'], indexes: ['*'] }

export const mayUse = ({ indexes }: Key, index: string): boolean =>
  indexes.some((one) => (one.endsWith('*') ? index.startsWith(one.slice(0, -1)) : one === index))

const refusal = (message: string): Refusal => new Refusal('invalid_api_key', message, { status: 403, type: 'auth' })

/** @param named whether a key was sent at all */
export function keyWith(key: Key | undefined, right: string, named: boolean): Key {
  if (!named) {
    const message = 'The Authorization header is missing. It must use the bearer authorization method.'
    throw new Refusal('missing_authorization_header', message, { status: 401, type: 'auth' })
  }
  if (key === undefined || !(key.rights.includes('*') || key.rights.includes(right)))
    throw refusal('The provided API key is invalid.')
  return key
}

/** Names the indexes of the key where the path has one. */
export function checkIndexes(key: Key, indexes: readonly string[], isInPath: boolean): void {
  const other = indexes.find((index) => !mayUse(key, index))
  if (other === undefined) return
  throw refusal(
    isInPath
      ? `The API key cannot acces the index \`${other}\`, authorized indexes are ${JSON.stringify(key.indexes)}.`
      : 'The provided API key is invalid.',
  )
}
