import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { freePort } from '../support/free-port.ts'
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { mailedToken, newPerson, signedUp } from '../support/people.ts'

const server = 2
const failed = 2

let receiver: OtlpReceiver
let app: TestApp
beforeAll(async () => {
  receiver = await startOtlpReceiver()
  app = await startApp({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
})
afterAll(async () => {
  await app.close()
  await receiver.stop()
})
beforeEach(() => {
  receiver.spans.length = 0
})

/** The span of the request that was sent with that id, once it has arrived; with it have those below it. */
const spanOf = (requestId: string): Promise<ReceivedSpan> =>
  vi.waitFor(
    () => {
      const found = receiver.spans.find(({ attributes }) => attributes['postern.request_id'] === requestId)
      if (found === undefined) throw new Error(`no span of ${requestId} arrived`)
      return found
    },
    { timeout: 10_000, interval: 50 },
  )

const below = (parent: ReceivedSpan): ReceivedSpan[] =>
  receiver.spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId)
const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const found = spans.find((span) => span.name === name)
  if (found === undefined) throw new Error(`${name} is not among ${spans.map((span) => span.name).join(', ')}`)
  return found
}
const withId = (id: string, more: Record<string, string> = {}) => ({ headers: { 'x-request-id': id, ...more } })

describe('a request', () => {
  test('is one span with the pattern of its route, and nothing of its URL, headers or client [LG1]', async () => {
    const { status } = await app.client().get('/v0/users/handle/some_body/available', withId('one'))
    expect(status).toBe(200)
    const { name, kind, attributes, parentSpanId, status: outcome, resource } = await spanOf('one')
    expect({ name, kind, parentSpanId, outcome }).toEqual({
      name: 'GET /v0/users/handle/:handle/available',
      kind: server,
      parentSpanId: undefined,
      outcome: { code: 0 },
    })
    expect(attributes).toEqual({
      'server.address': 'auth.example.com',
      'url.scheme': 'https',
      'http.request.method': 'GET',
      'http.route': '/v0/users/handle/:handle/available',
      'http.response.status_code': 200,
      'postern.request_id': 'one',
    })
    expect(resource).toMatchObject({ 'service.name': 'postern', 'service.version': expect.any(String) })
  })

  test('that is refused has the code of the catalogue, and is no failure of the server', async () => {
    await app.client().post('/v0/auth/verify-email', { token: 'pot_nonsense' }, withId('refused'))
    const { name, attributes, status } = await spanOf('refused')
    expect({ name, status }).toEqual({ name: 'POST /v0/auth/verify-email', status: { code: 0 } })
    expect(attributes).toMatchObject({ 'http.response.status_code': 400, 'error.type': 'token:invalid_verification' })
  })

  test('without a route shows nothing of its path [LG1]', async () => {
    await app.client().get('/nowhere/secret-path?x=secret-query', withId('nowhere'))
    const { name, attributes } = await spanOf('nowhere')
    expect(name).toBe('GET')
    expect(attributes).toMatchObject({ 'http.response.status_code': 404, 'error.type': 'system:not_found' })
    expect(attributes).not.toHaveProperty('http.route')
    expect(JSON.stringify(receiver.spans)).not.toContain('secret-')
  })

  test('of a health check is none', async () => {
    await app.client().get('/health/ready', withId('probe'))
    await app.client().get('/v0/errors', withId('after'))
    await spanOf('after')
    expect(receiver.spans.map(({ attributes }) => attributes['postern.request_id'])).not.toContain('probe')
  })
})

describe('what a request does', () => {
  test('is below it: statements, the wait for a hash, the hash, the worker and its mail', async () => {
    const person = newPerson()
    const { status } = await app.client().post('/v0/auth/signup', person, withId('sign-up'))
    expect(status).toBe(202)
    const root = await spanOf('sign-up')
    const children = below(root)
    expect(new Set(receiver.spans.map(({ traceId }) => traceId))).toEqual(new Set([root.traceId]))
    for (const name of ['wait for a turn', 'hash', 'wait for a connection', 'BEGIN', 'INSERT sign_ups', 'COMMIT'])
      expect(named(children, name).status).toEqual({ code: 0 })
    expect(named(children, 'INSERT sign_ups').attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.operation.name': 'INSERT',
      'db.collection.name': 'sign_ups',
    })
    const asked = named(children, 'POST')
    expect(asked.attributes).toEqual({
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': expect.any(Number),
    })
    const delivery = named(below(asked), 'POST /deliveries/{id}')
    expect(delivery.kind).toBe(server)
    expect(below(delivery).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['SELECT mails', 'SMTP', 'UPDATE mails']),
    )
  })

  test('no span holds what somebody sent or was given: password, token, cookie, address, name [LG1]', async () => {
    const { person, client } = await signedUp(app)
    const token = await mailedToken(app, person.email)
    await client.post('/v0/auth/reauthenticate', { password: `${person.password}!` })
    await client.send('PATCH', '/v0/user/me', { body: { display_name: "Robert'); drop table users" } })
    await client.get('/v0/user/me', withId('me'))
    await spanOf('me')
    const text = JSON.stringify(receiver.spans)
    const secrets = [person.email, person.handle, person.password, token, ...client.cookies.values(), 'Robert']
    for (const secret of secrets) expect(text.includes(secret), secret).toBe(false)
    expect(receiver.spans.length).toBeGreaterThan(20)
  })

  test('what another server did not do fails with its reason, by its host alone [LG1]', async () => {
    const port = await freePort()
    const other = await startApp({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      TURNSTILE_SECRET: 'bot-check-secret',
      TURNSTILE_VERIFY_URL: `http://127.0.0.1:${port}/secret-path`,
    })
    await other.client().post('/v0/auth/signup', newPerson(), withId('bot', { 'x-turnstile-token': 'a-token' }))
    const root = await spanOf('bot')
    expect(root.status).toEqual({ code: failed })
    expect(root.attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': 'turnstile:service_error' })
    const asked = named(below(root), 'POST')
    expect(asked.status).toEqual({ code: failed })
    expect(asked.attributes).toEqual({
      'http.request.method': 'POST',
      'server.address': '127.0.0.1',
      'server.port': port,
      'error.type': 'ECONNREFUSED',
    })
    expect(JSON.stringify(receiver.spans)).not.toContain('secret')
    await other.close()
  })

  test('a job is a trace of its own', async () => {
    const { person, client } = await signedUp(app)
    const wish = { password: person.password, new_email: newPerson().email }
    const { status } = await client.post('/v0/auth/change-email', wish, withId('change'))
    expect(status).toBe(204)
    const { traceId } = await spanOf('change')
    // Jobs that come late find their mail sent.
    const hasSent = (span: ReceivedSpan) =>
      span.name === 'job deliver-mail' && below(span).some(({ name }) => name === 'SMTP')
    await expect.poll(() => receiver.spans.some(hasSent), { timeout: 15_000, interval: 50 }).toBe(true)
    const job = receiver.spans.find(hasSent)
    expect(job?.parentSpanId).toBeUndefined()
    expect(job?.traceId).not.toBe(traceId)
  })
})

describe('traceparent', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const parentSpanId = '00f067aa0ba902b7'

  test('of a trusted proxy is gone on with', async () => {
    await app.client().get('/v0/errors', withId('on', { traceparent: `00-${traceId}-${parentSpanId}-01` }))
    expect(await spanOf('on')).toMatchObject({ traceId, parentSpanId })
  })

  test('of a trusted proxy that keeps no trace of it leaves none here', async () => {
    await app.client().get('/v0/errors', withId('off', { traceparent: `00-${traceId}-${parentSpanId}-00` }))
    await app.client().get('/v0/errors', withId('next'))
    await spanOf('next')
    expect(receiver.spans.map(({ attributes }) => attributes['postern.request_id'])).not.toContain('off')
    expect(JSON.stringify(receiver.spans)).not.toContain(traceId)
  })

  test('that is none is passed over', async () => {
    const sent = [
      `00-${'0'.repeat(32)}-${parentSpanId}-01`,
      `00-${traceId}-${'0'.repeat(16)}-01`,
      `ff-${traceId}-${parentSpanId}-01`,
      `00-${traceId.toUpperCase()}-${parentSpanId}-01`,
      `00-${traceId}-${parentSpanId}-01-more`,
      'nonsense',
    ]
    const client = app.client()
    for (const [index, traceparent] of sent.entries())
      await client.get('/v0/errors', withId(`none-${index}`, { traceparent }))
    for (const index of sent.keys()) {
      const span = await spanOf(`none-${index}`)
      expect([sent[index], span.parentSpanId]).toEqual([sent[index], undefined])
      expect(span.traceId).not.toBe(traceId)
    }
  })

  test('of anybody else neither names a trace nor decides whether it is kept', async () => {
    const direct = await startApp({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, TRUSTED_PROXIES: '10.0.0.0/8' })
    await direct.client().get('/v0/errors', withId('in', { traceparent: `00-${traceId}-${parentSpanId}-01` }))
    await direct.client().get('/v0/errors', withId('out', { traceparent: `00-${traceId}-${parentSpanId}-00` }))
    for (const id of ['in', 'out']) {
      const span = await spanOf(id)
      expect(span.parentSpanId).toBeUndefined()
      expect(span.traceId).not.toBe(traceId)
    }
    await direct.close()
  })
})
