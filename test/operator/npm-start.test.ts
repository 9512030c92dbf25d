import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'

const root = join(import.meta.dirname, '../..')

let database: TestDatabase
let dataDir: string
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  dataDir = mkdtempSync(join(tmpdir(), 'postern-npm-'))
})
afterAll(async () => {
  await database.drop()
  rmSync(dataDir, { recursive: true, force: true })
})

test('the signal that ends `npm start` reaches the server, which closes and leaves its port [FD61]', async () => {
  const port = await freePort()
  const npm = spawn('npm', ['start'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: dataDir,
      NODE_COMPILE_CACHE: join(tmpdir(), 'postern-compile-cache'),
      APP_ENV: 'test',
      PORT: String(port),
      DATABASE_URL: database.url,
      DATA_DIR: dataDir,
    },
  })
  let text = ''
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk) => (text += String(chunk)))
  // Not before the server too has let go of its output.
  const ended = once(npm, 'close')
  const origin = `http://127.0.0.1:${port}`
  await vi.waitFor(async () => expect((await fetch(`${origin}/health/ready`)).status).toBe(200), {
    timeout: 30_000,
    interval: 100,
  })
  npm.kill('SIGTERM')
  await ended
  expect(text).toMatch(/"signal":"SIGTERM","msg":"closing"/)
  await expect(fetch(`${origin}/health/live`)).rejects.toThrow('fetch failed')
})
