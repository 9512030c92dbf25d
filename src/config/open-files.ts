import { findOpenKeys } from '../crypto/key-faults.ts'
import { whoElseMay, whoElseMayReplace } from '../process/file-privacy.ts'
import type { Config, Environment } from './config.ts'
import { variableList } from './variables.ts'

/** Files with secrets that others may read: the keys, `.env` in the current folder, and what `NAME_FILE` names. */
export function findOpenFiles(env: Environment, { keysDir }: Config): string[] {
  const named = variableList.flatMap(({ name, secret }) => (secret && env[`${name}_FILE`]) || [])
  const open = ['.env', ...named].flatMap((file) => [whoElseMay(file, 'file'), whoElseMayReplace(file)])
  return [...findOpenKeys(keysDir), ...open.filter((fault) => fault !== undefined)].map(
    (fault) => `A secret may be read: ${fault}.`,
  )
}
