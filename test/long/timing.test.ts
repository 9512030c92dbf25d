import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openPasswordHasher } from '../../src/hashing/password-hasher.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { makeUsers } from '../support/factories.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'
import { areaUnderCurve, isLong, median, timingPairs } from '../support/timing.ts'

const pairs = timingPairs(100, 100)
/** In the short form the sample itself scatters; the bounds lie almost four standard errors away. */
const bounds = isLong ? { medianMs: 2, auc: 0.05 } : { medianMs: 5, auc: 0.15 }
const warmUp = 20

let database: TestDatabase
let pool: pg.Pool
let server: ServerProcess
let dataDir: string
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  pool = new pg.Pool({ connectionString: database.url })
  dataDir = mkdtempSync(join(tmpdir(), 'postern-timing-'))
  server = await startServerProcess({
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    RATE_LIMITS: 'off',
    LOG_LEVEL: 'error',
  })
})
afterAll(async () => {
  agent.destroy()
  await server.stop()
  await pool.end()
  await database.drop()
  rmSync(dataDir, { recursive: true, force: true })
})

function login(email: string): Promise<number> {
  const text = JSON.stringify({ email, password: 'not the password' })
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
    const sent = request(`${server.origin}/v0/auth/login`, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 401) resolve(performance.now() - started)
        else reject(new Error(`login answered ${response.statusCode}`))
      })
    })
    sent.on('error', reject).end(text)
  })
}

test(
  'a login takes as long for an unknown address as for a known one [TH5]',
  async () => {
    const hasher = await openPasswordHasher({ cost: { memoryKib: 19_456, timeCost: 2 }, concurrency: 1 })
    const users = await makeUsers(pool, pairs + warmUp)
    await pool.query('update users set password_hash = $1', [await hasher.hash('the password')])
    const [known, unknown]: [number[], number[]] = [[], []]
    for (const [index, { email }] of users.entries()) {
      const asked = [
        { email, times: known },
        { email: `nobody-${email}`, times: unknown },
      ]
      // Neither is always the first.
      if (Math.random() < 0.5) asked.reverse()
      for (const one of asked) {
        const ms = await login(one.email)
        if (index >= warmUp) one.times.push(ms)
      }
    }
    const [medianKnown, medianUnknown, auc] = [median(known), median(unknown), areaUnderCurve(known, unknown)]
    process.stdout.write(
      `login, ${pairs} pairs: known ${medianKnown.toFixed(2)} ms, unknown ${medianUnknown.toFixed(2)} ms, AUC ${auc.toFixed(3)}\n`,
    )
    expect(Math.abs(medianKnown - medianUnknown)).toBeLessThan(bounds.medianMs)
    expect(Math.abs(auc - 0.5)).toBeLessThan(bounds.auc)
  },
  60_000 + pairs * 200,
)
