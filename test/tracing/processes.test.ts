import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { newPerson } from '../support/people.ts'
import { programFile, sourceFile } from '../support/programs.ts'
import { startServerProcess } from '../support/server-process.ts'

let home: string
let database: TestDatabase
let receiver: OtlpReceiver
let env: Record<string, string>
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'postern-traced-'))
  database = await createDatabase(inject('postgresUrl'))
  receiver = await startOtlpReceiver()
  env = { DATABASE_URL: database.url, DATA_DIR: home, ARGON2_MEMORY_KIB: '8192', ARGON2_TIME_COST: '1' }
})
afterEach(async () => {
  await receiver.stop()
  await database.drop()
  rmSync(home, { recursive: true, force: true })
})

/** Tells which packages of OpenTelemetry a process loads. */
const watch = `import { registerHooks } from 'node:module'
registerHooks({ load(url, context, next) {
  const [, name] = /node_modules\\/(@opentelemetry\\/[^/]+)/.exec(url) ?? []
  if (name) process.stderr.write('loads ' + name + '\\n')
  return next(url, context)
} })`
const watched = { NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(watch).toString('base64')}` }
const loadedBy = (output: string) => [...new Set([...output.matchAll(/loads (\S+)/g)].map(([, name]) => name))].sort()

test('without an endpoint nothing of it is loaded; with one its spans are sent before the process ends', async () => {
  const without = await startServerProcess({ ...env, ...watched }, sourceFile('main'))
  await fetch(`${without.origin}/v0/errors`)
  await without.stop()
  // The job queue and the metrics bring the empty interface.
  expect(loadedBy(without.output())).toEqual(['@opentelemetry/api'])

  const server = await startServerProcess(
    {
      ...env,
      ...watched,
      LOG_LEVEL: 'info',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20of-the-collector',
      OTEL_SERVICE_NAME: 'sign-in',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging',
    },
    sourceFile('main'),
  )
  const reply = await fetch(`${server.origin}/v0/users/handle/somebody/available`)
  const requestId = reply.headers.get('x-request-id') ?? ''
  await server.stop()
  const span = receiver.spans.find(({ attributes }) => attributes['postern.request_id'] === requestId)
  expect(span?.name).toBe('GET /v0/users/handle/:handle/available')
  expect(span?.resource).toMatchObject({
    'service.name': 'sign-in',
    'deployment.environment.name': 'staging',
  })
  expect(receiver.headers[0]?.authorization).toBe('Bearer of-the-collector')
  const line = server
    .output()
    .split('\n')
    .find((text) => text.includes(requestId))
  expect(JSON.parse(line ?? '{}')).toMatchObject({
    trace_id: span?.traceId,
    route: '/v0/users/handle/:handle/available',
  })
  expect(loadedBy(server.output())).toContain('@opentelemetry/sdk-trace')
})

test('a trace goes on in the process of the worker', async () => {
  const port = await freePort()
  const WORKER_SECRET = randomBytes(32).toString('hex')
  const traced = { ...env, WORKER_SECRET, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }
  const worker = spawn(process.execPath, [programFile('worker')], {
    env: {
      PATH: process.env.PATH ?? '',
      APP_ENV: 'test',
      ...traced,
      WORKER_PORT: String(port),
      SMTP_URL: 'smtp://127.0.0.1:1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(worker.stdout, 'data')
  const server = await startServerProcess({ ...traced, WORKER_URL: `http://127.0.0.1:${port}` })
  const reply = await fetch(`${server.origin}/v0/auth/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(newPerson()),
  })
  expect(reply.status).toBe(502)
  const ended = once(worker, 'exit')
  worker.kill('SIGTERM')
  await Promise.all([ended, server.stop()])

  const find = (name: string) => receiver.spans.find((span) => span.name === name)
  const request = find('POST /v0/auth/signup')
  expect(request?.attributes).toMatchObject({
    'http.response.status_code': 502,
    'error.type': 'worker:verification_email_send_failed',
  })
  const asked = find('POST')
  const delivery = find('POST /deliveries/{id}')
  const smtp = find('SMTP')
  expect(asked?.parentSpanId).toBe(request?.spanId)
  expect(delivery).toMatchObject({ traceId: request?.traceId, parentSpanId: asked?.spanId })
  expect(delivery?.attributes).toMatchObject({ 'error.type': 'failed' })
  expect(delivery?.resource['service.instance.id']).not.toBe(request?.resource['service.instance.id'])
  expect(smtp).toMatchObject({ traceId: request?.traceId, parentSpanId: delivery?.spanId })
  expect(smtp?.attributes).toEqual({ 'server.address': '127.0.0.1', 'server.port': 1, 'error.type': 'ESOCKET' })
})
