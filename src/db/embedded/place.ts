import { createHash } from 'node:crypto'
import { chmod, chown, lchown, lstat, mkdir, readlink, realpath, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type Account, canTraverse, chooseAccount } from './account.ts'
import { EmbeddedDatabaseError, errorCode } from './error.ts'

/**
 * Where an embedded database lives and as which user it runs; the same for every process that is given the same folder.
 */
export type Place = {
  readonly dataDir: string
  /** Undefined for the user of this process. */
  readonly account: Account | undefined
  readonly clusterDir: string
  readonly socketDir: string
  readonly logFile: string
}

const socketName = '.s.PGSQL.5432'
/** Longest path of a Unix socket in bytes: the size of sockaddr_un.sun_path without its final zero byte. */
const socketPathLimit = process.platform === 'linux' ? 107 : 103

export async function findPlace(folder: string): Promise<Place> {
  await mkdir(folder, { recursive: true })
  const dataDir = await realpath(folder)
  const account = await chooseAccount({ clusterDir: join(dataDir, 'postgres'), dataDir })
  if (account !== undefined) await admit(dataDir, account)
  const clusterDir = await placeCluster(dataDir, account)
  const owner = account?.uid ?? process.geteuid?.()
  const cluster = await stat(clusterDir).catch(() => undefined)
  if (cluster !== undefined && cluster.uid !== owner && cluster.uid !== process.geteuid?.()) throw foreign(dataDir)
  const socketDir = await placeSocket(clusterDir, account)
  return { dataDir, account, clusterDir, socketDir, logFile: join(dataDir, 'postgres.log') }
}

export const socketFile = ({ socketDir }: Place): string => join(socketDir, socketName)

export const foreign = (folder: string): EmbeddedDatabaseError =>
  new EmbeddedDatabaseError(
    `The embedded database in ${folder} belongs to another user; start Postern as that user, or set DATABASE_URL.`,
  )

const digest = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 16)

/**
 * Lets the account's group pass through a private folder of root's. Then only the folders above it, which may belong to
 * others, can force the cluster to be kept elsewhere.
 */
async function admit(folder: string, account: Account): Promise<void> {
  const { uid, mode } = await stat(folder)
  if (uid !== 0 || (mode & 0o077) !== 0 || !(await canTraverse(dirname(folder), account))) return
  await chown(folder, 0, account.gid)
  await chmod(folder, (mode & 0o7777) | 0o010)
}

/**
 * The cluster is in the data folder, unless the account cannot get there. A link then leads to its real folder, so that
 * no later start decides otherwise and begins with an empty database.
 */
async function placeCluster(dataDir: string, account: Account | undefined): Promise<string> {
  const path = join(dataDir, 'postgres')
  const found = await lstat(path).catch(() => undefined)
  if (found?.isSymbolicLink()) {
    // A link made by the data folder's owner could send root anywhere.
    if (found.uid !== process.geteuid?.()) throw foreign(dataDir)
    return await followLink(path)
  }
  if (account === undefined || (await canTraverse(dataDir, account))) return path
  if (found !== undefined) {
    throw new EmbeddedDatabaseError(
      `The user that PostgreSQL runs as cannot reach ${path}; make the folders above it traversable, or set ` +
        'DATABASE_URL.',
    )
  }
  const elsewhere = join(await makeRootFolder(digest(dataDir), account), 'postgres')
  await symlink(elsewhere, path).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error
  })
  return elsewhere
}

async function followLink(path: string): Promise<string> {
  const target = resolve(dirname(path), await readlink(path))
  if (await stat(dirname(target)).catch(() => undefined)) return target
  throw new EmbeddedDatabaseError(
    `The embedded database was kept in ${target}, which is gone; restore it, or remove the link ${path} to ` +
      'begin with an empty one.',
  )
}

/** Makes a folder of root's that the account can enter; the path is the same at every start. */
export async function makeRootFolder(name: string, account: Account): Promise<string> {
  for (const path of [join('/var/lib/postern', name), join(tmpdir(), `postern-${name}`)]) {
    const folder = await claimFolder(path, { mode: 0o711, account: undefined }).catch(() => undefined)
    if (folder !== undefined && (await canTraverse(await realpath(folder), account))) return folder
  }
  throw new EmbeddedDatabaseError(
    'PostgreSQL does not run as root and no folder was found that root and another user can both reach; start ' +
      'Postern as another user, or set DATABASE_URL.',
  )
}

async function placeSocket(clusterDir: string, account: Account | undefined): Promise<string> {
  const inside = `${clusterDir}.socket`
  const fits = Buffer.byteLength(join(inside, socketName)) <= socketPathLimit
  const path = fits ? inside : join(tmpdir(), `postern-${digest(clusterDir)}`)
  return await claimFolder(path, { mode: 0o700, account })
}

type Claim = { readonly mode: number; readonly account: Account | undefined }

/** Makes the folder or takes it over. Its name can be guessed, so one that another user has prepared is refused. */
async function claimFolder(path: string, { mode, account }: Claim): Promise<string> {
  const parent = await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  // Restores the modes that the umask took away. A folder that already existed stays as it is.
  if (parent !== undefined) await chmod(dirname(path), 0o755)
  await mkdir(path, { mode }).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error
  })
  const found = await lstat(path)
  const self = process.geteuid?.()
  const trusted =
    found.isDirectory() && (found.uid === self || found.uid === account?.uid) && (found.mode & 0o022) === 0
  if (!trusted) {
    throw new EmbeddedDatabaseError(
      `${path} was made by another user or is writable for others, so the embedded database does not use it; ` +
        'remove it.',
    )
  }
  if (account !== undefined && found.uid !== account.uid) await lchown(path, account.uid, account.gid)
  if ((found.mode & 0o777) !== mode) await chmod(path, mode)
  return path
}
