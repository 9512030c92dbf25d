import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { vi } from 'vitest'
import { findPostgresPackage, prepareBinaries } from '../../src/db/embedded/binaries.ts'
import { createCluster } from '../../src/db/embedded/cluster.ts'
import { databaseUrl } from '../../src/db/embedded/membership.ts'
import { findPlace, makeRootFolder, type Place } from '../../src/db/embedded/place.ts'
import { launchPostmaster } from '../../src/db/embedded/postmaster.ts'
import { findPostmasterPid, isRunning } from '../../src/db/embedded/process.ts'
import { runStatement } from './database.ts'

export type PostgresServer = {
  /** Of the database `postern`, on its own socket. */
  readonly url: string
  readonly socketDir: string
  /** At once, as a power cut does. */
  kill(): Promise<void>
}

/** A primary and its synchronous standby: whatever the one acknowledges, the other has. */
export type PostgresPair = {
  readonly one: PostgresServer
  readonly two: PostgresServer
  /** A folder with the socket of whichever is the primary, as an address that moves along. */
  readonly address: { readonly socketDir: string; readonly url: string }
  /** Afterwards the standby is the primary, and the address is its own. */
  promote(): Promise<void>
  close(): Promise<void>
}

export async function startPair(): Promise<PostgresPair> {
  const home = await mkdtemp(join(tmpdir(), 'postern-pair-'))
  // PostgreSQL does not run as root: its own user must get through.
  await chmod(home, 0o711)
  const [first, second] = [await findPlace(join(home, 'one')), await findPlace(join(home, 'two'))]
  const native = await binariesFor(first)
  await createCluster(first, { binaries: async () => native, durable: false })
  // A cluster that never ran is its own back-up.
  await promisify(execFile)('cp', ['-a', first.clusterDir, second.clusterDir])
  await writeFile(join(second.clusterDir, 'standby.signal'), '')
  const common = { fsync: 'off', full_page_writes: 'off' }
  await launchPostmaster(first, native, { ...common, synchronous_standby_names: '*' })
  await untilAnswer(first)
  await launchPostmaster(second, native, {
    ...common,
    primary_conninfo: `host=${first.socketDir} user=postern`,
    wal_retrieve_retry_interval: '100ms',
  })
  await untilAnswer(second)
  await runStatement(databaseUrl(first, 'postgres'), 'create database postern')

  const address = join(home, 'primary')
  const moveTo = async ({ socketDir }: Place): Promise<void> => {
    await symlink(socketDir, `${address}.new`)
    await rename(`${address}.new`, address)
  }
  await moveTo(first)
  const [one, two] = [serverAt(first), serverAt(second)]
  return {
    one,
    two,
    address: { socketDir: address, url: databaseUrl({ ...first, socketDir: address }, 'postern') },
    promote: async () => {
      await runStatement(two.url, 'select pg_promote()')
      await moveTo(second)
    },
    close: async () => {
      await Promise.all([one.kill(), two.kill()])
      await rm(home, { recursive: true, force: true })
    },
  }
}

const binariesFor = ({ account, dataDir }: Place): Promise<string> =>
  prepareBinaries({
    packageDir: findPostgresPackage(),
    account,
    copyParent: async () => (account === undefined ? dataDir : makeRootFolder('binaries', account)),
  })

const untilAnswer = (place: Place): Promise<void> =>
  vi.waitFor(() => runStatement(databaseUrl(place, 'postgres'), 'select 1'), { timeout: 10_000, interval: 50 })

const serverAt = (place: Place): PostgresServer => ({
  url: databaseUrl(place, 'postern'),
  socketDir: place.socketDir,
  kill: async () => {
    const pid = await findPostmasterPid(place)
    if (pid === undefined || !(await isRunning(pid))) return
    process.kill(pid, 'SIGKILL')
    await vi.waitFor(async () => {
      if (await isRunning(pid)) throw new Error('PostgreSQL goes on')
    })
  },
})
