import { join } from 'node:path'
import { hashCostOf } from '../../../src/hashing/argon2.ts'
import { readImport } from '../../../src/operator/import/command.ts'
import { importAccounts } from '../../../src/operator/import/import-accounts.ts'
import type { TestApp } from '../../support/app.ts'

export const exportFile = (name: string): string => join(import.meta.dirname, 'exports', name)

type Options = Parameters<typeof readImport>[1]

/** What `import-accounts` does, without a process of its own, which takes a second each; what becomes of each account, and of all. */
export async function importHere({ deps, config }: TestApp, file: string, options: Options = {}) {
  const wanted = readImport(file, options)
  if ('says' in wanted) throw new Error(wanted.says)
  const { db, pool } = deps
  const fates: string[] = []
  const tally = await importAccounts(
    { db, pool, directUrl: config.databaseUrl ?? '', hashCost: hashCostOf(config) },
    wanted,
    {
      onBytes: () => {},
      onFate: (at, fate) => {
        if (fate.kind === 'new') fates.push(`${at}: ${fate.handle} ${fate.as}`)
        else fates.push(fate.kind === 'known' ? `${at}: known` : `${at}: ${fate.why}`)
      },
    },
  )
  return { fates, tally }
}
