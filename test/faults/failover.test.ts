import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { catalogue, type ErrorCode } from '../../src/errors/catalogue.ts'
import { startReplica } from '../access-tokens/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { answers, installPackage } from '../support/debian-package.ts'
import { freePort } from '../support/free-port.ts'
import { startNeighbour } from '../support/neighbour.ts'
import { blocksOf } from '../support/pages.ts'
import { newPerson, signedUp } from '../support/people.ts'
import { changed, keepsStatements, pgBouncerVersion, startBouncer } from '../support/pgbouncer.ts'
import { type PostgresPair, type PostgresServer, startPair } from '../support/postgres-pair.ts'
import { startOwnRedis } from '../support/redis.ts'

/** What docs/operate.md promises, on a busy machine. */
const worksAgainWithinMs = 4000
const goneMs = 2000

const version = await pgBouncerVersion()
const hasHaproxy = async () => answers('haproxy', ['-v'])
if (!(await hasHaproxy())) await installPackage('haproxy')
const [forPostgres = '', forRedis = ''] = blocksOf('operate.md', 'Failover', 'haproxy')

/** The page's example, on a port of its own, in this machine's terms. */
async function startHaproxy(text: string, changes: readonly (readonly [part: string, instead: string])[]) {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), 'postern-haproxy-'))]
  const [file, socket] = [join(folder, 'haproxy.cfg'), join(folder, 'socket')]
  const here = changed(text, [['bind :', 'bind 127.0.0.1:'], ...changes]).replace(/(bind .*:)\d+/, `$1${port}`)
  writeFileSync(file, `global\n  stats socket ${socket}\n${here}`)
  const { stop } = await startNeighbour({ program: 'haproxy', parameters: ['-db', '-f', file], port })
  onTestFinished(async () => {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  })
  // To it all servers are good until they have been asked.
  await vi.waitFor(async () => expect(await standing(socket)).toEqual(['DOWN', 'UP']), { timeout: 5000, interval: 20 })
  return port
}

/** Of both servers. */
async function standing(socket: string): Promise<string[]> {
  let text = ''
  for await (const chunk of connect(socket).end('show stat\n')) text += String(chunk)
  const rows = text.split('\n').map((line) => line.split(','))
  const column = rows[0]?.indexOf('status') ?? -1
  return rows.flatMap((row) => (['one', 'two'].includes(row[1] ?? '') ? [row[column]?.split(' ')[0] ?? ''] : [])).sort()
}

/** What Patroni answers at `/primary`. */
async function answerCheck({ url }: PostgresServer): Promise<number> {
  const isPrimary = async () => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 500 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { rows } = await client.query<{ is: boolean }>('select not pg_is_in_recovery() as is')
      return rows[0]?.is === true
    } finally {
      await client.end()
    }
  }
  const server = createServer(async (_, reply) => {
    reply.writeHead((await isPrimary().catch(() => false)) ? 200 : 503).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => void server.close())
  return (server.address() as AddressInfo).port
}

type Way = Readonly<Record<string, string>>

const throughPgBouncer = async ({ address }: PostgresPair): Promise<Way> => {
  const differently = [
    ['pool_mode = transaction', 'pool_mode = session'],
    ['max_prepared_statements = 100\n', ''],
  ] as const
  const { url, stop } = await startBouncer({
    socketDir: address.socketDir,
    database: 'postern',
    ...(!keepsStatements(version) && { differently }),
  })
  onTestFinished(stop)
  return { DATABASE_URL: url, DATABASE_DIRECT_URL: address.url }
}

const throughHaproxy = async ({ one, two }: PostgresPair): Promise<Way> => {
  const placed = async (name: string, server: PostgresServer) =>
    [
      `postgres-${name}:5432 check port 8008`,
      `unix@${server.socketDir}/.s.PGSQL.5432 check addr 127.0.0.1 port ${await answerCheck(server)}`,
    ] as const
  const port = await startHaproxy(forPostgres, [await placed('one', one), await placed('two', two)])
  return { DATABASE_URL: `postgres://postern@127.0.0.1:${port}/postern?sslmode=disable` }
}

type Asked = { readonly at: number; readonly code: string | undefined; readonly email?: string }

/** Sign-ups and session checks all the time, each written down; `stop` gives them all. */
async function keepAsking(app: TestApp) {
  const { client } = await signedUp(app)
  const asked: Asked[] = []
  const stopped = new AbortController()
  const repeat = async (ask: () => Promise<Omit<Asked, 'at'>>) => {
    while (!stopped.signal.aborted) {
      const answer = await ask()
      asked.push({ ...answer, at: performance.now() })
      await sleep(50)
    }
  }
  const signUp = async () => {
    const person = newPerson()
    const { code } = await app.client().post('/v0/auth/signup', person)
    return { code, email: person.email }
  }
  const check = async () => ({ code: (await client.get('/v0/user/me')).code })
  const all = [signUp, signUp, signUp, check, check].map(repeat)
  const since = (moment: number) => asked.filter(({ at }) => at > moment)
  return {
    since,
    stop: async () => {
      stopped.abort()
      await Promise.all(all)
      return asked
    },
  }
}

describe.each([
  ['PgBouncer [ST8]', version !== undefined, throughPgBouncer],
  ['HAProxy [ST10]', await hasHaproxy(), throughHaproxy],
])('PostgreSQL behind %s', (_, isHere, open) => {
  test.runIf(isHere)(
    'its primary is gone for two seconds: declared errors, nothing lost, and all works again',
    {
      timeout: 60_000,
    },
    async () => {
      const pair = await startPair()
      onTestFinished(pair.close)
      const app = await startApp(await open(pair))
      onTestFinished(app.close)
      const load = await keepAsking(app)
      await vi.waitFor(() => expect(load.since(0).length).toBeGreaterThan(30), { timeout: 10_000 })

      await pair.one.kill()
      await sleep(goneMs)
      expect((await app.client().get('/health/ready')).status).toBe(503)
      await pair.promote()
      const promotedAt = performance.now()
      await vi.waitFor(
        () => {
          const latest = load.since(promotedAt).slice(-30)
          expect(latest.filter(({ code }) => code === undefined)).toHaveLength(30)
        },
        { timeout: 30_000 },
      )
      const asked = await load.stop()
      const failed = asked.filter(({ code }) => code !== undefined)
      const codes = [...new Set(failed.flatMap(({ code }) => code ?? []))] as ErrorCode[]
      expect(codes).toContain('system:database_error')
      expect(codes.filter((code) => catalogue[code].status < 500)).toEqual([])
      expect(Math.max(...failed.map(({ at }) => at)) - promotedAt).toBeLessThan(worksAgainWithinMs)
      const accepted = asked.flatMap(({ code, email }) => (code === undefined && email ? [email] : []))
      const kept = await app.sql<{ email: string }>('select email from sign_ups')
      expect(accepted.filter((email) => !kept.some((row) => row.email === email))).toEqual([])
      expect((await app.client().get('/health/ready')).status).toBe(200)
    },
  )
})

const isLeased = ({ deps }: TestApp) =>
  vi.waitFor(() => expect(deps.replicas.isLeased()).toBe(true), { timeout: 10_000 })
const healthOf = async (app: TestApp) => (await app.client().get('/health/ready')).body.status

test.runIf(await hasHaproxy())(
  'Redis behind HAProxy, its master is gone and a replica takes its place: sessions stay, and a logout counts [ST10]',
  { timeout: 30_000 },
  async () => {
    const servers = [await startOwnRedis(), await startOwnRedis()] as const
    const [one, two] = servers
    const hosts = servers.map(({ url }) => new URL(url).host) as [string, string]
    const replica = new Redis(two.url)
    await replica.replicaof('127.0.0.1', Number(new URL(one.url).port))
    const port = await startHaproxy(forRedis, [
      ['redis-one:6379', hosts[0]],
      ['redis-two:6379', hosts[1]],
    ])
    const REDIS_URL = `redis://127.0.0.1:${port}`
    const here = await startApp({ REDIS_URL })
    const there = await startReplica(here, { REDIS_URL })
    onTestFinished(async () => {
      await there.close()
      await here.close()
      replica.disconnect()
      await Promise.all(servers.map(({ stop }) => stop()))
    })
    await Promise.all([here, there].map(isLeased))
    const people = await Promise.all([here, here, here].map((app) => signedUp(app)))
    const [staying, leaving, leavingLater] = people.map(({ client }) => {
      const headers = { authorization: `Bearer ${client.cookies.get('__Host-session_id')}` }
      const check = async (app: TestApp) => (await app.client().get('/v0/user/me', { headers })).code
      return {
        codes: async () => [await check(here), await check(there)],
        logout: async () => (await client.post('/v0/auth/logout')).status,
      }
    }) as [Guest, Guest, Guest]
    const [isIn, isOut] = [Array(2).fill(undefined), Array(2).fill('user:invalid_session')]
    for (const { codes } of [staying, leaving, leavingLater]) expect(await codes()).toEqual(isIn)

    await one.kill()
    expect(await staying.codes()).toEqual(isIn)
    await vi.waitFor(async () => expect(await healthOf(here)).toBe('degraded'))
    expect(await leaving.logout()).toBe(204)
    expect(await leaving.codes()).toEqual(isOut)

    await replica.replicaof('NO', 'ONE')
    await vi.waitFor(async () => expect(await Promise.all([here, there].map(healthOf))).toEqual(['up', 'up']), {
      timeout: worksAgainWithinMs,
    })
    await Promise.all([here, there].map(isLeased))
    expect(await leavingLater.logout()).toBe(204)
    expect(await leavingLater.codes()).toEqual(isOut)
    expect(await leaving.codes()).toEqual(isOut)
    expect(await staying.codes()).toEqual(isIn)
  },
)

type Guest = { readonly codes: () => Promise<unknown[]>; readonly logout: () => Promise<number> }
