import { makeUsers, postRate, startHashing } from './hashing.ts'
import type { LoadOrder, Sent } from './load.ts'
import type { Row } from './main.ts'
import {
  type Compared,
  compareInRounds,
  compareInTurns,
  cookieOf,
  medianOf,
  type Program,
  ratioRow,
  type Stage,
} from './stage.ts'
import { fromNetworks } from './storms.ts'

const connections = 32
const seconds = 8
const many = 5000

type Case = Pick<LoadOrder, 'path' | 'requests'> &
  Partial<LoadOrder> & { readonly name: string; readonly status: number }

/** What the ledger of refusals costs: the same server with it and without it, in turns. */
export async function refusals(stage: Stage, rounds: number): Promise<Row[]> {
  const { users, logins } = await makeUsers(stage)
  const damaged: Sent = { headers: { authorization: `Bearer pss_${'x'.repeat(43)}` } }
  const empty: Sent = { headers: {}, body: { email: 'x', password: '' } }
  const repeated = (request: Sent) => fromNetworks(Array.from({ length: many }, () => request))
  const cases: readonly Case[] = [
    {
      name: 'GET /v0/auth/check, from memory',
      path: '/v0/auth/check',
      requests: users.map((one) => ({ headers: cookieOf(one) })),
      status: 204,
    },
    {
      name: 'a storm of 401, GET /v0/auth/sessions',
      path: '/v0/auth/sessions',
      requests: repeated(damaged),
      status: 401,
    },
    {
      name: 'a storm of 400, POST /v0/auth/login',
      method: 'POST',
      path: '/v0/auth/login',
      requests: repeated(empty),
      status: 400,
    },
  ]
  const rows: Row[] = []
  const row = (name: string, compared: Compared) => ratioRow(`${name} (bare: REFUSAL_LEDGER=off)`, 0.98, compared)
  for (const { name, status, ...order } of cases) {
    const seen: Compared[] = []
    for (let round = 0; round < rounds; round++) {
      const compared = await withBoth(stage, (own, without) => {
        const reference = { port: without.port, path: order.path }
        return compareInTurns({ ...order, port: own.port, connections, seconds, awake: true, reference }, status)
      })
      seen.push(compared)
    }
    rows.push(row(name, medianOf(seen)))
  }
  const login = await withBoth(stage, (own, without) => {
    const rateAt = (server: Program) => () => postRate(server, '/v0/auth/login', logins, 204)
    return compareInRounds(2 * rounds, { own: rateAt(own), reference: rateAt(without) })
  })
  return [...rows, row('POST /v0/auth/login', login)]
}

/** One server with the ledger and one without. */
async function withBoth(stage: Stage, measure: (own: Program, without: Program) => Promise<Compared>) {
  const own = await startHashing(stage)
  const without = await startHashing(stage, { REFUSAL_LEDGER: 'off' })
  try {
    return await measure(own, without)
  } finally {
    await own.stop()
    await without.stop()
  }
}
