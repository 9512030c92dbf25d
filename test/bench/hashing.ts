import { randomBytes } from 'node:crypto'
import { loadArgon2 } from '../../src/crypto/argon2.ts'
import { makeToken } from '../../src/crypto/secret-token.ts'
import type { Row } from './main.ts'
import {
  type BenchUser,
  compareInRounds,
  cookieOf,
  load,
  makeSessions,
  median,
  type Program,
  rateOf,
  ratioRow,
  runAlone,
  type Stage,
} from './stage.ts'

const password = 'correct horse battery'
const seconds = 4
const connections = 4

async function makeUsers(stage: Stage) {
  const stored = await (await loadArgon2()).hash(password, { memoryKib: 19_456, timeCost: 2 })
  const users = await makeSessions(stage.pool, 500, stored)
  return { stored, users, logins: await loginRequests(stage, users) }
}

/** Hashing takes one core whole; what else a login takes has the other. */
const startHashing = (stage: Stage): Promise<Program> =>
  stage.postern(
    {
      ARGON2_CONCURRENCY: '1',
      // Mails are sent by another process: here they only wait for it.
      MAIL_DELIVERY: 'queue',
      WORKER_URL: 'http://127.0.0.1:9',
      WORKER_SECRET: randomBytes(32).toString('base64url'),
    },
    '0,1',
  )

/** Logins and sign-ups, held against hashing alone; in twice as many rounds, as each has two hundred hashes and the machine changes its speed. */
export async function hashing(stage: Stage, rounds: number): Promise<Row[]> {
  const { stored, logins } = await makeUsers(stage)
  const postern = await startHashing(stage)
  const reference = () => runAlone('raw-hash.ts', { SECONDS: String(seconds), STORED_HASH: stored, HASHES: '1' })
  try {
    const login = await compareInRounds(2 * rounds, {
      reference,
      own: () => postRate(postern, '/v0/auth/login', logins, 204),
    })
    let signUps = 0
    const signUp = await compareInRounds(2 * rounds, {
      reference,
      own: () => postRate(postern, '/v0/auth/signup', newcomers(signUps++), 202),
    })
    return [
      ratioRow('POST /v0/auth/login (hashing alone)', 0.95, login),
      ratioRow('POST /v0/auth/signup, MAIL_DELIVERY=queue (hashing alone)', 0.9, signUp),
    ]
  } finally {
    await postern.stop()
  }
}

/** Where PostgreSQL is, too, so that a core is left for the hash alone: what the load takes there is little. */
const restCore = '0'

const postRate = ({ port }: Program, path: string, requests: Requests, expected: number): Promise<number> =>
  rateOf({ port, method: 'POST', path, requests, connections, seconds }, expected, restCore)

type Requests = Parameters<typeof load>[0]['requests']

/** Logins from devices that the accounts know: they end in a session. */
export async function loginRequests({ pool }: Pick<Stage, 'pool'>, users: readonly BenchUser[]): Promise<Requests> {
  const devices = users.map(({ id, email }) => ({ id, email, token: makeToken('device') }))
  await pool.query(
    'insert into devices (id, user_id, token_digest) select gen_random_uuid(), id, digest from unnest($1::uuid[], $2::bytea[]) as d (id, digest)',
    [devices.map(({ id }) => id), devices.map(({ token }) => token.digest)],
  )
  return devices.map(({ email, token }) => ({
    headers: { cookie: `__Host-device_id=${token.text}`, 'sec-fetch-site': 'same-origin' },
    body: { email, password },
  }))
}

const newcomers = (round: number): Requests =>
  Array.from({ length: 1000 }, (_, index) => ({
    headers: {},
    body: {
      email: `new-${round}-${index}@example.com`,
      handle: `n_${round}_${index}`,
      display_name: 'New',
      password: 'a wholly new passphrase',
    },
  }))

const mostMib = 320
const mostMs = 10
/** On a slower machine: `mostMs` was set where a bare server that only hashes, one password at a time, answers others within 6 ms. */
const mostOfBare = mostMs / 6

/** Session checks while strangers log in at ten times what can be hashed, and what that takes of memory. */
export async function storm(stage: Stage, rounds: number): Promise<Row[]> {
  const { stored, users, logins } = await makeUsers(stage)
  const postern = await startHashing(stage)
  const bare = await stage.bare(
    { status: 200, body: '{}', headers: {}, hashing: { storedHash: stored, mostWaiting: 64 } },
    '0,1',
  )
  try {
    const perSecond = 10 * (await postRate(postern, '/v0/auth/login', logins, 204))
    const weather = { users, perSecond, rounds }
    const ofBare = await inStorm(bare, { ...weather, loginPath: '/', checkPath: '/' })
    const own = await inStorm(postern, { ...weather, loginPath: '/v0/auth/login', checkPath: '/v0/user/me' })
    const mib = postern.residentMib()
    const answers = Object.entries(own.statuses).map(([status, count]) => `${count} × ${status}`)
    const isRefusedWell = Object.keys(own.statuses).every((status) => status === '202' || status === '429')
    return [
      {
        name: `session checks while ${Math.round(perSecond)} strangers a second log in (${answers.join(', ')})`,
        figure: `p99 ${own.p99Ms.toFixed(1)} ms (a bare server that only hashes: ${ofBare.p99Ms.toFixed(1)})`,
        target: `<= ${mostMs} ms, or ${mostOfBare.toFixed(1)} of the bare server's`,
        holds: own.p99Ms <= Math.max(mostMs, mostOfBare * ofBare.p99Ms) && isRefusedWell,
      },
      {
        name: 'resident memory in that storm',
        figure: `${mib.toFixed(0)} MiB`,
        target: `< ${mostMib} MiB`,
        holds: mib < mostMib,
      },
    ]
  } finally {
    await postern.stop()
    await bare.stop()
  }
}

type Storm = {
  readonly users: readonly BenchUser[]
  readonly perSecond: number
  readonly rounds: number
  readonly loginPath: string
  readonly checkPath: string
}

async function inStorm({ port }: Program, { users, perSecond, rounds, loginPath, checkPath }: Storm) {
  // From everywhere, as such a storm comes: one network would have one row of limits for all to wait for.
  const requests = users.map(({ email }, index) => ({
    headers: { 'x-forwarded-for': `198.18.${index >> 8}.${index & 255}` },
    body: { email, password },
  }))
  const attack = load({
    port,
    method: 'POST',
    path: loginPath,
    requests,
    connections: 300,
    seconds: (1 + rounds) * seconds + 2,
    perSecond,
  })
  const asked = users.map((user) => ({ headers: cookieOf(user) }))
  const check = { port, path: checkPath, requests: asked, connections: 8, perSecond: 200, seconds }
  // Not before its queue is full.
  await load(check)
  const seen: number[] = []
  for (let round = 0; round < rounds; round++) seen.push((await load(check)).p99Ms)
  const { statuses } = await attack
  return { p99Ms: median(seen), statuses }
}
