import type pg from 'pg'
import { loadArgon2 } from '../../src/crypto/argon2.ts'
import { openDatabase } from '../../src/db/client.ts'
import { sweep } from '../../src/db/sweep.ts'
import { loginRequests } from './hashing.ts'
import type { Row } from './main.ts'
import { compareInRounds, cookieOf, load, makeSessions, type Program, type Stage } from './stage.ts'

const hotSet = 1000
const users = Number(process.env.BENCH_USERS ?? 1_000_000)
const sessions = 3 * users
const longestStatementMs = 50

/** A thousand accounts, then a million with three million sessions, a third of which ended long ago: the same speed, and a sweep that blocks nobody. */
export async function size(stage: Stage, rounds: number): Promise<Row[]> {
  const stored = await (await loadArgon2()).hash('correct horse battery', { memoryKib: 19_456, timeCost: 2 })
  const hot = await makeSessions(stage.pool, hotSet, stored)
  const logins = await loginRequests(stage, hot)
  const postern = await stage.postern({ SESSION_MEMORY_MIB: '0', ARGON2_CONCURRENCY: '1' })
  const checks = { path: '/v0/user/me', requests: hot.map((user) => ({ headers: cookieOf(user) })), connections: 32 }
  const rates = async (): Promise<{ check: number; login: number }> => ({
    check: await medianRate(rounds, async () => (await load({ ...checks, port: postern.port, seconds: 2 })).perSecond),
    login: await medianRate(rounds, () => loginRate(postern, logins)),
  })
  try {
    await stage.pool.query('analyze')
    const small = await rates()
    await fill(stage.pool)
    const large = await rates()
    return [
      sameSpeed('session check by PostgreSQL', small.check, large.check),
      sameSpeed('login', small.login, large.login),
      await sweeping(stage),
    ]
  } finally {
    await postern.stop()
  }
}

const medianRate = async (rounds: number, own: () => Promise<number>): Promise<number> =>
  (await compareInRounds(rounds, { reference: async () => 1, own })).own

async function loginRate({ port }: Program, requests: Awaited<ReturnType<typeof loginRequests>>): Promise<number> {
  const order = { port, method: 'POST', path: '/v0/auth/login', requests, connections: 4, seconds: 3 } as const
  return (await load(order)).perSecond
}

const sameSpeed = (name: string, small: number, large: number): Row => ({
  name: `${name}, ${users} users and ${sessions} sessions (${hotSet})`,
  figure: `${(large / small).toFixed(2)} (${large.toFixed(0)}/s of ${small.toFixed(0)}/s)`,
  target: '>= 0.9',
  holds: large / small >= 0.9,
})

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
  let isOver = false
  const done = sweep(db).finally(() => {
    isOver = true
  })
  let longestMs = 0
  while (!isOver) {
    const startedAt = performance.now()
    await pool.query(
      'update sessions set last_seen_at = now() where id = (select id from sessions where ended_at is null limit 1)',
    )
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
