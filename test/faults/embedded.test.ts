import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { chooseAccount } from '../../src/db/embedded/account.ts'
import { findPostgresPackage, prepareBinaries } from '../../src/db/embedded/binaries.ts'
import { type EmbeddedDatabase, EmbeddedDatabaseError, openEmbeddedDatabase } from '../../src/db/embedded/database.ts'
import { isRunning } from '../../src/db/embedded/process.ts'

const settings = { fsync: 'off' }
const options = { timeout: 30_000 }
const asRoot = process.geteuid?.() === 0

let sandbox: string
let dataDir: string
let opened: EmbeddedDatabase[]
let children: ChildProcess[]
let messages: string[]
let note: string
/** Folders outside the sandbox. */
let leftovers: string[]

beforeEach(async () => {
  sandbox = await realpath(await mkdtemp(join(tmpdir(), 'postern-test-')))
  dataDir = join(sandbox, 'data')
  await chmod(sandbox, 0o755)
  opened = []
  children = []
  messages = []
  note = randomUUID()
  leftovers = []
})

afterEach(async () => {
  await closeAll()
  for (const child of children) await kill(child)
  const pid = await postmasterPid().catch(() => undefined)
  if (pid !== undefined && (await isRunning(pid))) process.kill(pid, 'SIGQUIT')
  if (pid !== undefined) await vi.waitFor(async () => expect(await isRunning(pid)).toBe(false), { timeout: 5_000 })
  for (const folder of [sandbox, ...leftovers]) await rm(folder, { recursive: true, force: true })
})

const closeAll = () => Promise.all(opened.map((database) => database.close()))

async function open(role: 'server' | 'guest'): Promise<EmbeddedDatabase> {
  const log = (message: string) => messages.push(message)
  const database = await openEmbeddedDatabase({ dataDir, role, settings, log })
  opened.push(database)
  return database
}

/** Another process with the database open, told from outside when to close it. */
async function openElsewhere(role: 'server' | 'guest'): Promise<ChildProcess> {
  const embedded = pathToFileURL(join(import.meta.dirname, '../../src/db/embedded/database.ts')).href
  const script = `
    import { openEmbeddedDatabase } from ${JSON.stringify(embedded)}
    const database = await openEmbeddedDatabase(${JSON.stringify({ dataDir, role, settings })})
    process.once('message', () => database.close().then(() => process.exit()))
    process.send('open')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  children.push(child)
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('The other process did not open the database'))),
  ])
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

async function query(database: EmbeddedDatabase, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

const keep = (database: EmbeddedDatabase) =>
  query(database, `drop table if exists kept; create table kept as select '${note}' as note`)
const expectKept = async (database: EmbeddedDatabase) =>
  expect(await query(database, 'select note from kept')).toEqual([{ note }])

const postmasterPid = async () => Number.parseInt(await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10)

/** One cluster for the tests that are not about the first start, which takes most of their time. */
function shareCluster() {
  let shared: string
  beforeAll(async () => {
    shared = await realpath(await mkdtemp(join(tmpdir(), 'postern-test-')))
    await chmod(shared, 0o755)
  })
  beforeEach(() => {
    dataDir = join(shared, 'data')
  })
  afterAll(() => rm(shared, { recursive: true }))
}

describe('first start', options, () => {
  test('keeps data from the first start to the second, and stops PostgreSQL between them', async () => {
    // In a folder that has to be quoted for PostgreSQL and for the connection string.
    dataDir = join(sandbox, `it's "50%", é & ?so=on#`)
    const first = await open('server')
    await keep(first)
    const pid = await postmasterPid()
    await first.close()
    expect(await isRunning(pid)).toBe(false)

    await expectKept(await open('server'))
    expect((await stat(join(dataDir, 'postgres.socket'))).mode & 0o777).toBe(0o700)
    expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log', 'postgres.socket'])
  })

  test('takes a data folder whose path is too long for a socket', async () => {
    dataDir = join(sandbox, 'long'.repeat(30))
    const { url } = await open('server')
    const socketDir = new URL(url).searchParams.get('host') ?? ''
    leftovers.push(socketDir)
    expect(dirname(socketDir)).toBe(tmpdir())
    expect((await stat(socketDir)).mode & 0o777).toBe(0o700)
  })

  test('refuses a socket folder that others may write to', async () => {
    await mkdir(join(dataDir, 'postgres.socket'), { recursive: true })
    await chmod(join(dataDir, 'postgres.socket'), 0o777)
    await expect(open('server')).rejects.toThrow(/is writable for others/)
  })

  test('begins its log anew when that has grown', async () => {
    await mkdir(dataDir)
    await writeFile(join(dataDir, 'postgres.log'), 'x'.repeat(5_000_000))
    await open('server')
    expect((await stat(join(dataDir, 'postgres.log'))).size).toBeLessThan(10_000)
  })

  test('says why PostgreSQL does not start', async () => {
    const wrong = { dataDir, role: 'server', settings: { ...settings, max_connections: 'many' } } as const
    await expect(openEmbeddedDatabase(wrong)).rejects.toThrow(/does not start: .*"max_connections"/)
  })

  test('says that a folder which is no cluster is in the way', async () => {
    await mkdir(join(dataDir, 'postgres'), { recursive: true })
    await writeFile(join(dataDir, 'postgres/notes.txt'), 'mine')
    await expect(open('server')).rejects.toThrow(EmbeddedDatabaseError)
    expect(await readdir(join(dataDir, 'postgres'))).toEqual(['notes.txt'])
  })

  test('several that start for the first time at once make one cluster', async () => {
    const [, here, beside] = await Promise.all([openElsewhere('guest'), open('guest'), open('guest')])
    await keep(here)
    await expectKept(beside)
    expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log', 'postgres.socket'])
  })
})

describe('several processes', options, () => {
  shareCluster()

  test('are one server at most, with any guests', async () => {
    await openElsewhere('server')
    await expect(open('server')).rejects.toThrow(
      new EmbeddedDatabaseError(
        `Another Postern server already uses the embedded database in ${dataDir}; stop it, or set DATABASE_URL to share one PostgreSQL.`,
      ),
    )
    expect(await query(await open('guest'), 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('leave PostgreSQL running until the last one is out', async () => {
    const server = await openElsewhere('server')
    const guest = await open('guest')
    const pid = await postmasterPid()
    const exit = once(server, 'exit')
    server.send('close')
    await exit
    expect(await query(guest, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(messages).toEqual([])

    await guest.close()
    expect(await isRunning(pid)).toBe(false)
  })

  test('stop PostgreSQL when they leave at the same time', async () => {
    const both = await Promise.all([open('server'), open('guest')])
    const pid = await postmasterPid()
    await Promise.all(both.map((database) => database.close()))
    expect(await isRunning(pid)).toBe(false)
  })

  test('may arrive while the last one leaves', async () => {
    const first = await open('server')
    await keep(first)
    const [, second] = await Promise.all([first.close(), open('server')])
    await expectKept(second)
  })
})

describe('after a kill', options, () => {
  shareCluster()

  test('of the server, the next one takes over its PostgreSQL', async () => {
    const server = await openElsewhere('server')
    const guest = await open('guest')
    await keep(guest)
    await guest.close()
    const pid = await postmasterPid()
    await kill(server)

    const heir = await open('server')
    expect(await postmasterPid()).toBe(pid)
    await expectKept(heir)
    await heir.close()
    expect(await isRunning(pid)).toBe(false)
  })

  test('of PostgreSQL, it is back within five seconds and still allows one server [FT1 FT11]', async () => {
    const server = await open('server')
    await keep(server)
    process.kill(await postmasterPid(), 'SIGKILL')
    const killedAt = performance.now()
    await vi.waitFor(() => expectKept(server), { timeout: 10_000, interval: 20 })
    expect(performance.now() - killedAt).toBeLessThan(5_000)

    await vi.waitFor(() => expect(messages.at(-1)).toMatch(/is back/), { timeout: 5_000, interval: 20 })
    await expect(open('server')).rejects.toThrow(/Another Postern server/)
  })

  test('of both, the next start recovers the data [FT11]', async () => {
    const server = await openElsewhere('server')
    const guest = await openElsewhere('guest')
    const database = await open('guest')
    await keep(database)
    await closeAll()
    await Promise.all([kill(server), kill(guest)])
    process.kill(await postmasterPid(), 'SIGKILL')
    await expectKept(await open('server'))
  })

  test('of the connection alone, the locks are taken again', async () => {
    const server = await open('server')
    await query(
      server,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'postern-embedded'",
    )
    await vi.waitFor(() => expect(messages.at(-1)).toMatch(/is back/), { timeout: 5_000, interval: 20 })
    await expect(open('server')).rejects.toThrow(/Another Postern server/)
  })

  test('lock files that name an unrelated live process do not keep PostgreSQL from starting', async () => {
    const first = await open('server')
    await keep(first)
    const files = [join(dataDir, 'postgres/postmaster.pid'), join(dataDir, 'postgres.socket/.s.PGSQL.5432.lock')]
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
    await first.close()

    const { uid, gid } = await stat(join(dataDir, 'postgres'))
    // PostgreSQL overlooks its own parents, so this process would not do.
    const unrelated = spawn('sleep', ['60'], { ...(asRoot && { uid, gid }) })
    children.push(unrelated)
    for (const [index, file] of files.entries()) {
      await writeFile(file, texts[index]?.replace(/^\d+/, String(unrelated.pid)) ?? '', { mode: 0o600 })
      await chown(file, uid, gid)
    }
    await expectKept(await open('server'))
    expect(unrelated.exitCode ?? unrelated.signalCode).toBe(null)
  })
})

describe('binaries', options, () => {
  const copyParent = () => mkdir(join(sandbox, 'copies'), { recursive: true }).then(() => join(sandbox, 'copies'))

  /** As an install without scripts leaves it. */
  async function copyPackage(folder: string): Promise<string> {
    const packageDir = join(folder, 'package')
    await cp(findPostgresPackage(), packageDir, { recursive: true, verbatimSymlinks: true })
    for (const entry of await readdir(join(packageDir, 'native/lib'), { withFileTypes: true })) {
      if (entry.isSymbolicLink()) await unlink(join(entry.parentPath, entry.name))
    }
    await chmod(join(packageDir, 'native/bin/postgres'), 0o644)
    return packageDir
  }

  test('get the links and modes that an install without scripts left out [SC1]', async () => {
    const packageDir = await copyPackage(sandbox)
    const prepare = async () =>
      prepareBinaries({
        packageDir,
        account: await chooseAccount({ clusterDir: sandbox, dataDir: sandbox }),
        copyParent,
      })
    const native = join(packageDir, 'native')
    expect(await Promise.all([prepare(), prepare()])).toEqual([native, native])
    expect(await readdir(join(native, 'lib'))).toContain('libicui18n.so.60')
  })

  test('are copied once when they lie where they can neither be run nor mended', async () => {
    const folder = join(sandbox, 'closed')
    await mkdir(folder, { mode: 0o700 })
    const packageDir = await copyPackage(folder)
    if (!asRoot) for (const name of ['native/bin', 'native/lib']) await chmod(join(packageDir, name), 0o555)
    const prepare = async () =>
      prepareBinaries({
        packageDir,
        account: await chooseAccount({ clusterDir: sandbox, dataDir: sandbox }),
        copyParent,
      })
    const [native] = await Promise.all([prepare(), prepare()])
    expect(dirname(native)).toBe(join(sandbox, 'copies'))
    expect(await prepare()).toBe(native)
    expect(await readdir(join(sandbox, 'copies'))).toHaveLength(1)
    for (const name of ['native/bin', 'native/lib']) await chmod(join(packageDir, name), 0o755)
  })

  test('are missed on other platforms with a way out', () => {
    expect(() => findPostgresPackage('win32', 'arm64')).toThrow(/win32-arm64; set DATABASE_URL/)
    expect(() => findPostgresPackage('win32', 'arm64')).toThrow(EmbeddedDatabaseError)
  })
})

describe.runIf(asRoot)('as root', options, () => {
  test('a data folder that only root reaches has its cluster elsewhere, and finds it again', async () => {
    await chmod(sandbox, 0o700)
    const first = await open('server')
    const elsewhere = dirname(await realpath(join(dataDir, 'postgres')))
    leftovers.push(elsewhere)
    expect(elsewhere.startsWith(sandbox)).toBe(false)
    expect(messages).toEqual([`The database of ${dataDir} is kept in ${join(elsewhere, 'postgres')}.`])
    await keep(first)
    await first.close()
    const second = await open('server')
    await expectKept(second)

    await second.close()
    await rm(elsewhere, { recursive: true })
    await expect(open('server')).rejects.toThrow(/which is gone; restore it/)
  })

  test('a private data folder becomes passable for the user that PostgreSQL runs as, and for no other', async () => {
    await mkdir(dataDir, { mode: 0o700 })
    await open('server')
    expect((await stat(dataDir)).mode & 0o777).toBe(0o710)
    expect((await lstat(join(dataDir, 'postgres'))).isDirectory()).toBe(true)
  })

  test('a data folder of a user is run as that user, unless initdb would refuse it for want of a name', async () => {
    const [named, nameless] = [
      { uid: 1, gid: 1 },
      { uid: 54_321, gid: 54_321 },
    ]
    await mkdir(dataDir)
    const folders = { clusterDir: join(dataDir, 'postgres'), dataDir }
    const usual = await chooseAccount(folders)
    await chown(dataDir, named.uid, named.gid)
    expect(await chooseAccount(folders)).toEqual(named)
    await chown(dataDir, nameless.uid, nameless.gid)
    expect(await chooseAccount(folders)).toEqual(usual)
  })

  test('a cluster restored by root is given back to the user that PostgreSQL runs as', async () => {
    const first = await open('server')
    await keep(first)
    await first.close()
    const cluster = join(dataDir, 'postgres')
    const entries = await readdir(cluster, { recursive: true })
    for (const path of ['.', ...entries]) await chown(join(cluster, path), 0, 0)
    await expectKept(await open('server'))
  })
})
