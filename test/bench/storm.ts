import { makeUsers, password, postRate, startHashing } from './hashing.ts'
import type { Row } from './main.ts'
import { type BenchUser, cookieOf, load, makeSessions, median, type Program, type Stage } from './stage.ts'
import { fromNetworks, type Storm, storms } from './storms.ts'

const seconds = 4
const mostMib = 320
const mostMs = 10
/** On a slower machine: `mostMs` was set where a bare server that only hashes, one password at a time, answers others within 6 ms. */
const mostOfBare = mostMs / 6
const mostOfQuiet = 3

/**
 * Session checks while strangers log in at ten times what can be hashed, and what that takes of memory; then, in each storm of people whom
 * accounts know, session checks and the sign-ins of others on new devices.
 */
export async function storm(stage: Stage, rounds: number): Promise<Row[]> {
  const { stored, users, logins } = await makeUsers(stage)
  const { rows, limitMs } = await stormOfStrangers(stage, { stored, users, logins, rounds })
  for (const one of storms) rows.push(...(await stormOfTheKnown(stage, { storm: one, stored, rounds, limitMs })))
  return rows
}

type Strangers = Awaited<ReturnType<typeof makeUsers>> & { readonly rounds: number }

async function stormOfStrangers(stage: Stage, { stored, users, logins, rounds }: Strangers) {
  const postern = await startHashing(stage)
  const bare = await stage.bare(
    { status: 200, body: '{}', headers: {}, hashing: { storedHash: stored, mostWaiting: 64 } },
    '0,1',
  )
  try {
    const perSecond = 10 * (await postRate(postern, '/v0/auth/login', logins, 204))
    const weather = { users, perSecond, rounds }
    const ofBare = await amongStrangers(bare, { ...weather, loginPath: '/', checkPath: '/' })
    const own = await amongStrangers(postern, { ...weather, loginPath: '/v0/auth/login', checkPath: '/v0/user/me' })
    const mib = postern.residentMib()
    const isRefusedWell = Object.keys(own.statuses).every((status) => status === '202' || status === '429')
    const limitMs = Math.max(mostMs, mostOfBare * ofBare.p99Ms)
    const rows: Row[] = [
      {
        name: `session checks while ${Math.round(perSecond)} strangers a second log in (${describe(own.statuses)})`,
        figure: `p99 ${own.p99Ms.toFixed(1)} ms (a bare server that only hashes: ${ofBare.p99Ms.toFixed(1)})`,
        target: `<= ${mostMs} ms, or ${mostOfBare.toFixed(1)} of the bare server's`,
        holds: own.p99Ms <= limitMs && isRefusedWell,
      },
      {
        name: 'resident memory in that storm',
        figure: `${mib.toFixed(0)} MiB`,
        target: `< ${mostMib} MiB`,
        holds: mib < mostMib,
      },
    ]
    return { rows, limitMs }
  } finally {
    await Promise.all([postern.stop(), bare.stop()])
  }
}

const describe = (statuses: Readonly<Record<string, number>>): string =>
  Object.entries(statuses)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ')

type Weather = {
  readonly users: readonly BenchUser[]
  readonly perSecond: number
  readonly rounds: number
  readonly loginPath: string
  readonly checkPath: string
}

async function amongStrangers({ port }: Program, { users, perSecond, rounds, loginPath, checkPath }: Weather) {
  const attack = load({
    port,
    method: 'POST',
    path: loginPath,
    // From everywhere, as such a storm comes: one network would have one row of limits for all to wait for.
    requests: fromNetworks(users.map(({ email }) => ({ headers: {}, body: { email, password } }))),
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

type Known = { readonly storm: Storm; readonly stored: string; readonly rounds: number; readonly limitMs: number }

/** The limits are those of everybody's server. */
async function stormOfTheKnown(stage: Stage, { storm, stored, rounds, limitMs }: Known): Promise<Row[]> {
  const others = await makeSessions(stage.pool, 500, stored)
  const attackers = await makeSessions(stage.pool, storm.accounts, stored)
  await storm.prepare?.(stage, attackers)
  await stage.pool.query('truncate rate_counters, failed_attempts')
  const postern = await startHashing(stage, { RATE_LIMITS: 'on' })
  try {
    const quiet = await askOthers(postern, others, rounds)
    const attack = load({
      port: postern.port,
      connections: 60,
      seconds: (1 + rounds) * seconds + 2,
      ...storm.load(attackers),
    })
    await askOthers(postern, others, 1)
    const stormy = await askOthers(postern, others, rounds)
    const { statuses } = await attack
    const isRefusedNobody = Object.keys({ ...quiet.statuses, ...stormy.statuses }).every((status) => status === '202')
    return [
      {
        name: `sign-ins of others on new devices while there are ${storm.name} (${describe(statuses)})`,
        figure: `p99 ${stormy.signInMs.toFixed(1)} ms (quiet: ${quiet.signInMs.toFixed(1)}; ${describe(stormy.statuses)})`,
        target: `<= ${mostOfQuiet} of quiet, none refused`,
        holds: stormy.signInMs <= mostOfQuiet * quiet.signInMs && isRefusedNobody,
      },
      {
        name: 'session checks in that storm',
        figure: `p99 ${stormy.checkMs.toFixed(1)} ms (quiet: ${quiet.checkMs.toFixed(1)})`,
        target: `<= ${limitMs.toFixed(1)} ms`,
        holds: stormy.checkMs <= limitMs,
      },
    ]
  } finally {
    await postern.stop()
  }
}

/** Medians of their 99th percentiles: sign-ins each of another account from another network, beside session checks. */
async function askOthers({ port }: Program, others: readonly BenchUser[], rounds: number) {
  const logins = fromNetworks(
    others.map(({ email }) => ({ headers: {}, body: { email, password } })),
    '198.19',
  )
  const [signInMs, checkMs]: [number[], number[]] = [[], []]
  const statuses: Record<string, number> = {}
  for (let round = 0; round < rounds; round++) {
    const requests = logins.slice((round * logins.length) / rounds, ((round + 1) * logins.length) / rounds)
    const [signIns, checks] = await Promise.all([
      load({ port, method: 'POST', path: '/v0/auth/login', requests, connections: 8, perSecond: 5, seconds }),
      load({
        port,
        path: '/v0/user/me',
        requests: others.map((user) => ({ headers: cookieOf(user) })),
        connections: 8,
        perSecond: 200,
        seconds,
      }),
    ])
    signInMs.push(signIns.p99Ms)
    checkMs.push(checks.p99Ms)
    for (const [status, count] of Object.entries(signIns.statuses)) statuses[status] = (statuses[status] ?? 0) + count
  }
  return { signInMs: median(signInMs), checkMs: median(checkMs), statuses }
}
