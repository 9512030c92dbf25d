import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openKeyring } from '../../src/crypto/keyring.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startProviders } from '../support/provider.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'
import { type Attempt, checkRaces } from './check-races.ts'
import { type Kind, type Race, raceKinds, type Sent } from './race-kinds.ts'

/** `npm run races` asks for 10,000; among the other tests a hundredth shows that the machinery works. */
const races = Number(process.env.RACES ?? 105)
const racesAtATime = 8
const kindNames = [
  ...['verify_email', 'device_verify', 'password_reset', 'email_change', 'email_undo', 'account_deletion'],
  ...['temporary_login', 'totp_step', 'backup_code', 'totp_enable'],
  ...['handle_of_sign_ups', 'handle_of_accounts', 'address'],
  ...['oauth_state', 'oauth_sign_up', 'id_token', 'initial_password', 'last_admin', 'refresh'],
]
const each = Math.ceil(races / kindNames.length)

let database: TestDatabase
let pool: pg.Pool
let dataDir: string
let history: string
let providers: Awaited<ReturnType<typeof startProviders>>
let servers: ServerProcess[]
let kinds: Readonly<Record<string, Kind>>
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

beforeAll(async () => {
  ;[database, providers] = await Promise.all([createDatabase(inject('postgresUrl')), startProviders()])
  pool = new pg.Pool({ connectionString: database.url, max: 4 })
  dataDir = mkdtempSync(join(tmpdir(), 'postern-races-'))
  history = join(dataDir, 'history.jsonl')
  writeFileSync(history, '')
  const keyring = openKeyring(join(dataDir, 'keys'), { create: true })
  const env = {
    ...providers.env,
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    RATE_LIMITS: 'off',
    MAIL_DELIVERY: 'queue',
    ARGON2_MEMORY_KIB: '8192',
    ARGON2_TIME_COST: '1',
  }
  servers = await Promise.all([startServerProcess(env), startServerProcess(env)])
  kinds = raceKinds({ pool, keyring, providers, origin: servers[0]?.origin ?? '' })
})
afterAll(async () => {
  agent.destroy()
  await Promise.all(servers.map((server) => server.stop()))
  await providers.stop()
  await pool.end()
  await database.drop()
  rmSync(dataDir, { recursive: true, force: true })
})

type Reply = { readonly status: number; readonly body: Record<string, unknown> }

function send(server: ServerProcess, { method = 'POST', path, body, headers = {} }: Sent): Promise<Reply> {
  const text = JSON.stringify(body)
  const all = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers }
  return new Promise((resolve, reject) => {
    const sent = request(`${server.origin}${path}`, { method, agent, headers: all }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      const json = Buffer.concat(chunks).toString()
      resolve({ status: response.statusCode ?? 0, body: json === '' ? {} : JSON.parse(json) })
    })
    sent.on('error', reject).end(text)
  })
}

/** Every racer at once, in turn at both servers; each writes down what it was told. */
async function run(kind: string, number: number, race: Race): Promise<void> {
  const sent = await race()
  await Promise.all(
    sent.map(async (one, index) => {
      const server = index % servers.length
      const startedMs = performance.now()
      const { status, body } = await send(servers[server] as ServerProcess, one)
      const { code, refresh_token: given } = body as { code?: string; refresh_token?: string }
      const attempt: Attempt = {
        kind,
        race: number,
        server,
        startedMs,
        endedMs: performance.now(),
        status,
        code,
        given,
      }
      appendFileSync(history, `${JSON.stringify(attempt)}\n`)
    }),
  )
}

const countOf = async (effect: string): Promise<number> => (await pool.query<{ n: number }>(effect)).rows[0]?.n ?? 0

test.each(kindNames)(
  '%s: of all who race for it one wins, and it happens once [TK1]',
  async (name) => {
    const kind = kinds[name] as Kind
    const waiting = [...(await kind.make(each)).entries()]
    const before = await countOf(kind.effect)
    const lanes = Array.from({ length: kind.isSerial ? 1 : racesAtATime }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await run(name, ...next)
    })
    await Promise.all(lanes)
    expect((await countOf(kind.effect)) - before).toBe(each)
  },
  30_000 + each * 200,
)

test('the history of all races: exactly one winner each, the same child for all who refresh [TK1 TK4]', () => {
  expect(Object.keys(kinds).sort()).toEqual([...kindNames].sort())
  const attempts = readFileSync(history, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Attempt)
  const rules = Object.fromEntries(Object.entries(kinds).map(([name, { rule }]) => [name, rule]))
  const { findings, races: run, close } = checkRaces(attempts, rules, each)
  process.stdout.write(
    `${run} races of ${kindNames.length} kinds, ${attempts.length} attempts at two servers, of which ${close} races overlapped at both: ${findings.length} broken\n`,
  )
  expect(findings).toEqual([])
})
