import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Dispatcher, Pool } from 'undici'
import { createDatabase } from '../support/database.ts'
import { withoutRefs } from '../support/openapi.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'
import type { Exchange, Headers } from './exchange.ts'
import type { ApiDocument } from './operations.ts'

export type Request = {
  readonly method: string
  readonly target: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
}

export type FuzzedServer = {
  readonly origin: string
  readonly document: ApiDocument
  readonly database: pg.Pool
  ask(request: Request): Promise<Exchange>
  /** What it logged: errors only. */
  log(): string
  stop(): Promise<void>
}

/** The server as an operator starts it, without limits, with hashes as cheap as they may be, on a database of its own. */
export async function startFuzzedServer(postgresUrl: string): Promise<FuzzedServer> {
  const database = await createDatabase(postgresUrl)
  const dataDir = mkdtempSync(join(tmpdir(), 'postern-fuzz-'))
  const server = await startServerProcess({
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    RATE_LIMITS: 'off',
    // What is wrong, and nothing else.
    LOG_LEVEL: 'error',
    ARGON2_MEMORY_KIB: '8192',
    ARGON2_TIME_COST: '1',
    // A machine that is busy with the fuzzing itself is no outage.
    DATABASE_TIMEOUT_MS: '20000',
    WORKER_TIMEOUT_MS: '20000',
  })
  const requests = new Pool(server.origin, { connections: 8 })
  const pool = new pg.Pool({ connectionString: database.url, max: 2 })
  return {
    origin: server.origin,
    document: withoutRefs<ApiDocument>((await (await fetch(`${server.origin}/openapi.json`)).json()) as object),
    database: pool,
    ask: (request) => ask(requests, request),
    log: () => errorsOf(server),
    stop: async () => {
      await requests.destroy()
      await server.stop()
      await pool.end()
      await database.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const errorsOf = (server: ServerProcess): string =>
  server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .join('\n')

async function ask(pool: Pool, { method, target, headers = {}, body }: Request): Promise<Exchange> {
  const reply = await pool.request({
    method: method as Dispatcher.HttpMethod,
    path: target,
    headers: { host: 'localhost', ...headers },
    ...(body !== undefined && { body }),
  })
  const isStream = String(reply.headers['content-type']).startsWith('text/event-stream')
  // A stream of events never ends by itself.
  if (isStream) reply.body.on('error', () => {}).destroy()
  const bytes = isStream ? Buffer.alloc(0) : Buffer.from(await reply.body.arrayBuffer())
  return { method, target, sent: headers, status: reply.statusCode, headers: reply.headers as Headers, body: bytes }
}
