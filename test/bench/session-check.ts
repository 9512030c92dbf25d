import { createHash } from 'node:crypto'
import type { BareOrder } from './bare.ts'
import type { Row } from './main.ts'
import {
  type BenchUser,
  compareInRounds,
  cookieOf,
  load,
  makeSessions,
  type Program,
  ratioRow,
  type Stage,
} from './stage.ts'

const connections = 32
const seconds = 2
const hotSet = 1000

/** Requests a second on a route, held against a bare route that sends the same. */
export async function sessionChecks(stage: Stage, rounds: number): Promise<Row[]> {
  const users = await makeSessions(stage.pool, hotSet)
  const memory = await withPostern(stage, {}, async (postern) => [
    await compare(stage, rounds, {
      postern,
      users,
      path: '/v0/user/me',
      name: 'GET /v0/user/me, from memory',
      least: 0.8,
    }),
    await compare(stage, rounds, {
      postern,
      users,
      path: '/v0/auth/check',
      name: 'GET /v0/auth/check, from memory',
      least: 0.85,
    }),
  ])
  const cached = await withPostern(stage, { SESSION_MEMORY_MIB: '0', REDIS_URL: stage.redisUrl }, async (postern) => [
    await compare(stage, rounds, {
      postern,
      users,
      path: '/v0/user/me',
      name: 'GET /v0/user/me, memory off, Redis (bare: one GET)',
      least: 0.8,
      before: { redisUrl: stage.redisUrl, key: await keyOf(postern, users) },
    }),
  ])
  const stored = await withPostern(stage, { SESSION_MEMORY_MIB: '0' }, async (postern) => [
    await compare(stage, rounds, {
      postern,
      users,
      path: '/v0/user/me',
      name: 'GET /v0/user/me, memory off, PostgreSQL (bare: one look-up with the same join)',
      least: 0.8,
      before: { databaseUrl: stage.databaseUrl, statements: [lookUp], digest: digestOf(users) },
    }),
  ])
  return [...memory, ...cached, ...stored]
}

const digestOf = ([user]: readonly BenchUser[]): string =>
  createHash('sha256')
    .update(user?.token ?? '')
    .digest('hex')

/** The key under which the cache holds the first user's session, once it does. */
async function keyOf({ origin }: Program, [user, ...rest]: readonly BenchUser[]): Promise<string> {
  for (const one of [user, ...rest]) if (one) await fetch(`${origin}/v0/user/me`, { headers: cookieOf(one) })
  return `postern:session:${createHash('sha256')
    .update(user?.token ?? '')
    .digest('base64url')}`
}

/** The columns and the join of a session check, as one would write them by hand. */
const lookUp = `select s.id, s.authenticated_at > now() - interval '5 minutes', s.device_id, s.remember_me, s.ended_at, s.expires_at,
    s.last_seen_at, u.id, u.email, u.handle, u.display_name, u.bio, u.profile_image, u.banner_image, u.password_hash is not null,
    u.totp_enabled_at, u.banned_at, u.banned_until, u.ban_reason, u.created_at,
    array(select r.role from user_roles r where r.user_id = u.id and coalesce(r.expires_at > now(), true))
  from sessions s left join users u on u.id = s.user_id where s.token_digest = $1`

async function withPostern<Result>(
  stage: Stage,
  env: Readonly<Record<string, string>>,
  act: (postern: Program) => Promise<Result>,
): Promise<Result> {
  const postern = await stage.postern(env)
  try {
    return await act(postern)
  } finally {
    await postern.stop()
  }
}

type Comparison = {
  readonly postern: Program
  readonly users: readonly BenchUser[]
  readonly path: string
  readonly name: string
  readonly least: number
  readonly before?: NonNullable<BareOrder['before']>
}

async function compare(
  stage: Stage,
  rounds: number,
  { postern, users, path, name, least, before }: Comparison,
): Promise<Row> {
  const bare = await stage.bare({ ...(await sample(postern, users, path)), ...(before && { before }) })
  const requests = users.map((user) => ({ headers: cookieOf(user) }))
  const rate = async (port: number, at: string) => {
    const { perSecond, statuses } = await load({ port, path: at, requests, connections, seconds, awake: true })
    if (Object.keys(statuses).some((status) => !status.startsWith('2')))
      throw new Error(`${name}: ${JSON.stringify(statuses)}`)
    return perSecond
  }
  try {
    const compared = await compareInRounds(rounds, {
      reference: () => rate(bare.port, '/'),
      own: () => rate(postern.port, path),
    })
    return ratioRow(name, least, compared)
  } finally {
    await bare.stop()
  }
}

/** What the route answers, for the bare one to send. */
async function sample({ origin }: Program, [user]: readonly BenchUser[], path: string) {
  const reply = await fetch(origin + path, { headers: user ? cookieOf(user) : {} })
  const body = await reply.text()
  const own = new Set(['connection', 'keep-alive', 'date', 'content-length', 'transfer-encoding'])
  return {
    status: reply.status,
    body,
    headers: Object.fromEntries([...reply.headers].filter(([header]) => !own.has(header))),
  }
}
