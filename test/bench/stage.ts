import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { randomUUIDv7 } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { initKeys } from '../../src/crypto/keyring.ts'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { openEmbeddedDatabase } from '../../src/db/embedded/database.ts'
import { applyMigrations } from '../../src/db/migrate.ts'
import { freePort } from '../support/free-port.ts'
import { startOwnRedis } from '../support/redis.ts'
import type { BareOrder } from './bare.ts'
import type { LoadOrder, LoadResult } from './load.ts'
import type { Row } from './main.ts'

/** Servers and their backends share this process's core; the load has another one. */
const root = join(import.meta.dirname, '../..')
const canPin = spawnSync('taskset', ['--version']).status === 0
/** As Dockerfile starts it. */
const asInImage = { flags: ['--max-semi-space-size=4', '--max-old-space-size=512'], env: { MALLOC_ARENA_MAX: '2' } }
const pinned = (cores: string, file: string, flags: readonly string[] = []): [string, string[]] =>
  canPin ? ['taskset', ['-c', cores, process.execPath, ...flags, file]] : [process.execPath, [...flags, file]]

export type Program = {
  readonly origin: string
  readonly port: number
  readonly pid: number
  /** Resident memory. */
  residentMib(): number
  stop(): Promise<void>
}

export type Stage = {
  readonly databaseUrl: string
  readonly keysDir: string
  readonly redisUrl: string
  readonly pool: pg.Pool
  readonly isPinned: boolean
  /** On the servers' core, or on both. */
  postern(env?: Readonly<Record<string, string>>, cores?: string): Promise<Program>
  bare(order: BareOrder, cores?: string): Promise<Program>
  close(): Promise<void>
}

/** PostgreSQL as it comes, durable, and Redis; empty. */
export async function openStage(): Promise<Stage> {
  await promisify(execFile)('npm', ['run', 'build'], { cwd: root })
  if (canPin) spawnSync('taskset', ['-cp', '0', String(process.pid)])
  await using opened = new AsyncDisposableStack()
  const home = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  chmodSync(home, 0o711)
  opened.defer(() => rmSync(home, { recursive: true, force: true }))
  const postgres = await openEmbeddedDatabase({ dataDir: join(home, 'data'), role: 'guest' })
  opened.defer(postgres.close)
  const redis = await startOwnRedis()
  opened.defer(redis.stop)
  await applyMigrations({ main: postgres.url, migration: postgres.url, direct: postgres.url })
  initKeys(join(home, 'keys'))
  const pool = new pg.Pool({ connectionString: postgres.url, max: 4 })
  opened.defer(() => pool.end())
  const moved = opened.move()
  return {
    databaseUrl: postgres.url,
    keysDir: join(home, 'keys'),
    redisUrl: redis.url,
    pool,
    isPinned: canPin,
    postern: (env = {}, cores = '0') =>
      startProgram(cores, join(root, 'dist/server/main.js'), '/health/ready', {
        APP_ENV: 'production',
        PUBLIC_URL: 'https://auth.example.com',
        FRONTEND_URL: 'https://app.example.com',
        DATABASE_URL: postgres.url,
        DATA_DIR: join(home, 'data'),
        KEYS_DIR: join(home, 'keys'),
        // Limits by network would end every run at once: all of it comes from one address.
        RATE_LIMITS: '1000000',
        SMTP_URL: 'smtp://127.0.0.1:9',
        MAIL_FROM: 'bench@example.com',
        TRUSTED_PROXIES: '127.0.0.0/8',
        LOG_LEVEL: 'warn',
        ...env,
      }),
    bare: (order, cores = '0') =>
      startProgram(cores, join(import.meta.dirname, 'bare.ts'), '/', { BARE_ORDER: JSON.stringify(order) }),
    close: () => moved.disposeAsync(),
  }
}

async function startProgram(
  cores: string,
  file: string,
  readyPath: string,
  env: Readonly<Record<string, string>>,
): Promise<Program> {
  const port = await freePort()
  const [command, parameters] = pinned(cores, file, asInImage.flags)
  const child = spawn(command, parameters, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port), ...asInImage.env, ...env },
    cwd: tmpdir(),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const origin = `http://127.0.0.1:${port}`
  await untilReady(child, origin + readyPath)
  const pid = child.pid ?? 0
  return {
    origin,
    port,
    pid,
    residentMib: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: async () => {
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${url} ended with ${child.exitCode}`)
    const ok = await fetch(url).then(
      ({ status }) => status < 500,
      () => false,
    )
    if (ok) return
    await sleep(50)
  }
}

/** Runs the load: on a core that servers do not have, unless they were given both. */
export async function load(order: LoadOrder, core = '1'): Promise<LoadResult> {
  const file = join(tmpdir(), `postern-load-${randomUUIDv7()}.json`)
  writeFileSync(file, JSON.stringify(order))
  const [command, parameters] = pinned(core, join(import.meta.dirname, 'load.ts'))
  const child = spawn(command, parameters, {
    env: { PATH: process.env.PATH, LOAD_ORDER: file },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk) => (text += String(chunk)))
  await once(child, 'close')
  rmSync(file)
  return JSON.parse(text) as LoadResult
}

/** Requests a second, of which each must be answered with that status. */
export const rateOf = async (order: LoadOrder, expected: number, core?: string): Promise<number> =>
  (await loadAnswered(order, expected, core)).perSecond

async function loadAnswered(order: LoadOrder, expected: number, core?: string): Promise<LoadResult> {
  const result = await load(order, core)
  const others = Object.keys(result.statuses).filter((status) => status !== String(expected))
  if (others.length > 0) throw new Error(`${order.path} answered ${JSON.stringify(result.statuses)}`)
  return result
}

/** Runs a program beside nothing else; it prints a number. */
export async function runAlone(file: string, env: Readonly<Record<string, string>>): Promise<number> {
  const [command, parameters] = pinned('0,1', join(import.meta.dirname, file))
  const { stdout } = await promisify(execFile)(command, parameters, { env: { PATH: process.env.PATH, ...env } })
  return Number(stdout)
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

export type Compared = { readonly ratio: number; readonly own: number; readonly reference: number }

/** Rounds of the reference and of the thing itself, one after the other, so that what the machine does meanwhile touches both: the median of their ratios. */
export async function compareInRounds(
  rounds: number,
  { own, reference }: Readonly<Record<'own' | 'reference', () => Promise<number>>>,
): Promise<Compared> {
  const seen: Compared[] = []
  // The first two are for the compiler.
  for (let round = -1; round <= rounds; round++) {
    const [ofReference, ofOwn] = [await reference(), await own()]
    if (round > 0) seen.push({ ratio: ofOwn / ofReference, own: ofOwn, reference: ofReference })
  }
  return medianOf(seen)
}

/** The same in turns of a quarter of a second, for what is so fast that the machine's changes of speed would decide. */
export async function compareInTurns(
  { reference, ...order }: LoadOrder & { readonly reference: NonNullable<LoadOrder['inTurnWith']> },
  expected: number,
): Promise<Compared> {
  const { turnsPerSecond: turns } = await loadAnswered({ ...order, inTurnWith: reference }, expected)
  const pairs = Array.from({ length: Math.floor(turns.length / 2) }, (_, pair) => {
    const [own = Number.NaN, ofReference = Number.NaN] = turns.slice(2 * pair)
    return { ratio: own / ofReference, own, reference: ofReference }
  })
  // The first half is for the compiler.
  return medianOf(pairs.slice(pairs.length / 2))
}

export const medianOf = (seen: readonly Compared[]): Compared => ({
  ratio: median(seen.map(({ ratio }) => ratio)),
  own: median(seen.map(({ own }) => own)),
  reference: median(seen.map(({ reference }) => reference)),
})

/** A line of the table that holds where the thing reaches so much of its reference. */
export const ratioRow = (name: string, least: number, { ratio, own, reference }: Compared): Row => ({
  name,
  figure: `${ratio.toFixed(2)} (${figure(own)}/s of ${figure(reference)}/s)`,
  target: `>= ${least}`,
  holds: ratio >= least,
})

const figure = (value: number): string => (value < 1000 ? value.toFixed(1) : String(Math.round(value)))

export type BenchUser = { readonly id: string; readonly email: string; readonly token: string }

/** Accounts with one live session each, whose tokens are known. */
export async function makeSessions(pool: pg.Pool, amount: number, passwordHash = 'none'): Promise<BenchUser[]> {
  const made = Array.from({ length: amount }, () => {
    const id = randomUUIDv7()
    return { id, email: `${id}@example.com`, sessionId: randomUUIDv7(), token: makeToken('session') }
  })
  await pool.query(
    `with made as (
      insert into users (id, email, email_key, handle, display_name, password_hash)
      select id, email, email, 'u' || replace(id::text, '-', ''), 'Somebody', $3 from unnest($1::uuid[], $2::text[]) as u (id, email))
    insert into sessions (id, user_id, token_digest, remember_me, expires_at, max_expires_at)
    select session_id, id, digest, true, now() + interval '6 days', now() + interval '29 days'
    from unnest($1::uuid[], $4::uuid[], $5::bytea[]) as s (id, session_id, digest)`,
    [
      made.map(({ id }) => id),
      made.map(({ email }) => email),
      passwordHash,
      made.map(({ sessionId }) => sessionId),
      made.map(({ token }) => token.digest),
    ],
  )
  return made.map(({ id, email, token }) => ({ id, email, token: token.text }))
}

/** What the session cookie is called in production. */
export const cookieOf = ({ token }: BenchUser) => ({ cookie: `__Host-session_id=${token}` })

/** What a route answers, for a bare one to send. */
export async function sample(url: string, init: RequestInit): Promise<Pick<BareOrder, 'status' | 'body' | 'headers'>> {
  const reply = await fetch(url, init)
  const body = await reply.text()
  const own = new Set(['connection', 'keep-alive', 'date', 'content-length', 'transfer-encoding'])
  return {
    status: reply.status,
    body,
    headers: Object.fromEntries([...reply.headers].filter(([header]) => !own.has(header))),
  }
}
