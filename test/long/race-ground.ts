import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import { type Keyring, openKeyring } from '../../src/crypto/keyring.ts'
import { createDatabase } from '../support/database.ts'
import { startServerProcess } from '../support/server-process.ts'
import type { Sent } from './race-kinds.ts'

type Reply = { readonly status: number; readonly body: Record<string, unknown> }

/** Servers of one site, and what they share. */
export type RaceGround = {
  readonly pool: pg.Pool
  readonly keyring: Keyring
  readonly dataDir: string
  readonly origins: readonly string[]
  /** Of the servers by number. */
  readonly ask: (server: number, sent: Sent) => Promise<Reply>
  readonly close: () => Promise<void>
}

type Env = Readonly<Record<string, string>>

/** One server for each of these, which differ in that. */
export async function openRaceGround(...differences: readonly Env[]): Promise<RaceGround> {
  const database = await createDatabase(inject('postgresUrl'))
  const pool = new pg.Pool({ connectionString: database.url, max: 4 })
  const dataDir = mkdtempSync(join(tmpdir(), 'postern-races-'))
  const keyring = openKeyring(join(dataDir, 'keys'), { create: true })
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const env = {
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    DATABASE_TIMEOUT_MS: '20000',
    LOG_LEVEL: 'error',
    RATE_LIMITS: 'off',
    MAIL_DELIVERY: 'queue',
    PASSKEY_ORIGINS: 'http://localhost:8080',
    ARGON2_MEMORY_KIB: '8192',
    ARGON2_TIME_COST: '1',
  }
  const servers = await Promise.all(differences.map((one) => startServerProcess({ ...env, ...one })))
  const origins = servers.map(({ origin }) => origin)
  return {
    pool,
    keyring,
    dataDir,
    origins,
    ask: (server, sent) => send(agent, origins[server] ?? '', sent),
    close: async () => {
      agent.destroy()
      await Promise.all(servers.map((server) => server.stop()))
      await pool.end()
      await database.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function send(agent: Agent, origin: string, { method = 'POST', path, body, headers = {} }: Sent): Promise<Reply> {
  const text = JSON.stringify(body)
  const all = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers }
  return new Promise((resolve, reject) => {
    const sent = request(`${origin}${path}`, { method, agent, headers: all }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      const json = Buffer.concat(chunks).toString()
      resolve({ status: response.statusCode ?? 0, body: json === '' ? {} : JSON.parse(json) })
    })
    sent.on('error', reject).end(text)
  })
}
