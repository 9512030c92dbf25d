import { randomBytes } from 'node:crypto'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { loadArgon2 } from '../../src/hashing/argon2.ts'
import type { Row } from './main.ts'
import {
  type BenchUser,
  compareInRounds,
  type load,
  makeSessions,
  type Program,
  rateOf,
  ratioRow,
  runAlone,
  type Stage,
} from './stage.ts'

export const password = 'correct horse battery'
const seconds = 4
const connections = 4

export async function makeUsers(stage: Stage) {
  const stored = await (await loadArgon2()).hash(password, { memoryKib: 19_456, timeCost: 2 })
  const users = await makeSessions(stage.pool, 500, stored)
  return { stored, users, logins: await loginRequests(stage, users) }
}

/** Hashing takes one core whole; what else a login takes has the other. */
export const startHashing = (stage: Stage, env: Readonly<Record<string, string>> = {}): Promise<Program> =>
  stage.postern(
    {
      ARGON2_CONCURRENCY: '1',
      // Mails are sent by another process: here they only wait for it.
      MAIL_DELIVERY: 'queue',
      WORKER_URL: 'http://127.0.0.1:9',
      WORKER_SECRET: randomBytes(32).toString('base64url'),
      ...env,
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

export const postRate = ({ port }: Program, path: string, requests: Requests, expected: number): Promise<number> =>
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
