import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openKeyring } from '../../src/crypto/keyring.ts'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { makePairs, makeUsers } from '../support/factories.ts'
import type { Sent } from './load.ts'
import type { Row } from './main.ts'
import { compareInRounds, median, rateOf, ratioRow, type Stage } from './stage.ts'

const seconds = 2
/** More than any round can use up. */
const perRound = 8000
const leastVerified = 1500
/** Of forgot-password, which asks the worker as well, but issues no pair before. */
const leastStarted = 0.9
/** Each answer takes a tenth of a second, whatever it costs. */
const manyConnections = 400

/** Signing in by what is mailed: what a start takes beside a forgotten password, and how many digits are checked. */
export const mailedCodes = async (stage: Stage, rounds: number): Promise<Row[]> => [
  await startRow(stage, rounds),
  await verifyRow(stage, rounds),
]

async function startRow(stage: Stage, rounds: number): Promise<Row> {
  const postern = await stage.postern({ MAIL_DELIVERY: 'queue' })
  const rate = async (path: string, status: number): Promise<number> => {
    const requests = Array.from({ length: perRound }, () => ({ headers: {}, body: { email: `${randomUUID()}@x.org` } }))
    const once = { requests, once: true, seconds, connections: manyConnections } as const
    const answered = await rateOf({ port: postern.port, method: 'POST', path, ...once }, status)
    await untilAnswered(stage)
    return answered
  }
  try {
    const compared = await compareInRounds(rounds, {
      reference: () => rate('/v0/auth/forgot-password', 204),
      own: () => rate('/v0/app/auth/email-sign-in', 202),
    })
    return ratioRow('POST /v0/app/auth/email-sign-in (beside forgot-password)', leastStarted, compared)
  } finally {
    await postern.stop()
  }
}

/** The worker has looked for the owners of all addresses; none of them has one. */
async function untilAnswered({ pool }: Stage): Promise<void> {
  const waiting = "select from mails where kind = 'inquiry' and payload is not null limit 1"
  while ((await pool.query(waiting)).rows.length > 0) await sleep(50)
  await pool.query('analyze')
}

async function verifyRow(stage: Stage, rounds: number): Promise<Row> {
  const path = '/v0/app/auth/email-sign-in/verify'
  // A core of its own: PostgreSQL has the other, and the load what is left of it.
  const postern = await stage.postern({}, '1')
  try {
    const rates: number[] = []
    // The first is for the compiler.
    for (let round = 0; round <= rounds; round++) {
      const requests = await typed(stage, perRound)
      const order = {
        port: postern.port,
        method: 'POST',
        path,
        requests,
        once: true,
        seconds,
        connections: 32,
      } as const
      const rate = await rateOf(order, 200, '0')
      if (round > 0) rates.push(rate)
    }
    const perSecond = median(rates)
    return {
      name: 'digits checked on known devices, the API on one core, PostgreSQL and the load on another',
      figure: `${perSecond.toFixed(0)}/s`,
      target: `>= ${leastVerified}/s`,
      holds: perSecond >= leastVerified,
    }
  } finally {
    await postern.stop()
  }
}

/** Of so many accounts the right digits, on a device that each knows. */
async function typed({ pool, keysDir }: Stage, amount: number): Promise<Sent[]> {
  const users = await makeUsers(pool, amount)
  const devices = users.map(() => makeToken('device'))
  await pool.query(
    'insert into devices (id, user_id, token_digest) select gen_random_uuid(), id, digest from unnest($1::uuid[], $2::bytea[]) as d (id, digest)',
    [users.map(({ id }) => id), devices.map(({ digest }) => digest)],
  )
  const pairs = await makePairs(pool, openKeyring(keysDir, { create: false }), users)
  await pool.query('analyze')
  return pairs.map((pair, index) => ({ headers: { 'x-device-token': devices[index]?.text ?? '' }, body: pair.typed }))
}
