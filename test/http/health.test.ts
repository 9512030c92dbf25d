import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { runStatement } from '../support/database.ts'
import { startOwnRedis } from '../support/redis.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp({ RATE_LIMITS: '0.001', TRUSTED_PROXIES: '127.0.0.1' })
})
afterAll(() => app.close())

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

test('GET /health/ready is degraded, yet 200, without the worker', async () => {
  const alone = await startApp({
    WORKER_URL: 'http://127.0.0.1:1',
    WORKER_SECRET: 'w'.repeat(40),
    SMTP_URL: 'smtp://127.0.0.1:1',
  })
  const { status, body } = await alone.client().get('/health/ready')
  expect([status, body]).toEqual([
    200,
    { status: 'degraded', checks: { postgres: 'up', keys: 'up', worker: 'down', pictures: 'up' } },
  ])
  expect((await alone.client().get('/health/live')).status).toBe(204)
  await alone.close()
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

test('GET /health/ready is 503 on a database without the tables [AT23]', async () => {
  const bare = await startApp()
  await bare.sql('alter table users rename to elsewhere')
  expect((await bare.client().get('/health/ready')).status).toBe(503)
  await bare.sql('alter table elsewhere rename to users')
  expect((await bare.client().get('/health/ready')).status).toBe(200)
  await bare.close()
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
