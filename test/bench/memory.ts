import { loadArgon2 } from '../../src/hashing/argon2.ts'
import { loginRequests } from './hashing.ts'
import type { Row } from './main.ts'
import { cookieOf, load, makeSessions, type Stage } from './stage.ts'

const mostMib = 160

async function prepare(stage: Stage) {
  const stored = await (await loadArgon2()).hash('correct horse battery', { memoryKib: 19_456, timeCost: 2 })
  const users = await makeSessions(stage.pool, 1000, stored)
  return { logins: await loginRequests(stage, users), checks: users.map((user) => ({ headers: cookieOf(user) })) }
}

/** Resident memory of the API process after a hundred thousand session checks and a thousand logins. */
export async function memory(stage: Stage): Promise<Row[]> {
  const { logins, checks } = await prepare(stage)
  const postern = await stage.postern({ ARGON2_CONCURRENCY: '1' })
  try {
    const { port } = postern
    const checked = Array.from({ length: 100 }, () => checks).flat()
    await load({ port, path: '/v0/user/me', requests: checked, once: true, connections: 16, seconds: 120 })
    const order = { port, method: 'POST', path: '/v0/auth/login', requests: logins, once: true } as const
    await load({ ...order, connections: 4, seconds: 120 })
    const mib = postern.residentMib()
    const name = 'resident memory after 100,000 session checks and 1,000 logins'
    return [{ name, figure: `${mib.toFixed(0)} MiB`, target: `< ${mostMib} MiB`, holds: mib < mostMib }]
  } finally {
    await postern.stop()
  }
}

/** Half of what the server can do, for SOAK_MINUTES: its memory must not grow. */
export async function soak(stage: Stage): Promise<Row[]> {
  const minutes = Number(process.env.SOAK_MINUTES ?? 60)
  const { logins, checks } = await prepare(stage)
  const postern = await stage.postern({ ARGON2_CONCURRENCY: '1' })
  try {
    const { port } = postern
    const most = await load({ port, path: '/v0/user/me', requests: checks, connections: 16, seconds: 5 })
    const perSecond = most.perSecond / 2
    const seconds = (minutes * 60) / 10
    const seen: number[] = []
    for (let part = 0; part < 10; part++) {
      await Promise.all([
        load({ port, path: '/v0/user/me', requests: checks, connections: 16, seconds, perSecond }),
        load({
          port,
          method: 'POST',
          path: '/v0/auth/login',
          requests: logins,
          connections: 2,
          seconds,
          perSecond: 10,
        }),
      ])
      seen.push(postern.residentMib())
    }
    // The first parts fill memory, pools and caches.
    const [settled = 0, last = 0] = [Math.max(...seen.slice(2, 5)), Math.min(...seen.slice(-3))]
    return [
      {
        name: `resident memory over ${minutes} minutes at ${Math.round(perSecond)} checks and 10 logins a second`,
        figure: seen.map((mib) => mib.toFixed(0)).join(', '),
        target: 'no growth beyond 10 %',
        holds: last <= settled * 1.1,
      },
    ]
  } finally {
    await postern.stop()
  }
}
