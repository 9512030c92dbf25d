import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config/load-config.ts'
import { findOpenFiles } from '../../src/config/open-files.ts'
import { addEncryptionKey, initKeys, openKeyring } from '../../src/crypto/keyring.ts'
import { brandOf } from '../../src/mail/brand.ts'
import { smtpSender } from '../../src/mail/smtp.ts'
import { whoElseMay } from '../../src/process/file-privacy.ts'
import { listenForDeliveries } from '../../src/worker/worker-server.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { programFile } from '../support/programs.ts'
import { runAdmin, startServerProcess } from '../support/server-process.ts'

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

/** What others could do with the folder. */
const openings: readonly (readonly [what: string, act: () => void, says: RegExp])[] = [
  ['a folder of mode 0755', () => chmodSync(dir, 0o755), /keys is open to others \(mode 0755\): `chmod go= \/.*keys`/],
  ['a folder of mode 0710', () => chmodSync(dir, 0o710), /keys is open to others \(mode 0710\)/],
  [
    'a sealing key of mode 0644',
    () => chmodSync(keyFile('encryption-1.key'), 0o644),
    /encryption-1\.key is open .*0644/,
  ],
  ['a signing key for its group', () => chmodSync(keyFile('signing-2.key'), 0o640), /signing-2\.key is open .*0640/],
  ['a signing key for others alone', () => chmodSync(keyFile('signing-1.key'), 0o604), /signing-1\.key is open .*0604/],
  ...(process.geteuid?.() === 0
    ? ([
        ['a folder of another user', () => chownSync(dir, 4711, 0), /keys belongs to the user 4711: give it to/],
        [
          'a key of another user',
          () => chownSync(keyFile('encryption-1.key'), 4711, 0),
          /encryption-1\.key belongs to the user 4711: give it to/,
        ],
      ] as const)
    : []),
]

describe('keys that are open to others', () => {
  test.each(openings)(
    '%s: production refuses it, elsewhere start and doctor say so [AT16]',
    async (_what, act, says) => {
      act()
      for (const role of ['api', 'worker'] as const)
        expect(mistakes(role)).toEqual([expect.stringMatching(/^KEYS_DIR must be closed to others in production/)])
      expect(mistakes('api')[0]).toMatch(says)
      expect(mistakes('cli')).toEqual([])
      const elsewhere = { KEYS_DIR: dir }
      expect(findOpenFiles(elsewhere, loadConfig(elsewhere))).toEqual([expect.stringMatching(says)])
    },
  )

  test('start and doctor say it in the log and in a note; in production doctor fails [AT16]', async () => {
    chmodSync(dir, 0o755)
    const app = await startApp({ KEYS_DIR: dir })
    const note = await runAdmin(app, ['doctor'])
    expect([note.code, note.out]).toEqual([0, expect.stringMatching(/^note {5}A secret may be read: .*keys is open/m)])
    const failed = await runAdmin(app, ['doctor'], { ...production, DATABASE_URL: app.config.databaseUrl ?? '' })
    expect([failed.code, failed.out]).toEqual([1, expect.stringMatching(/^FAILED {3}keys: .*keys is open to others/m)])
    const server = await startServerProcess({ DATABASE_URL: app.config.databaseUrl ?? '', KEYS_DIR: dir })
    expect(server.output()).toMatch(/"level":40.*A secret may be read: .*keys is open to others/)
    await server.stop()
    await app.close()
  })

  test('a folder in which the first keys are made is closed [AT16]', () => {
    emptied()
    chmodSync(dir, 0o755)
    initKeys(dir)
    expect(mistakes('api')).toEqual([])
  })

  test.skipIf(process.geteuid?.() !== 0).each([
    ['signing-1.key', 0o400, undefined],
    ['signing-1.key', 0o440, undefined],
    ['signing-1.key', 0o444, /signing-1\.key is open .*: mount it with mode 0440 or less/],
    ['signing-1.key', 0o460, /signing-1\.key is open .*: mount it with mode 0440 or less/],
    ['.', 0o755, undefined],
    ['.', 0o1777, /others may put files into .*keys \(mode 0777\)/],
  ])('what is mounted is root’s and may be for the group of the server: %s of mode %o [AT16]', (name, mode, says) => {
    chmodSync(join(dir, name), mode)
    const said = whoElseMay(join(dir, name), name === '.' ? 'folder' : 'file', 4712)
    expect(said).toEqual(says && expect.stringMatching(says))
  })

  test('a folder above that others may write is as bad [AT16]', () => {
    const says = /others may put another in the place of .*keys, as they may write /
    const elsewhere = { KEYS_DIR: dir }
    for (const mode of [0o777, 0o775, 0o702]) {
      chmodSync(dirname(dir), mode)
      expect(mistakes('api')).toEqual([expect.stringMatching(/^KEYS_DIR must be closed to others in production/)])
      expect(mistakes('api')[0]).toMatch(says)
      expect(findOpenFiles(elsewhere, loadConfig(elsewhere))).toEqual([expect.stringMatching(says)])
    }
    for (const mode of [0o1777, 0o755, 0o700]) {
      chmodSync(dirname(dir), mode)
      expect(mistakes('api')).toEqual([])
    }
  })

  test.skipIf(process.geteuid?.() !== 0)(
    'at work no key is taken that others put there or may write [AT16]',
    async () => {
      const keyring = openKeyring(dir, { create: false, ownOnly: true })
      addEncryptionKey(dir)
      const newer = keyFile('encryption-2.key')
      const expectSealing = (id: number) => vi.waitFor(() => expect(keyring.getSealingKey().id).toBe(id), 5000)
      chownSync(newer, 4711, 0)
      expect(keyring.getSealingKey().id).toBe(1)
      chownSync(newer, 0, 0)
      await expectSealing(2)
      chmodSync(newer, 0o602)
      await expectSealing(1)
    },
  )

  test('other files with secrets are warned of: .env, and what NAME_FILE names [AT16]', () => {
    const file = join(home, 'token')
    writeFileSync(file, production.WORKER_SECRET, { mode: 0o644 })
    const env = { WORKER_SECRET_FILE: file, KEYS_DIR: dir }
    expect(findOpenFiles(env, loadConfig(env))).toEqual([
      expect.stringContaining(`${file} is open to others (mode 0644)`),
    ])
    chmodSync(file, 0o600)
    expect(findOpenFiles(env, loadConfig(env))).toEqual([])
    const before = process.cwd()
    writeFileSync(join(home, '.env'), '', { mode: 0o644 })
    process.chdir(home)
    try {
      expect(findOpenFiles(env, loadConfig(env))).toEqual([
        expect.stringContaining('.env is open to others (mode 0644)'),
      ])
    } finally {
      process.chdir(before)
    }
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
  const mailFrom = 'no-reply@example.com'
  const smtp = smtpSender({ url: 'smtp://127.0.0.1:1', from: mailFrom, deadlineMs: 1000 })
  const deps = { ...own.deps, smtp, mailFrom, brand: brandOf(own.config) }
  const worker = await listenForDeliveries(deps, {
    host: '127.0.0.1',
    port: 0,
    secret,
    turns: (_network, work) => work(),
  })
  const ready = async () => (await fetch(`${worker.url}/health/ready`)).status
  expect(await ready()).toBe(204)
  const aside = join(home, 'aside')
  renameSync(own.config.keysDir, aside)
  await vi.waitFor(async () => expect(await ready()).toBe(503), { timeout: 5000 })
  const asking = await startApp({ WORKER_URL: worker.url, WORKER_SECRET: secret, SMTP_URL: production.SMTP_URL })
  const { status, body } = await asking.client().get('/health/ready')
  expect([status, body]).toEqual([
    200,
    { status: 'degraded', checks: { postgres: 'up', keys: 'up', worker: 'down', mail: 'down', pictures: 'up' } },
  ])
  const { out } = await runAdmin(asking, ['doctor'], { WORKER_URL: worker.url, WORKER_SECRET: secret })
  expect(out).toMatch(/^FAILED {3}worker: it cannot read the keys/m)
  renameSync(aside, own.config.keysDir)
  await vi.waitFor(async () => expect(await ready()).toBe(204), { timeout: 5000 })
  await worker.close()
  await Promise.all([own.close(), asking.close()])
})
