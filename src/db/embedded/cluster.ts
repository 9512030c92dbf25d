import { execFile } from 'node:child_process'
import { chmod, lchown, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Account, processOptions } from './account.ts'
import { EmbeddedDatabaseError } from './error.ts'
import type { Place } from './place.ts'

const run = promisify(execFile)

/** A running initdb writes into a folder beside the cluster, whose name begins like this. */
const draftPrefix = ({ clusterDir }: Place): string => `${clusterDir}.init-`

const hasCluster = async ({ clusterDir }: Place): Promise<boolean> =>
  (await stat(join(clusterDir, 'PG_VERSION')).catch(() => undefined)) !== undefined

type Options = { readonly binaries: () => Promise<string>; readonly durable: boolean }

/**
 * Afterwards there is a complete cluster. It is made in another folder and renamed, so neither an interrupted nor a
 * concurrent first start leaves half a cluster: the process that finishes second discards its own.
 */
export async function createCluster(place: Place, { binaries, durable }: Options): Promise<void> {
  if (await hasCluster(place)) return await tidyCluster(place)
  const native = await binaries()
  const draft = await mkdtemp(draftPrefix(place))
  try {
    if (place.account !== undefined) await lchown(draft, place.account.uid, place.account.gid)
    await initialize(native, { draft, account: place.account, durable })
    await rename(draft, place.clusterDir)
    if (durable) await syncFolder(dirname(place.clusterDir))
  } catch (cause) {
    if (await hasCluster(place)) return
    throw new EmbeddedDatabaseError(`No database could be created in ${place.clusterDir}: ${lastLine(cause)}`, {
      cause,
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

type Draft = { readonly draft: string; readonly account: Account | undefined; readonly durable: boolean }

async function initialize(native: string, { draft, account, durable }: Draft): Promise<void> {
  const connections = ['--username=postern', '--auth-local=trust', '--auth-host=reject']
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const effort = ['--no-instructions', ...(durable ? [] : ['--no-sync'])]
  await run(join(native, 'bin/initdb'), ['-D', draft, ...connections, ...locale, ...effort], processOptions(account))
}

/** Without this, a power cut could undo the rename. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  await folder.sync().finally(() => folder.close())
}

function lastLine(error: unknown): string {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
  return (output || (error instanceof Error ? error.message : String(error))).split('\n').at(-1) ?? ''
}

/** Removes what interrupted first starts left, and gives a cluster that root restored back to its account. */
async function tidyCluster(place: Place): Promise<void> {
  const { account, clusterDir } = place
  const prefix = basename(draftPrefix(place))
  for (const name of await readdir(dirname(clusterDir)).catch(() => [])) {
    // A start that is still filling this folder then fails, and finds the complete cluster instead.
    if (name.startsWith(prefix)) await rm(join(dirname(clusterDir), name), { recursive: true }).catch(() => undefined)
  }
  if (account === undefined || (await stat(clusterDir)).uid === account.uid) return
  await giveTo(clusterDir, account)
  await chmod(clusterDir, 0o700)
}

async function giveTo(path: string, { uid, gid }: Account): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    await lchown(join(entry.parentPath, entry.name), uid, gid)
  }
  await lchown(path, uid, gid)
}
