import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

const connectWithinMs = 10_000
const askEveryMs = 100
const patienceMs = 2000

/**
 * Runs the act while no other process runs one: any number of replicas may start at once. The lock is a transaction's, on a connection of its
 * own: a transaction pooler keeps that one for it, and has nothing left of it once it ends, however it ends. Of a session's lock the pooler
 * would keep the session [FD60].
 * @param say told whom it waits for, where that takes long
 */
export async function withMigrationLock(url: string, say: (message: string) => void, act: () => Promise<void>) {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'postern-migrate',
    connectionTimeoutMillis: connectWithinMs,
  })
  // Its end ends the statement that runs; between two of them nobody else would hear of it, and the process would end.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await waitForLock(client, say)
    await act()
    await client.query('commit')
  } finally {
    await client.end()
  }
}

async function waitForLock(client: pg.Client, say: (message: string) => void): Promise<void> {
  const begun = performance.now()
  let said = ''
  while (!(await tryLock(client))) {
    if (performance.now() - begun >= patienceMs) {
      const holder = await describeHolder(client)
      if (holder !== said) say(holder)
      said = holder
    }
    await sleep(askEveryMs)
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  await client.query('begin')
  // It is idle as long as the migrations take; some of these deadlines are of newer versions only.
  await client.query(
    `select set_config(name, '0', true) from pg_settings
       where name in ('idle_in_transaction_session_timeout', 'transaction_timeout')`,
  )
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_xact_lock(hashtext('postern-migrate')) as locked",
  )
  if (rows[0]?.locked) return true
  await client.query('rollback')
  return false
}

type Holder = { pid: number; name: string | null; address: string | null; state: string | null; since: Date | null }

async function describeHolder(client: pg.Client): Promise<string> {
  const { rows } = await client.query<Holder>(
    `select pid, application_name as name, host(client_addr) as address, state, backend_start as since
       from pg_locks left join pg_stat_activity using (pid)
       where locktype = 'advisory' and granted and objsubid = 1
         and database = (select oid from pg_database where datname = current_database())
         and (classid::bigint << 32 | objid::bigint) = hashtext('postern-migrate')`,
  )
  const [holder] = rows
  if (holder === undefined) return 'The lock on the migrations is taken by one start after another; waiting.'
  const { pid, name, address, state, since } = holder
  const facts = [name, address && `from ${address}`, since && `connected ${since.toISOString()}`, state]
  return `Waiting for the lock on the migrations, which PostgreSQL's process ${pid} holds (${facts.filter(Boolean).join(', ')}). ${
    state === 'idle' ? 'A pooler kept it for a start that is over' : 'If no start is under way there'
  }: \`select pg_terminate_backend(${pid})\`; behind a pooler set DATABASE_DIRECT_URL.`
}
