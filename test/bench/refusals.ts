import { makeUsers, startHashing } from './hashing.ts'
import type { LoadOrder, Sent } from './load.ts'
import type { Row } from './main.ts'
import { type Compared, compareInTurns, cookieOf, medianOf, ratioRow, type Stage } from './stage.ts'
import { fromNetworks } from './storms.ts'

const connections = 32
const many = 5000

type Case = Pick<LoadOrder, 'path' | 'requests'> &
  Partial<LoadOrder> & { readonly name: string; readonly status: number; readonly seconds: number }

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
      seconds: 8,
    },
    { name: 'POST /v0/auth/login', method: 'POST', path: '/v0/auth/login', requests: logins, status: 204, connections: 4, seconds: 30 },
    {
      name: 'a storm of 401, GET /v0/auth/sessions',
      path: '/v0/auth/sessions',
      requests: repeated(damaged),
      status: 401,
      seconds: 8,
    },
    {
      name: 'a storm of 400, POST /v0/auth/login',
      method: 'POST',
      path: '/v0/auth/login',
      requests: repeated(empty),
      status: 400,
      seconds: 8,
    },
  ]
  const rows: Row[] = []
  for (const { name, status, ...order } of cases) {
    const seen: Compared[] = []
    for (let round = 0; round < rounds; round++) {
      const own = await startHashing(stage)
      const without = await startHashing(stage, { REFUSAL_LEDGER: 'off' })
      try {
        const reference = { port: without.port, path: order.path }
        seen.push(await compareInTurns({ connections, ...order, port: own.port, awake: true, reference }, status))
      } finally {
        await own.stop()
        await without.stop()
      }
    }
    rows.push(ratioRow(`${name} (bare: REFUSAL_LEDGER=off)`, 0.98, medianOf(seen)))
  }
  return rows
}
