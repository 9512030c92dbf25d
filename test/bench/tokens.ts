import { generateSync } from 'otplib'
import { openKeyring } from '../../src/crypto/keyring.ts'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { makeSecret } from '../../src/totp/code.ts'
import { sealSecret } from '../../src/totp/secret.ts'
import { makePairs, makePendingLogins, makeRefreshTokens, makeUsers } from '../support/factories.ts'
import type { LoadOrder } from './load.ts'
import type { Row } from './main.ts'
import { listenTo } from './round-trips.ts'
import { compareInRounds, rateOf, ratioRow, type Stage } from './stage.ts'

const connections = 32
const seconds = 2
/** More than any round can use up. */
const perRound = 6000
const benchRows = 10_000

type Requests = LoadOrder['requests']
type Flow = {
  readonly name: string
  readonly path: string
  readonly status: number
  /** Made right before they are sent: a code of an authenticator app is good for half a minute. */
  readonly make: (amount: number) => Promise<Requests>
}

/** What takes a single-use token, held against a bare route that has the same commands done, each on one row by its key. */
export async function tokens(stage: Stage, rounds: number): Promise<Row[]> {
  await stage.pool.query('create table bench_rows (id int generated always as identity primary key, n int not null)')
  await stage.pool.query('insert into bench_rows (n) select 0 from generate_series(1, $1::int)', [benchRows])
  const rows: Row[] = []
  for (const flow of flowsOn(stage)) {
    const commands = await commandsOf(stage, flow)
    const bare = await stage.bare({
      status: 204,
      body: '',
      headers: {},
      before: { databaseUrl: stage.databaseUrl, commands, rows: benchRows },
    })
    const postern = await stage.postern()
    const once = { method: 'POST', connections, seconds, once: true, awake: true } as const
    try {
      const compared = await compareInRounds(rounds, {
        reference: async () => rateOf({ port: bare.port, path: '/', requests: emptyRequests, ...once }, 204),
        own: async () => {
          const requests = await flow.make(perRound)
          await stage.pool.query('analyze')
          return rateOf({ port: postern.port, path: flow.path, requests, ...once }, flow.status)
        },
      })
      rows.push(ratioRow(`${flow.name} (bare: the same ${commands.length} commands)`, 0.8, compared))
    } finally {
      await postern.stop()
      await bare.stop()
    }
  }
  return rows
}

const emptyRequests: Requests = Array.from({ length: 40_000 }, () => ({ headers: {}, body: {} }))

function flowsOn({ pool, keysDir }: Stage): Flow[] {
  const keyring = openKeyring(keysDir, { create: false })
  return [
    {
      name: 'POST /v0/auth/token/refresh',
      path: '/v0/auth/token/refresh',
      status: 200,
      make: async (amount) =>
        (await makeRefreshTokens(pool, await makeUsers(pool, amount))).map((refresh_token) => ({
          headers: {},
          body: { refresh_token },
        })),
    },
    {
      name: 'POST /v0/app/auth/email-sign-in/verify on a known device',
      path: '/v0/app/auth/email-sign-in/verify',
      status: 200,
      make: async (amount) => {
        const made = (await makeUsers(pool, amount)).map((user) => ({ user, device: makeToken('device') }))
        await pool.query(
          'insert into devices (id, user_id, token_digest) select gen_random_uuid(), id, digest from unnest($1::uuid[], $2::bytea[]) as d (id, digest)',
          [made.map(({ user }) => user.id), made.map(({ device }) => device.digest)],
        )
        const pairs = await makePairs(
          pool,
          keyring,
          made.map(({ user }) => user),
        )
        return made.map(({ device }, index) => ({
          headers: { 'x-device-token': device.text },
          body: pairs[index]?.typed ?? {},
        }))
      },
    },
    {
      name: 'POST /v0/auth/totp/verify on a known device',
      path: '/v0/auth/totp/verify',
      status: 204,
      make: async (amount) => {
        const waiting = (await makeUsers(pool, amount)).map((user) => {
          const secret = makeSecret()
          return { user, secret, sealedSecret: sealSecret(keyring, secret, user.id), device: makeToken('device') }
        })
        await pool.query(
          'insert into devices (id, user_id, token_digest) select gen_random_uuid(), id, digest from unnest($1::uuid[], $2::bytea[]) as d (id, digest)',
          [waiting.map(({ user }) => user.id), waiting.map(({ device }) => device.digest)],
        )
        const temporary = await makePendingLogins(pool, waiting)
        return waiting.map(({ secret, device }, index) => ({
          headers: { cookie: `__Host-device_id=${device.text}`, 'sec-fetch-site': 'same-origin' },
          body: { temp_token: temporary[index], code: generateSync({ secret }) },
        }))
      },
    },
  ]
}

/** What one request makes the server ask of the database, in order. */
async function commandsOf(stage: Stage, { path, make }: Flow): Promise<string[]> {
  const listener = await listenTo(stage.databaseUrl)
  // What it does by itself between requests goes another way.
  const postern = await stage.postern({ DATABASE_URL: listener.url, DATABASE_DIRECT_URL: stage.databaseUrl })
  try {
    const seen: string[][] = []
    for (const { headers, body } of await make(21)) {
      listener.takeCommands()
      await fetch(postern.origin + path, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      seen.push(listener.takeCommands())
    }
    return seen.toSorted((a, b) => a.length - b.length)[10] ?? []
  } finally {
    await postern.stop()
    await listener.close()
  }
}
