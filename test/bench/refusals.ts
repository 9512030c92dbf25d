import type { LoadOrder, Sent } from './load.ts'
import type { Row } from './main.ts'
import { type Compared, compareInTurns, cookieOf, makeSessions, medianOf, ratioRow, type Stage } from './stage.ts'
import { fromNetworks } from './storms.ts'

const seconds = 8
const connections = 32

type Case = Pick<LoadOrder, 'method' | 'path' | 'requests'> & { readonly name: string; readonly status: number }

/** What the ledger of refusals costs: the same server with it and without it, in turns. */
export async function refusals(stage: Stage, rounds: number): Promise<Row[]> {
  const users = await makeSessions(stage.pool, 1000)
  const damaged: Sent = { headers: { authorization: `Bearer pss_${'x'.repeat(43)}` } }
  const cases: readonly Case[] = [
    {
      name: 'GET /v0/auth/check, from memory',
      path: '/v0/auth/check',
      requests: users.map((one) => ({ headers: cookieOf(one) })),
      status: 200,
    },
    {
      name: 'a storm of 401 at GET /v0/auth/sessions',
      path: '/v0/auth/sessions',
      requests: fromNetworks(Array(5000).fill(damaged)),
      status: 401,
    },
    {
      name: 'a storm of 400 at POST /v0/auth/login',
      method: 'POST',
      path: '/v0/auth/login',
      requests: fromNetworks(Array(5000).fill({ headers: {}, body: { email: 'x', password: '' } })),
      status: 400,
    },
  ]
  const rows: Row[] = []
  for (const { name, status, ...order } of cases) {
    const seen: Compared[] = []
    for (let round = 0; round < rounds; round++) {
      const own = await stage.postern()
      const without = await stage.postern({ REFUSAL_LEDGER: 'off' })
      try {
        const reference = { port: without.port, path: order.path }
        seen.push(
          await compareInTurns({ ...order, port: own.port, connections, seconds, awake: true, reference }, status),
        )
      } finally {
        await own.stop()
        await without.stop()
      }
    }
    rows.push(ratioRow(`${name} (bare: REFUSAL_LEDGER=off)`, 0.98, medianOf(seen)))
  }
  return rows
}
