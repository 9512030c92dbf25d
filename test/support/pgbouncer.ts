import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installPackage } from './debian-package.ts'
import { freePort } from './free-port.ts'
import { startNeighbour } from './neighbour.ts'
import { blocksOf } from './pages.ts'

/** Debian 13 has one that keeps prepared statements, which those before 1.21 do not; PGBOUNCER may name another. */
const program = process.env.PGBOUNCER ?? 'pgbouncer'

/** As a number that grows with it: 1024 for 1.24; nothing where there is none. */
export async function pgBouncerVersion(): Promise<number | undefined> {
  if (findVersion() === undefined && program === 'pgbouncer') await installPackage(program)
  return findVersion()
}

function findVersion(): number | undefined {
  const [, major, minor] = /PgBouncer (\d+)\.(\d+)/.exec(String(spawnSync(program, ['--version']).stdout)) ?? []
  return major && minor ? Number(major) * 1000 + Number(minor) : undefined
}

export const keepsStatements = (version: number | undefined): boolean => version !== undefined && version >= 1021

const [documented = ''] = blocksOf('operate.md', 'Failover', 'ini')

type Options = {
  /** Of the folder with PostgreSQL's socket. */
  readonly socketDir: string
  readonly database: string
  /** What differs from the page: a line, and what stands in its place. */
  readonly differently?: readonly (readonly [line: string, instead: string])[]
}

export type Bouncer = { readonly url: string; stop(): Promise<void> }

/** With the configuration of docs/operate.md, in this machine's terms. */
export async function startBouncer({ socketDir, database, differently = [] }: Options): Promise<Bouncer> {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), 'postern-bouncer-'))]
  // It does not run as root, and PostgreSQL's socket is for PostgreSQL's own account.
  const { uid, gid } = statSync(socketDir)
  const places = [
    ['postern = host=postgres-primary port=5432 dbname=postern', `${database} = host=${socketDir} port=5432`],
    ['listen_addr = *', 'listen_addr = 127.0.0.1\nunix_socket_dir ='],
    ['listen_port = 6432', `listen_port = ${port}`],
    ['/etc/pgbouncer', folder],
  ] as const
  writeFileSync(join(folder, 'userlist.txt'), '"postern" "of-the-bouncer"')
  writeFileSync(join(folder, 'pgbouncer.ini'), changed(documented, [...places, ...differently]))
  chmodSync(folder, 0o755)
  const parameters = [join(folder, 'pgbouncer.ini')]
  const { stop } = await startNeighbour({ program, parameters, port, account: { uid, gid } })
  return {
    url: `postgres://postern:of-the-bouncer@127.0.0.1:${port}/${database}`,
    stop: async () => {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A part that is not there would leave the page's example untried. */
export function changed(text: string, changes: readonly (readonly [part: string, instead: string])[]): string {
  return changes.reduce((left, [part, instead]) => {
    if (!left.includes(part)) throw new Error(`there is no ${part} in: ${left}`)
    return left.replace(part, instead)
  }, text)
}
