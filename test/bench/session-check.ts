import { createHash } from 'node:crypto'
import type { BareOrder } from './bare.ts'
import type { Row } from './main.ts'
import {
  type BenchUser,
  type Compared,
  compareInTurns,
  cookieOf,
  makeSessions,
  medianOf,
  type Program,
  ratioRow,
  type Stage,
  sample,
} from './stage.ts'

const connections = 32
const seconds = 14
const hotSet = 1000

type Case = {
  readonly name: string
  readonly path: string
  readonly least: number
  readonly env?: Readonly<Record<string, string>>
  /** What the bare route does before it answers. */
  readonly before?: (postern: Program, users: readonly BenchUser[]) => Promise<NonNullable<BareOrder['before']>>
}

const memoryOff = { SESSION_MEMORY_MIB: '0' }

const casesOn = ({ redisUrl, databaseUrl }: Stage): readonly Case[] => [
  { name: 'GET /v0/user/me, from memory', path: '/v0/user/me', least: 0.8 },
  { name: 'GET /v0/auth/check, from memory', path: '/v0/auth/check', least: 0.85 },
  {
    name: 'GET /v0/user/me, memory off, Redis (bare: one GET)',
    path: '/v0/user/me',
    least: 0.8,
    env: { ...memoryOff, REDIS_URL: redisUrl },
    before: async (postern, users) => ({ redisUrl, key: await keyOf(postern, users) }),
  },
  {
    name: 'GET /v0/user/me, memory off, PostgreSQL (bare: one look-up with the same join)',
    path: '/v0/user/me',
    least: 0.8,
    env: memoryOff,
    before: async (_postern, users) => ({ databaseUrl, statements: [lookUp], digest: digestOf(users) }),
  },
]

/** Requests a second on a route, held against a bare route that sends the same. */
export async function sessionChecks(stage: Stage, rounds: number): Promise<Row[]> {
  const users = await makeSessions(stage.pool, hotSet)
  const rows: Row[] = []
  for (const one of casesOn(stage)) {
    const seen: Compared[] = []
    // Other processes each time: two of the same program differ by a tenth, for as long as they live.
    for (let round = 0; round < rounds; round++) seen.push(await compare(stage, users, one))
    rows.push(ratioRow(one.name, one.least, medianOf(seen)))
  }
  return rows
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

async function compare(stage: Stage, users: readonly BenchUser[], one: Case): Promise<Compared> {
  await using opened = new AsyncDisposableStack()
  const postern = await stage.postern(one.env)
  opened.defer(postern.stop)
  const before = await one.before?.(postern, users)
  const [user] = users
  const answer = await sample(postern.origin + one.path, { headers: user ? cookieOf(user) : {} })
  const bare = await stage.bare({ ...answer, ...(before && { before }) })
  opened.defer(bare.stop)
  const requests = users.map((user) => ({ headers: cookieOf(user) }))
  const asked = { port: postern.port, path: one.path, requests, connections, seconds, awake: true }
  // Awaited here: both programs end with this function.
  return await compareInTurns({ ...asked, reference: { port: bare.port, path: '/' } }, answer.status)
}
