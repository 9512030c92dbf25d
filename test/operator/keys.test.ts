import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config.ts'
import { initKeys } from '../../src/crypto/keyring.ts'
import { listenForDeliveries } from '../../src/mail/worker-server.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { programFile } from '../support/programs.ts'
import { runAdmin } from '../support/server-process.ts'

const home = mkdtempSync(join(tmpdir(), 'postern-keys-'))
const whole = join(home, 'whole')
const dir = join(home, 'keys')
initKeys(whole)
afterAll(() => rmSync(home, { recursive: true, force: true }))

const production = {
  APP_ENV: 'production',
  PUBLIC_URL: 'https://auth.example.com',
  FRONTEND_URL: 'https://app.example.com',
  DATABASE_URL: 'postgres://postern:qN4vX8@127.0.0.1:1/postern',
  SMTP_URL: 'smtp://127.0.0.1:1',
  MAIL_FROM: 'no-reply@example.com',
  WORKER_SECRET: 'k3J9vQ-x81mZpL0aT5cW7nR2yB6dF4hG',
  KEYS_DIR: dir,
}

const keyFile = (name: string) => join(dir, name)
const damageTo = (name: string, change: (content: string) => string) => () =>
  writeFileSync(keyFile(name), change(readFileSync(keyFile(name), 'utf8')))

function becomeFolder(name: string): void {
  rmSync(keyFile(name))
  mkdirSync(keyFile(name))
}

/** What can have become of the folder, and what is said of it. */
const damages: readonly (readonly [what: string, act: () => void, says: RegExp])[] = [
  ['no folder', () => rmSync(dir, { recursive: true }), /There is no folder /],
  ['an empty folder', () => emptied(), /no encryption key in .*; There is no signing key in /],
  ['no sealing key', () => rmSync(keyFile('encryption-1.key')), /There is no encryption key in /],
  [
    'no signing key',
    () => ['signing-1.key', 'signing-2.key'].map((name) => rmSync(keyFile(name))),
    /There is no signing key in /,
  ],
  [
    'a sealing key of half its size',
    damageTo('encryption-1.key', (key) => key.slice(0, 22)),
    /encryption-1\.key holds no/,
  ],
  [
    'a sealing key with a byte of rubbish',
    damageTo('encryption-1.key', (key) => `\x01${key}`),
    /encryption-1\.key holds no/,
  ],
  ['an empty sealing key', damageTo('encryption-1.key', () => ''), /encryption-1\.key holds no key/],
  ['half a signing key', damageTo('signing-1.key', (key) => key.slice(0, 60)), /signing-1\.key holds no key/],
  [
    'a signing key whose halves do not fit',
    damageTo('signing-1.key', (key) => key.replace(/"d":"../, '"d":"__')),
    /signing-1\.key holds no key/,
  ],
  [
    'a sealing key that cannot be read',
    () => becomeFolder('encryption-1.key'),
    /encryption-1\.key cannot be read \(EISDIR\)/,
  ],
  [
    'a signing key that cannot be read',
    () => becomeFolder('signing-1.key'),
    /signing-1\.key cannot be read \(EISDIR\)/,
  ],
]

function emptied(): void {
  rmSync(dir, { recursive: true })
  mkdirSync(dir)
}

function restore(): void {
  rmSync(dir, { recursive: true, force: true })
  cpSync(whole, dir, { recursive: true, preserveTimestamps: true })
}

beforeEach(restore)

function mistakes(role: 'api' | 'worker' | 'cli'): readonly string[] {
  try {
    loadConfig(production, role)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('in production', () => {
  test.each(damages)('with %s neither API nor worker starts; commands do, to make them [AT23]', (_what, act, says) => {
    for (const role of ['api', 'worker'] as const) expect(mistakes(role)).toEqual([])
    act()
    for (const role of ['api', 'worker'] as const) {
      expect(mistakes(role)).toEqual([expect.stringMatching(says)])
      expect(mistakes(role)[0]).toMatch(/^KEYS_DIR must .*`npm run admin -- keys init`/)
    }
    expect(mistakes('cli')).toEqual([])
  })

  test.each(['main', 'worker'] as const)('%s says so in its one report, and ends [AT23]', async (name) => {
    emptied()
    const env = { PATH: process.env.PATH, ...production, MAIL_FROM: 'nobody' }
    const child = spawn(process.execPath, [programFile(name)], { env, cwd: tmpdir() })
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
    expect(code).toBe(1)
    expect(said).toMatch(/^KEYS_DIR must hold keys in production: .*keys init.*\nMAIL_FROM must be .*\n$/)
  })
})

describe('a running server', () => {
  let app: TestApp
  beforeAll(async () => {
    restore()
    app = await startApp({ KEYS_DIR: dir })
  })
  afterAll(() => app.close())

  const isReady = async () => {
    const { status, body } = await app.client().get('/health/ready')
    const { keys } = body.checks as { keys?: string }
    return [status, body.status, keys]
  }

  test.each(damages.filter(([what]) => /^(no|half|a sealing key that)/.test(what)))(
    'with %s: GET /health/ready is 503, doctor fails, and both are well again once it is back [AT23]',
    async (_what, act, says) => {
      await vi.waitFor(async () => expect(await isReady()).toEqual([200, 'up', 'up']), { timeout: 5000 })
      act()
      await vi.waitFor(async () => expect(await isReady()).toEqual([503, 'down', 'down']), { timeout: 5000 })
      expect((await app.client().get('/health/live')).status).toBe(204)
      const { code, out } = await runAdmin(app, ['doctor'])
      expect([code, out]).toEqual([1, expect.stringMatching(says)])
      restore()
      await vi.waitFor(async () => expect(await isReady()).toEqual([200, 'up', 'up']), { timeout: 5000 })
    },
  )
})

test('GET /health/ready of a worker is 503 without keys, and the API that asks it is degraded [AT23]', async () => {
  const own = await startApp()
  const secret = production.WORKER_SECRET
  const deps = { ...own.deps, smtp: undefined as never, mailFrom: '' }
  const worker = await listenForDeliveries(deps, { host: '127.0.0.1', port: 0, secret })
  const ready = async () => (await fetch(`${worker.url}/health/ready`)).status
  expect(await ready()).toBe(204)
  const aside = join(home, 'aside')
  renameSync(own.config.keysDir, aside)
  await vi.waitFor(async () => expect(await ready()).toBe(503), { timeout: 5000 })
  const asking = await startApp({ WORKER_URL: worker.url, WORKER_SECRET: secret, SMTP_URL: production.SMTP_URL })
  const { status, body } = await asking.client().get('/health/ready')
  expect([status, body]).toEqual([200, { status: 'degraded', checks: { postgres: 'up', keys: 'up', worker: 'down' } }])
  const { out } = await runAdmin(asking, ['doctor'], { WORKER_URL: worker.url, WORKER_SECRET: secret })
  expect(out).toMatch(/^FAILED {3}worker: it cannot read the keys/m)
  renameSync(aside, own.config.keysDir)
  await vi.waitFor(async () => expect(await ready()).toBe(204), { timeout: 5000 })
  await worker.close()
  await Promise.all([own.close(), asking.close()])
})
