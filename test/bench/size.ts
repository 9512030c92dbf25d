import pg from 'pg'
import { openDatabase } from '../../src/db/database.ts'
import { applyMigrations } from '../../src/db/migrate.ts'
import { loadArgon2 } from '../../src/hashing/argon2.ts'
import { sweep } from '../../src/worker/sweep.ts'
import { withDatabase } from '../support/database.ts'
import { loginRequests } from './hashing.ts'
import type { LoadOrder } from './load.ts'
import type { Row } from './main.ts'
import { compareInRounds, cookieOf, makeSessions, type Program, rateOf, ratioRow, type Stage } from './stage.ts'

const hotSet = 1000
const users = Number(process.env.BENCH_USERS ?? 1_000_000)
const sessions = 3 * users
const longestStatementMs = 50

type Side = { readonly postern: Program; readonly sessions: Requests; readonly logins: Requests }
type Requests = LoadOrder['requests']

/** Two databases of one PostgreSQL: a thousand accounts, and a million more with three million sessions, a third of which ended long ago. */
export async function size(stage: Stage, rounds: number): Promise<Row[]> {
  await using opened = new AsyncDisposableStack()
  const stored = await (await loadArgon2()).hash('correct horse battery', { memoryKib: 19_456, timeCost: 2 })
  const open = async (url: string): Promise<Side> => {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    opened.defer(() => pool.end())
    const hot = await makeSessions(pool, hotSet, stored)
    const logins = await loginRequests({ pool }, hot)
    await pool.query('analyze')
    const postern = await stage.postern({ DATABASE_URL: url, SESSION_MEMORY_MIB: '0', ARGON2_CONCURRENCY: '1' })
    opened.defer(postern.stop)
    return { postern, logins, sessions: hot.map((user) => ({ headers: cookieOf(user) })) }
  }
  await fill(stage.pool)
  const [small, large] = [await open(await makeDatabase(stage)), await open(stage.databaseUrl)]
  const compare = (rate: (side: Side) => Promise<number>) =>
    compareInRounds(rounds, { reference: () => rate(small), own: () => rate(large) })
  const all = `${users} users and ${sessions} sessions (${hotSet})`
  return [
    ratioRow(`session check by PostgreSQL, ${all}`, 0.9, await compare(checkRate)),
    ratioRow(`login, ${all}`, 0.9, await compare(loginRate)),
    await sweeping(stage),
  ]
}

async function makeDatabase({ databaseUrl, pool }: Stage): Promise<string> {
  await pool.query('create database small')
  const url = withDatabase(databaseUrl, 'small')
  await applyMigrations({ main: url, migration: url, direct: url })
  return url
}

const checkRate = ({ postern: { port }, sessions: requests }: Side): Promise<number> =>
  rateOf({ port, path: '/v0/user/me', requests, connections: 32, seconds: 2 }, 200)

const loginRate = ({ postern: { port }, logins: requests }: Side): Promise<number> =>
  rateOf({ port, method: 'POST', path: '/v0/auth/login', requests, connections: 4, seconds: 3 }, 204)

async function fill(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into users (id, email, email_key, handle, display_name, password_hash)
     select id, n || '@bulk.example', n || '@bulk.example', 'bulk' || n, 'Somebody', 'none'
     from (select gen_random_uuid() as id, n from generate_series(1, ${users}) as n) as made`,
  )
  await pool.query(
    `insert into sessions (id, user_id, token_digest, remember_me, created_at, last_seen_at, expires_at, max_expires_at, ended_at)
     select gen_random_uuid(), u.id, sha256((u.id::text || part)::bytea), true, opened, opened, opened + interval '7 days',
       opened + interval '30 days', case when part = 1 then opened + interval '1 day' end
     from users u, generate_series(1, 3) as part, lateral (select now() - case when part = 1 then interval '90 days' else interval '0' end as opened) as o
     where u.email like '%@bulk.example'`,
  )
  await pool.query('vacuum analyze users')
  await pool.query('vacuum analyze sessions')
}

/** The sweep's own statements, and what they make others wait for. */
async function sweeping({ databaseUrl, pool }: Stage): Promise<Row> {
  const { db, close } = openDatabase({ url: databaseUrl, poolSize: 1, timeoutMs: 60_000, onIdleError: () => undefined })
  const { rows: found } = await pool.query('select id from sessions where ended_at is null limit 1')
  const [live] = found as [{ id: string }]
  // What the filling left to be written is not the sweep's.
  await pool.query('checkpoint')
  let isOver = false
  const done = sweep(db).finally(() => {
    isOver = true
  })
  let longestMs = 0
  while (!isOver) {
    const startedAt = performance.now()
    await pool.query('update sessions set last_seen_at = now() where id = $1', [live.id])
    longestMs = Math.max(longestMs, performance.now() - startedAt)
  }
  await done
  await close()
  const { rows } = await pool.query(
    "select count(*)::int as left from sessions where max_expires_at < now() - interval '30 days'",
  )
  return {
    name: `sweep of ${users} ended sessions (${rows[0].left} left): longest wait of a write beside it`,
    figure: `${longestMs.toFixed(1)} ms`,
    target: `<= ${longestStatementMs} ms`,
    holds: longestMs <= longestStatementMs && rows[0].left === 0,
  }
}
