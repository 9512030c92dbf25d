import { execFile } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, onTestFinished, test, vi } from 'vitest'
import { sealedColumns } from '../../src/accounts/all-rows.ts'
import { addEncryptionKey } from '../../src/crypto/keyring.ts'
import { reseal } from '../../src/db/reseal.ts'
import { startApp, useApp } from '../support/app.ts'
import { runStatement } from '../support/database.ts'
import { openNarrowServer } from '../support/narrow-mail-server.ts'
import { signedUp, signUp } from '../support/people.ts'
import { openRangeService } from '../support/range-service.ts'
import { startOwnRedis } from '../support/redis.ts'

const app = useApp({ RATE_LIMITS: '0.001', TRUSTED_PROXIES: '127.0.0.1' })

test.each(['/health-check', '/health/live'])('GET %s is 204 and empty, and nothing guards it', async (url) => {
  const headers = { 'x-forwarded-for': 'junk', cookie: '__Host-session_id=junk', 'sec-fetch-site': 'cross-site' }
  for (let time = 0; time < 3; time++) {
    const answer = await app.app.inject({ url, headers })
    expect([answer.statusCode, answer.body]).toEqual([204, ''])
    expect(answer.headers).not.toHaveProperty('ratelimit')
    expect(answer.headers).not.toHaveProperty('set-cookie')
  }
})

test('GET /health/ready says what is there', async () => {
  for (let time = 0; time < 3; time++) {
    const { status, body } = await app.client().get('/health/ready', { headers: { 'x-forwarded-for': 'junk' } })
    expect([status, body]).toEqual([
      200,
      { status: 'up', checks: { postgres: 'up', keys: 'up', worker: 'up', pictures: 'up' } },
    ])
  }
})

test('GET /health/ready looks once for all who ask at the same moment: no stranger takes the connections [AT2 AT23]', async () => {
  let taken = 0
  const count = () => {
    taken += 1
  }
  app.deps.pool.on('acquire', count)
  onTestFinished(() => void app.deps.pool.off('acquire', count))
  const answers = await Promise.all(Array.from({ length: 200 }, () => app.app.inject('/health/ready')))
  expect(answers.filter(({ statusCode }) => statusCode !== 200)).toEqual([])
  expect(taken).toBeGreaterThan(0)
  expect(taken).toBeLessThan(50)
})

test('GET /health/ready is degraded, yet 200, without the worker', async () => {
  const alone = await startApp({
    WORKER_URL: 'http://127.0.0.1:1',
    WORKER_SECRET: 'w'.repeat(40),
    SMTP_URL: 'smtp://127.0.0.1:1',
  })
  const { status, body } = await alone.client().get('/health/ready')
  expect([status, body]).toEqual([
    200,
    { status: 'degraded', checks: { postgres: 'up', keys: 'up', worker: 'down', mail: 'down', pictures: 'up' } },
  ])
  expect((await alone.client().get('/health/live')).status).toBe(204)
  await alone.close()
})

test('GET /health/ready is degraded, yet 200, while no password can be looked up, also before the first is [AT23]', async () => {
  const service = await openRangeService()
  await service.stop()
  const required = await startApp({
    BREACHED_PASSWORDS_URL: service.url.replace(/\/$/, ''),
    BREACHED_PASSWORDS_REQUIRED: 'on',
  })
  onTestFinished(() => required.close())
  const report = async () => (await required.client().get('/health/ready')).body
  expect(await report()).toMatchObject({ status: 'degraded', checks: { breached_passwords: 'down' } })
  await service.start()
  onTestFinished(() => service.stop())
  await signUp(required)
  expect(await report()).toMatchObject({ status: 'up', checks: { breached_passwords: 'up' } })
})

test('GET /health/ready is degraded, yet 200, while Redis is away [FT4]', async () => {
  const redis = await startOwnRedis()
  onTestFinished(() => redis.stop())
  const limited = await startApp({ REDIS_URL: redis.url })
  onTestFinished(() => limited.close())
  const expectReport = (status: string, state: string) =>
    vi.waitFor(async () => {
      const answer = await limited.client().get('/health/ready')
      expect(answer.status).toBe(200)
      expect(answer.body).toEqual({
        status,
        checks: { postgres: 'up', keys: 'up', worker: 'up', pictures: 'up', redis: state },
      })
    }, 10_000)
  await expectReport('up', 'up')
  await redis.kill()
  await expectReport('degraded', 'down')
  await redis.start()
  await expectReport('up', 'up')
})

test('GET /health/ready is degraded, yet 200, while the folder of the pictures takes none [AT23]', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-files-'))
  const full = await startApp({ FILE_STORE_URL: `file:${folder}/files` })
  const expectReport = async (status: string, pictures: string) => {
    const answer = await full.client().get('/health/ready')
    expect([answer.status, answer.body]).toMatchObject([200, { status, checks: { pictures } }])
  }
  await expectReport('up', 'up')
  rmSync(join(folder, 'files'), { recursive: true })
  writeFileSync(join(folder, 'files'), 'no folder')
  await expectReport('degraded', 'down')
  rmSync(join(folder, 'files'))
  await expectReport('up', 'up')
  await full.close()
  rmSync(folder, { recursive: true })
})

test('GET /health/ready is 503 on a database without a table or a column that is needed [AT23]', async () => {
  const bare = await startApp()
  onTestFinished(() => bare.close())
  const ready = async () => (await bare.client().get('/health/ready')).status
  for (const table of ['users', 'sessions', 'mails', 'rate_counters', 'security_events', 'webhooks']) {
    await bare.sql(`alter table ${table} rename to elsewhere`)
    expect([table, await ready()]).toEqual([table, 503])
    await bare.sql(`alter table elsewhere rename to ${table}`)
  }
  // As before the newest migrations.
  await bare.sql('alter table totp_secrets rename is_vouched_for to of_tomorrow')
  expect(await ready()).toBe(503)
  await bare.sql('alter table totp_secrets rename of_tomorrow to is_vouched_for')
  await bare.sql('alter table users add of_tomorrow text')
  expect(await ready()).toBe(200)
})

test('GET /health/ready is degraded, yet 200, while the mail server is away [AT23]', async () => {
  const narrow = await openNarrowServer({ at: 'greeting', says: '421 too many connections' }, 0)
  onTestFinished(() => narrow.close())
  const reportOf = async (SMTP_URL: string) => {
    const mailing = await startApp({ SMTP_URL })
    onTestFinished(() => mailing.close())
    const { status, body } = await mailing.client().get('/health/ready')
    return [status, body]
  }
  expect(await reportOf('smtp://127.0.0.1:1')).toMatchObject([200, { status: 'degraded', checks: { mail: 'down' } }])
  expect(await reportOf(narrow.url)).toMatchObject([200, { status: 'up', checks: { mail: 'up' } }])
})

test('GET /health/ready is 503 while an encryption key is gone by which something is sealed [AT23]', async () => {
  const keyed = await startApp()
  onTestFinished(() => keyed.close())
  const { keysDir } = keyed.config
  const expectReady = (status: number, keys: string) =>
    vi.waitFor(async () => {
      const answer = await keyed.client().get('/health/ready')
      expect([answer.status, answer.body]).toMatchObject([status, { checks: { keys } }])
    }, 5000)
  const { client } = await signedUp(keyed)
  expect((await client.post('/v0/auth/totp/setup')).status).toBe(200)
  addEncryptionKey(keysDir)
  await expectReady(200, 'up')
  const [key, hidden] = [join(keysDir, 'encryption-1.key'), join(keysDir, 'hidden')]
  renameSync(key, hidden)
  await expectReady(503, 'down')
  renameSync(hidden, key)
  await expectReady(200, 'up')
  expect(await reseal(keyed.deps.db, keyed.deps.keyring, sealedColumns)).toBe(1)
  // Nothing needs it any more.
  renameSync(key, hidden)
  await vi.waitFor(() => expect(keyed.deps.keyring.encryptionKeys()).toHaveLength(1), 5000)
  await expectReady(200, 'up')
})

test('GET /health/ready is 503, and no error, while PostgreSQL is away; then 200 again [FT1]', async () => {
  const cut = await startApp()
  const name = new URL(cut.config.databaseUrl ?? '').pathname.slice(1)
  const server = inject('postgresUrl')
  await runStatement(server, `alter database ${name} allow_connections false`)
  await runStatement(server, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)
  const { status, body, headers } = await cut.client().get('/health/ready')
  expect([status, body]).toEqual([
    503,
    { status: 'down', checks: { postgres: 'down', keys: 'up', worker: 'up', pictures: 'up' } },
  ])
  expect(headers).not.toHaveProperty('x-error-code')
  expect((await cut.client().get('/health/live')).status).toBe(204)
  expect((await cut.client().get('/health-check')).status).toBe(204)

  await runStatement(server, `alter database ${name} allow_connections true`)
  await vi.waitFor(async () => expect((await cut.client().get('/health/ready')).status).toBe(200), { timeout: 10_000 })
  await cut.close()
})

test('GET /health/ready is 503 on a PostgreSQL that takes no writes, such as a standby [AT23]', async () => {
  const standby = await startApp()
  onTestFinished(() => standby.close())
  const ready = async () => (await standby.client().get('/health/ready')).status
  const name = new URL(standby.config.databaseUrl ?? '').pathname.slice(1)
  const others = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()'
  const turn = async (state: 'on' | 'off') => {
    const admin = inject('postgresUrl')
    await runStatement(admin, `alter database "${name}" set default_transaction_read_only = ${state}`)
    await runStatement(admin, others.replace('$1', `'${name}'`))
  }
  expect(await ready()).toBe(200)
  await turn('on')
  await vi.waitFor(async () => expect(await ready()).toBe(503), { timeout: 10_000 })
  await turn('off')
  await vi.waitFor(async () => expect(await ready()).toBe(200), { timeout: 10_000 })
})

test('the check of the image says the same, and costs less than 20 ms of processor', async () => {
  const script = join(import.meta.dirname, '../../docker/ready.sh')
  const own = await startApp()
  const port = String((own.app.server.address() as AddressInfo).port)
  const check = (at: string) => promisify(execFile)('bash', [script, at])
  await check(port)
  const times = `for round in {1..20}; do bash ${script} ${port} || exit 1; done; times`
  const { stdout } = await promisify(execFile)('bash', ['-c', times])
  // Of the children: 0m0.061s 0m0.042s.
  const seconds =
    stdout
      .trim()
      .split('\n')[1]
      ?.match(/[\d.]+(?=s)/g)
      ?.map(Number) ?? []
  expect(seconds).toHaveLength(2)
  expect(((seconds[0] ?? 1) + (seconds[1] ?? 1)) / 20).toBeLessThan(0.02)
  // Without its keys it answers 503.
  renameSync(own.config.keysDir, `${own.config.keysDir}-gone`)
  await vi.waitFor(() => expect(check(port)).rejects.toThrow(), { timeout: 5000 })
  await own.close()
  await expect(check(port)).rejects.toThrow()
})
