import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Pool } from 'undici'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { pathOf, picture, upload } from '../files/support.ts'
import { frontendUrl, publicUrl } from '../support/app.ts'
import { TestClient } from '../support/client.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { startStandIn } from '../support/meilisearch-stand-in.ts'
import { newPerson } from '../support/people.ts'
import { startS3, type TestS3 } from '../support/s3.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

let database: TestDatabase
let meilisearch: Awaited<ReturnType<typeof startStandIn>>
let s3: TestS3
let dataDir: string
let env: Record<string, string>
let server: ServerProcess
beforeAll(async () => {
  await run('npm', ['run', 'build'], { cwd: root })
  ;[database, meilisearch, s3] = await Promise.all([createDatabase(inject('postgresUrl')), startStandIn(), startS3()])
  dataDir = mkdtempSync(join(tmpdir(), 'postern-build-'))
  env = {
    APP_ENV: 'test',
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    REDIS_URL: inject('redisUrl'),
    MEILISEARCH_URL: meilisearch.url,
    MEILISEARCH_API_KEY: meilisearch.apiKey ?? '',
    MEILISEARCH_SEARCH_API_KEY: meilisearch.searchApiKey ?? '',
    ...s3.env,
    // Redis and this machine's address are those of all the other tests.
    RATE_LIMITS: '1000',
    ARGON2_MEMORY_KIB: '8192',
    ARGON2_TIME_COST: '1',
  }
  server = await startServerProcess(env, join(root, 'dist/server/main.js'))
})
afterAll(async () => {
  await server.stop()
  await meilisearch.stop()
  await s3.stop()
  await database.drop()
  rmSync(dataDir, { recursive: true, force: true })
})

test('what npm run build makes finds all that is not in it: migrations, lists, pages, binaries, S3 [ST1]', async () => {
  const pool = new Pool(server.origin)
  const client = new TestClient(pool)
  // The inbox answers on this machine's own names alone.
  client.headers.host = new URL(server.origin).host
  const person = newPerson()
  const common = await client.post('/v0/auth/signup', { ...person, password: 'passwordpassword' })
  expect(common.code).toBe('general:validation_error')
  expect((await client.post('/v0/auth/signup', person)).status).toBe(202)
  expect((await client.post('/v0/auth/verify-email', { token: await newestToken(client, person.email) })).status).toBe(
    204,
  )
  expect((await client.post('/v0/auth/totp/setup')).body.qr_code_base64).toMatch(/^iVBOR/)
  const image = await upload(client, '/v0/user/me/profile-image', { bytes: await picture().png().toBuffer() })
  expect(image.status).toBe(201)
  expect((await client.get(pathOf(image))).status).toBe(200)
  expect((await client.get('/v0/search/users?query=person')).status).toBe(200)
  const pages = ['/docs', '/docs/errors', '/openapi.json', '/docs/guides/client', '/docs/assets/docs.js']
  for (const page of [...pages, '/dev/inbox', '/dev/inbox/assets/inbox.js', '/dev/inbox/assets/inbox.css'])
    expect([page, (await client.get(page)).status]).toEqual([page, 200])
  await pool.close()
})

test('its other programs are whole as well: doctor tries every port [ST1]', async () => {
  const { stdout } = await run(process.execPath, [join(root, 'dist/server/cli.js'), 'doctor'], { env, cwd: tmpdir() })
  expect(stdout.match(/^\S+ +[^:]+/gm)).toEqual(
    ['settings', 'PostgreSQL', 'keys', 'pictures', 'mails', 'Redis', 'Meilisearch', 'passkeys'].map(
      (name) => `fine     ${name}`,
    ),
  )
  const worker = run(process.execPath, [join(root, 'dist/server/worker.js')], { env: {}, cwd: tmpdir() })
  await expect(worker).rejects.toThrow(/WORKER_SECRET/)
})

const ofProduction = () => ({
  DATABASE_URL: database.url,
  DATA_DIR: dataDir,
  APP_ENV: 'production',
  PUBLIC_URL: publicUrl,
  FRONTEND_URL: frontendUrl,
  SMTP_URL: 'smtp://127.0.0.1:9',
  MAIL_FROM: 'no-reply@example.com',
  RATE_LIMITS: '100',
})

test('in production it does not start with digits that somebody knows [MC1]', async () => {
  const given = { ...ofProduction(), TEST_IDENTITIES: 'review@example.com:123456' }
  const start = run(process.execPath, [join(root, 'dist/server/main.js')], { env: given, cwd: tmpdir() })
  const says = /^TEST_IDENTITIES must not be set in production: [^\n]+\n$/
  await expect(start).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(says) })
})

test('in production nothing of the error lab is in it [EL5]', async () => {
  const production = await startServerProcess(ofProduction(), join(root, 'dist/server/main.js'))
  const force = { 'x-postern-force': 'system:database_error', cookie: 'dev_force=x' }
  const answers: unknown[] = []
  for (const [method, path] of [
    ['GET', '/dev/force'],
    ['POST', '/dev/force'],
    ['GET', '/dev/errors'],
    ['GET', '/v0/user/me'],
  ]) {
    const { status, headers } = await fetch(`${production.origin}${path}`, { method, headers: force } as RequestInit)
    answers.push([method, path, status, headers.get('x-postern-forced')])
  }
  await production.stop()
  expect(answers).toEqual([
    ['GET', '/dev/force', 404, null],
    ['POST', '/dev/force', 404, null],
    ['GET', '/dev/errors', 404, null],
    ['GET', '/v0/user/me', 401, null],
  ])
  const forced = await fetch(`${server.origin}/v0/user/me`, { headers: force })
  expect([forced.status, forced.headers.get('x-postern-forced')]).toEqual([500, '1'])
})

const newestToken = (client: TestClient, email: string): Promise<string> =>
  vi.waitFor(
    async () => {
      const { body } = await client.get(`/api/v1/search?query=to:${email}`)
      const [newest] = body.messages as { ID: string }[]
      const { body: mail } = await client.get(`/api/v1/message/${newest?.ID}`)
      return /token=(\S+)/.exec(String(mail.Text))?.[1] ?? Promise.reject(new Error('no link yet'))
    },
    { timeout: 10_000, interval: 50 },
  )
