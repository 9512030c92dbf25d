import { join } from 'node:path'
import { whoElseMay, whoElseMayReplace } from '../process/file-privacy.ts'
import { findKeyIds, KeyringError, keyFileName, whyNotListed } from './key-folder.ts'
import { openKeyring } from './keyring.ts'

/**
 * What is wrong with the keys in the folder, in one sentence each: a kind without keys, or a file without a usable key.
 */
export function findKeyFaults(dir: string): readonly string[] {
  const unlisted = whyNotListed(dir)
  if (unlisted !== undefined) return [unlisted]
  const keyring = openKeyring(dir, { create: false })
  return Object.entries({ encryption: keyring.encryptionKeys(), signing: keyring.signingKeys() }).flatMap(
    ([kind, found]) =>
      found.length === 0
        ? [`There is no ${kind} key in ${dir}`]
        : found.flatMap(({ key }) => (key instanceof KeyringError ? [key.message] : [])),
  )
}

/** Sentences about the folder and its keys, if others may read them or put other keys in their place. */
export function findOpenKeys(dir: string): readonly string[] {
  const files = (['encryption', 'signing'] as const).flatMap((kind) =>
    findKeyIds(dir, kind).map((id) => join(dir, keyFileName(kind, id))),
  )
  return [whoElseMay(dir, 'folder'), whoElseMayReplace(dir), ...files.map((file) => whoElseMay(file, 'file'))].filter(
    (fault) => fault !== undefined,
  )
}
