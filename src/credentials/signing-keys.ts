import type { Keyring } from '../crypto/keyring.ts'
import { KeyringError } from '../crypto/keyring.ts'
import type { SigningKey } from '../crypto/signing-key.ts'

export type SigningKeys = {
  /** The newest key but one, or the only key. Services have known it since it was the newest. @throws {KeyringError} */
  getCurrent(): SigningKey
  /** The next key, the current one, and older ones until the last token that they signed has expired. */
  published(): readonly SigningKey[]
}

/** Allows for replicas that read the folder at different moments and whose clocks differ. */
const slackSeconds = 60

/**
 * A key whose file is gone signs nothing more, but still verifies what it signed, so that losing a file does not end
 * tokens that were issued. A restart forgets the key.
 */
export function openSigningKeys(keyring: Keyring, tokenTtlSeconds: number): SigningKeys {
  const known = new Map<number, SigningKey>()
  const lookAgain = () => {
    const found = keyring.signingKeys()
    for (const { id, key } of found) if (!(key instanceof KeyringError)) known.set(id, key)
    const ids = [...new Set([...known.keys(), ...found.map(({ id }) => id)])].sort((a, b) => a - b)
    for (const id of ids) if (isOver(id, ids)) known.delete(id)
    return { found, ids }
  }
  /** A key signs until the next key but one is made. */
  const isOver = (id: number, ids: readonly number[]): boolean => {
    const successor = known.get(ids[ids.indexOf(id) + 2] ?? 0)
    return (
      successor !== undefined && successor.createdAt.getTime() + (tokenTtlSeconds + slackSeconds) * 1000 <= Date.now()
    )
  }
  return {
    getCurrent: () => {
      const { found, ids } = lookAgain()
      const id = ids.at(-2) ?? ids.at(-1)
      const current = found.find((one) => one.id === id)
      if (current === undefined) throw new KeyringError('There is no signing key')
      if (current.key instanceof KeyringError) throw current.key
      return current.key
    },
    published: () => {
      const { ids } = lookAgain()
      return ids.flatMap((id) => known.get(id) ?? [])
    },
  }
}
