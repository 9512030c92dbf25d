import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EmbeddedDatabaseError } from './error.ts'

export type Account = { readonly uid: number; readonly gid: number }

// PostgreSQL reads PGPORT, PGDATA and the locale from its environment, so it must not inherit ours.
const environment = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' }

/** Options for a child process of this account, or of the current user if there is none. */
export const processOptions = (account: Account | undefined) => ({
  cwd: '/',
  env: environment,
  // Node wants the ids of a process as signed 32-bit integers, those of a file unsigned.
  ...(account && { uid: account.uid | 0, gid: account.gid | 0 }),
})

type Folders = { readonly clusterDir: string; readonly dataDir: string }

/**
 * PostgreSQL refuses to run as root, so root runs it as the user that already owns the folders, else as `postgres`,
 * else as `nobody`. Returns undefined if this process is not root, so that PostgreSQL runs as its user.
 */
export async function chooseAccount({ clusterDir, dataDir }: Folders): Promise<Account | undefined> {
  if (process.geteuid?.() !== 0) return undefined
  const owner = await findOwner(clusterDir)
  if (owner !== undefined) return owner
  const keeper = await findOwner(dataDir)
  const accounts = await readAccounts()
  // initdb requires its user to have a name.
  if (keeper !== undefined && accounts.values().some(({ uid }) => uid === keeper.uid)) return keeper
  const account = accounts.get('postgres') ?? accounts.get('nobody')
  if (account !== undefined) return account
  throw new EmbeddedDatabaseError(
    'PostgreSQL does not run as root and this system has neither a user postgres nor a user nobody; start ' +
      'Postern as another user, or set DATABASE_URL.',
  )
}

async function findOwner(folder: string): Promise<Account | undefined> {
  const found = await stat(folder).catch(() => undefined)
  return found === undefined || found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid }
}

async function readAccounts(): Promise<Map<string, Account>> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const fields = passwd.split('\n').map((line) => line.split(':'))
  // macOS gives `nobody` the id -2.
  return new Map(fields.map(([name = '', , uid, gid]) => [name, { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }]))
}

/** Whether the account may enter the folder (a real path) and all folders above it. */
export async function canTraverse(folder: string, { uid, gid }: Account): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const found = await stat(path)
    const bits = found.uid === uid ? found.mode >> 6 : found.gid === gid ? found.mode >> 3 : found.mode
    if ((bits & 1) === 0) return false
    if (path === dirname(path)) return true
  }
}
