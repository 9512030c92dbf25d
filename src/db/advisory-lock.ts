import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

const connectWithinMs = 10_000
const askEveryMs = 100
const patienceMs = 2000

/** Work that only one process of all replicas may do at a time. */
type AdvisoryLock = {
  /** Name of the lock, and `application_name` of the connection that holds it. */
  readonly name: string
  /** What the lock protects, as messages call it, such as `migrations`. */
  readonly on: string
  /** What takes the lock, as messages call it, such as `start`. */
  readonly by: string
}

type Wanted = {
  /** Should bypass a pooler if there is one. */
  readonly url: string
  readonly lock: AdvisoryLock
}

/** @param isMine rejects once the connection is lost, and the lock with it */
type Act<Result> = (isMine: () => Promise<void>) => Promise<Result>

/**
 * Runs `act` while no other process holds the lock. The lock belongs to a transaction on a connection of its own: a
 * transaction pooler keeps the server's connection for it, and the lock is gone when the transaction ends, however it
 * ends. A lock of the session could stay behind on a connection that the pooler keeps [FD60].
 * @param say is told what holds the lock, once the wait takes longer than 2 s
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

/** Runs `act` if the lock is free. Returns undefined, without running it, if the lock is taken. */
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
  // A lost connection fails the statement that runs. Between two statements nothing else listens for the error, which
  // would end the process.
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
  // The transaction is idle while `act` runs, so it must not time out. Older versions lack `transaction_timeout`.
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
