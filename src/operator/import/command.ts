import { accessSync, constants, statSync } from 'node:fs'
import { startProgress } from '../progress.ts'
import { formats } from './formats.ts'
import { postern } from './from/postern.ts'
import { type Import, importAccounts } from './import-accounts.ts'
import type { Deps } from './settle.ts'
import { describeTally, type Tally } from './tally.ts'

export const importOptions = {
  from: { type: 'string', takes: Object.keys(formats).join('|'), about: 'the system that the export is of' },
  'dry-run': { type: 'boolean', about: 'say what would be imported, and import nothing' },
  hashes: { type: 'string', takes: 'FILE', about: 'the password hashes, where the system has them apart' },
  'hash-config': { type: 'string', takes: 'FILE', about: 'the parameters of its hashes (firebase)' },
} as const

type ImportOptions = {
  readonly from?: string
  readonly hashes?: string
  readonly 'hash-config'?: string
  readonly 'dry-run'?: boolean
}

/** Why nothing is imported at all, with the exit code. */
export type Unusable = { readonly says: string; readonly exitCode: 1 | 2 }

export function readImport(file: string, options: ImportOptions): Import | Unusable {
  const { from, hashes: hashesFile, 'hash-config': hashConfig, 'dry-run': isDryRun = false } = options
  if (from !== undefined && !Object.hasOwn(formats, from))
    return { says: `There is no system "${from}": ${Object.keys(formats).join(', ')}.`, exitCode: 2 }
  const unreadable = [file, hashesFile, hashConfig].find((one) => one !== undefined && one !== '-' && !isReadable(one))
  if (unreadable !== undefined) return { says: `${unreadable} cannot be read.`, exitCode: 1 }
  const format = (from === undefined ? undefined : formats[from]?.({ hashConfig })) ?? postern
  if (hashesFile !== undefined && format.hashes === undefined)
    return { says: 'Only auth0 and better-auth have their hashes apart (--hashes).', exitCode: 2 }
  if (file === '-' && hashesFile === undefined && format.hashes?.isInSameFile)
    return { says: `${from} is read twice, for the hashes first: give a file, or --hashes.`, exitCode: 2 }
  return { file, format, hashesFile, isDryRun }
}

/** Runs the import. Prints each refused account to standard output and the progress to standard error. */
export async function runImport(
  deps: Deps,
  wanted: Import,
  { isJson = false } = {},
): Promise<{ readonly tally: Tally; readonly says: string }> {
  const progress = startProgress(process.stderr, {
    of: 'accounts',
    size: wanted.file === '-' ? undefined : statSync(wanted.file).size,
  })
  const tally = await importAccounts(deps, wanted, {
    onBytes: (bytes) => progress.note({ bytes }),
    onFate: (at, fate) => {
      progress.note({ count: 1 })
      if (fate.kind !== 'refused' || wanted.isDryRun) return
      progress.clear()
      const { why } = fate
      process.stdout.write(isJson ? `${JSON.stringify({ at, refused: why })}\n` : `${at} refused: ${why}\n`)
    },
  })
  progress.end()
  const { accepted, known, refused } = tally
  return {
    tally,
    says: wanted.isDryRun ? describeTally(tally) : `${accepted} accepted, ${known} already there, ${refused} refused`,
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK)
    return true
  } catch {
    return false
  }
}
