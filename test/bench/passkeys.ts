import { readFileSync } from 'node:fs'
import { openKeyring } from '../../src/crypto/keyring.ts'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { issueChallenge } from '../../src/passkeys/challenge.ts'
import { makePasskeys } from '../support/factories.ts'
import { SoftPasskey } from '../support/soft-authenticator.ts'
import type { LoadResult, Sent } from './load.ts'
import type { Row } from './main.ts'
import {
  type BenchUser,
  compareInTurns,
  cookieOf,
  load,
  makeSessions,
  median,
  type Program,
  rateOf,
  ratioRow,
  type Stage,
  sample,
} from './stage.ts'
import { fromNetworks } from './storms.ts'

const signIn = '/v0/app/auth/passkeys/sign-in'
const seconds = 4
const connections = 32
/** More than a round can use up. */
const perRound = 8000
const ofStorm = { perSecond: 200, connections: 60 }
const least = { ofBare: 0.6, perSecond: 600 }
const most = { cpuMs: 1.5, p99Ms: 10, mib: 30 }

/** Sign-ins by passkey: what they take of the server, and what others notice of them. */
export async function passkeys(stage: Stage, rounds: number): Promise<Row[]> {
  const holders = await makeHolders(stage)
  return [
    await optionsRow(stage),
    ...(await memoryRows(stage, holders)),
    ...(await signInRows(stage, holders, rounds)),
    await stormRow(stage, holders, rounds),
  ]
}

type Holders = {
  readonly users: readonly BenchUser[]
  /** So many sign-ins that are right, each once. */
  readonly signIns: (amount: number) => Sent[]
}

/** A thousand accounts with a passkey and a known device each. */
async function makeHolders({ pool, keysDir }: Stage): Promise<Holders> {
  const users = await makeSessions(pool, 1000)
  const made = await makePasskeys(pool, users, { origin: 'https://app.example.com', rpId: 'app.example.com' })
  const holders = made.map((passkey, index) => ({ passkey, userId: users[index]?.id, device: makeToken('device') }))
  await pool.query(
    'insert into devices (id, user_id, token_digest) select gen_random_uuid(), id, digest from unnest($1::uuid[], $2::bytea[]) as d (id, digest)',
    [holders.map(({ userId }) => userId), holders.map(({ device }) => device.digest)],
  )
  await pool.query('analyze')
  const deps = {
    config: { passkeyChallengeTtlSeconds: 300 },
    keyring: openKeyring(keysDir, { create: false }),
    replicas: { isLeased: () => false, databaseNow: () => Date.now() },
  }
  const ask = () => ({ public_key: { challenge: issueChallenge(deps, 'app sign-in', '').challenge } })
  const signIns = (amount: number): Sent[] =>
    Array.from({ length: Math.ceil(amount / holders.length) }, () =>
      holders.map(({ passkey, device }) => ({
        headers: { 'x-device-token': device.text },
        body: { credential: passkey.get(ask()) },
      })),
    ).flat()
  return { users, signIns }
}

async function optionsRow(stage: Stage): Promise<Row> {
  await using opened = new AsyncDisposableStack()
  const postern = await stage.postern()
  opened.defer(postern.stop)
  const path = `${signIn}/options`
  const bare = await stage.bare(await sample(postern.origin + path, { method: 'POST' }))
  opened.defer(bare.stop)
  const asked = {
    port: postern.port,
    method: 'POST',
    path,
    requests: [{ headers: {} }],
    connections,
    seconds: 14,
  } as const
  const compared = await compareInTurns({ ...asked, awake: true, reference: { port: bare.port, path: '/' } }, 200)
  return ratioRow(`POST ${path}`, least.ofBare, compared)
}

/** What sign-ins take, which need no library, and what the first registration takes, which loads it. */
async function memoryRows(stage: Stage, { users, signIns }: Holders): Promise<Row[]> {
  const postern = await stage.postern()
  try {
    const { port } = postern
    const once = { port, once: true, connections: 8, seconds: 60 } as const
    const checks = Array.from({ length: 20 }, () => users.map((user) => ({ headers: cookieOf(user) }))).flat()
    const offers = Array.from({ length: 5000 }, () => ({ headers: {} }))
    await load({ ...once, path: '/v0/user/me', requests: checks })
    await load({ ...once, method: 'POST', path: `${signIn}/options`, requests: offers })
    const before = postern.residentMib()
    await load({ ...once, method: 'POST', path: signIn, requests: signIns(1).slice(0, 20) })
    const first = postern.residentMib() - before
    await load({ ...once, method: 'POST', path: signIn, requests: signIns(2000) })
    const all = postern.residentMib() - before
    for (const user of users.slice(0, 20)) await register(postern, user)
    const registered = postern.residentMib() - before
    return [
      {
        name: 'resident memory of the first use of passkeys, after 20,000 session checks and 5,000 options',
        figure:
          `+${first.toFixed(1)} MiB after 20 sign-ins (from ${before.toFixed(0)}), +${all.toFixed(1)} after 2,000, ` +
          `+${registered.toFixed(1)} after 20 registrations`,
        target: `<= +${most.mib} MiB`,
        holds: Math.max(first, registered) <= most.mib,
      },
    ]
  } finally {
    await postern.stop()
  }
}

async function register({ origin }: Program, user: BenchUser): Promise<void> {
  const post = (path: string, body: object) =>
    fetch(origin + path, {
      method: 'POST',
      headers: { ...cookieOf(user), 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify(body),
    })
  const asked = (await (await post('/v0/auth/passkeys/registration/options', {})).json()) as {
    readonly public_key: unknown
  }
  const passkey = new SoftPasskey({ origin: 'https://app.example.com' })
  const { status } = await post('/v0/auth/passkeys', { credential: passkey.create(asked), name: 'Bench' })
  if (status !== 201) throw new Error(`a registration was answered with ${status}`)
}

/** What the process has used of a processor. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function processorMs({ pid }: Program): number {
  const [, fields = ''] = /\) (.*)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
  const [utime = 0, stime = 0] = fields.split(' ').slice(11, 13).map(Number)
  return (utime + stime) * 10
}

async function signInRows(stage: Stage, { signIns }: Holders, rounds: number): Promise<Row[]> {
  // A core of its own: PostgreSQL has the other, and the load what is left of it.
  const postern = await stage.postern({}, '1')
  try {
    const order = { port: postern.port, method: 'POST', path: signIn, once: true, connections, seconds } as const
    const [rates, costs]: [number[], number[]] = [[], []]
    // The first is for the compiler.
    for (let round = 0; round <= rounds; round++) {
      const requests = signIns(perRound)
      const startedMs = processorMs(postern)
      const rate = await rateOf({ ...order, requests }, 200, '0')
      if (round === 0) continue
      rates.push(rate)
      costs.push((processorMs(postern) - startedMs) / (rate * seconds))
    }
    const [perSecond, cpuMs] = [median(rates), median(costs)]
    return [
      {
        name: 'sign-ins by passkey, the API on one core, PostgreSQL and the load on another',
        figure: `${perSecond.toFixed(0)}/s`,
        target: `>= ${least.perSecond}/s`,
        holds: perSecond >= least.perSecond,
      },
      {
        name: 'processor of the API for each of them',
        figure: `${cpuMs.toFixed(2)} ms`,
        target: `<= ${most.cpuMs} ms`,
        holds: cpuMs <= most.cpuMs,
      },
    ]
  } finally {
    await postern.stop()
  }
}

async function stormRow(stage: Stage, { users, signIns }: Holders, rounds: number): Promise<Row> {
  const postern = await stage.postern({ RATE_LIMITS: 'on' }, '0,1')
  const { port } = postern
  try {
    const stormy = (1 + rounds) * seconds + 2
    const requests = fromNetworks(signIns(ofStorm.perSecond * stormy))
    const storm = load({ port, method: 'POST', path: signIn, requests, once: true, seconds: stormy, ...ofStorm })
    const checks = users.map((user) => ({ headers: cookieOf(user) }))
    const seen: LoadResult[] = []
    for (let round = 0; round <= rounds; round++)
      seen.push(await load({ port, path: '/v0/user/me', requests: checks, connections: 8, perSecond: 200, seconds }))
    const p99Ms = median(seen.slice(1).map((one) => one.p99Ms))
    const { statuses } = await storm
    const told = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`)
    return {
      name: `session checks while ${ofStorm.perSecond} a second sign in by passkey (${told.join(', ')})`,
      figure: `p99 ${p99Ms.toFixed(1)} ms`,
      target: `<= ${most.p99Ms} ms`,
      holds: p99Ms <= most.p99Ms && Object.keys(statuses).every((status) => status === '200'),
    }
  } finally {
    await postern.stop()
  }
}
