import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

const connectWithinMs = 10_000
const askEveryMs = 100
const patienceMs = 2000

/** What one process alone may do at a time, however many there are. */
type AdvisoryLock = {
  /** Of the lock, and of the connection that holds it. */
  readonly name: string
  /** As sentences call it. */
  readonly on: string
  /** Who takes it. */
  readonly by: string
}

type Wanted = {
  /** Of PostgreSQL itself where there is a pooler. */
  readonly url: string
  readonly lock: AdvisoryLock
}

/** @param isMine rejects once the connection is gone, and the lock with it */
type Act<Result> = (isMine: () => Promise<void>) => Promise<Result>

/**
 * Does something while nobody else does it. The lock is a transaction's, on a connection of its own: a transaction
 * pooler keeps that one for it, and has nothing left of it once it ends, however it ends. Of a session's lock the
 * pooler would keep the session [FD60].
 * @param say told whom it waits for, where that takes long
 */
export const withAdvisoryLock = <Result>(
  wanted: Wanted,
  say: (message: string) => void,
  act: Act<Result>,
): Promise<Result> =>
  onConnection(wanted, async (client) => {
    await waitForLock(client, wanted.lock, say)
    return act(askFor(client))
  })

/** The same, where nobody is at it now; else nothing is done. */
export const unlessLocked = <Result>(wanted: Wanted, act: Act<Result>): Promise<Result | undefined> =>
  onConnection(wanted, async (client) => ((await tryLock(client, wanted.lock)) ? act(askFor(client)) : undefined))

const askFor = (client: pg.Client) => async (): Promise<void> => void (await client.query('select'))

async function onConnection<Result>(
  { url, lock }: Wanted,
  act: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: url,
    application_name: lock.name,
    connectionTimeoutMillis: connectWithinMs,
    keepAlive: true,
  })
  // Its end ends the statement that runs; between two of them nobody else would hear of it, and the process would end.
  client.on('error', () => undefined)
  await client.connect()
  try {
    const result = await act(client)
    await client.query('commit')
    return result
  } finally {
    await client.end()
  }
}

async function waitForLock(client: pg.Client, lock: AdvisoryLock, say: (message: string) => void): Promise<void> {
  const begun = performance.now()
  let said = ''
  while (!(await tryLock(client, lock))) {
    if (performance.now() - begun >= patienceMs) {
      const holder = await describeHolder(client, lock)
      if (holder !== said) say(holder)
      said = holder
    }
    await sleep(askEveryMs)
  }
}

async function tryLock(client: pg.Client, { name }: AdvisoryLock): Promise<boolean> {
  await client.query('begin')
  // It is idle as long as the act takes; some of these deadlines are of newer versions only.
  await client.query(
    `select set_config(name, '0', true) from pg_settings
       where name in ('idle_in_transaction_session_timeout', 'transaction_timeout')`,
  )
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_xact_lock(hashtext($1)) as locked', [
    name,
  ])
  if (rows[0]?.locked) return true
  await client.query('rollback')
  return false
}

type Holder = { pid: number; name: string | null; address: string | null; state: string | null; since: Date | null }

async function describeHolder(client: pg.Client, { name: lock, on, by }: AdvisoryLock): Promise<string> {
  const { rows } = await client.query<Holder>(
    `select pid, application_name as name, host(client_addr) as address, state, backend_start as since
       from pg_locks left join pg_stat_activity using (pid)
       where locktype = 'advisory' and granted and objsubid = 1
         and database = (select oid from pg_database where datname = current_database())
         and (classid::bigint << 32 | objid::bigint) = hashtext($1)`,
    [lock],
  )
  const [holder] = rows
  if (holder === undefined) return `The lock on the ${on} is taken by one ${by} after another; waiting.`
  const { pid, name, address, state, since } = holder
  const facts = [name, address && `from ${address}`, since && `connected ${since.toISOString()}`, state]
  const holds = `which PostgreSQL's process ${pid} holds (${facts.filter(Boolean).join(', ')})`
  return `Waiting for the lock on the ${on}, ${holds}. ${
    state === 'idle' ? `A pooler kept it for a ${by} that is over` : `If no ${by} is under way there`
  }: \`select pg_terminate_backend(${pid})\`; behind a pooler set DATABASE_DIRECT_URL.`
}
