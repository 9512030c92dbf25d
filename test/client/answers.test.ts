import type { RequestListener } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createClient, isOurSide } from '../../src/client/client.ts'
import contract from '../contract/errors.json' with { type: 'json' }
import { startListening, startOther } from './support.ts'

async function clientOf(answer: RequestListener, options: Partial<Parameters<typeof createClient>[0]> = {}) {
  const server = await startOther(answer)
  onTestFinished(server.close)
  return createClient({ baseUrl: server.baseUrl, ...options } as Parameters<typeof createClient>[0])
}

const refuse =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)

const never: RequestListener = () => undefined

test.each([
  ['no version knows', 'user:from_the_future'],
  ['another route declares', 'auth:invalid_credentials'],
])('client:unknown_code where the server answers a code that %s', async (_which, wireCode) => {
  const body = JSON.stringify({ status: 503, code: wireCode, details: 'soon' })
  const client = await clientOf(refuse(503, body, { 'retry-after': '7' }))
  const { error } = await client.GET('/v0/user/me')
  expect(error).toEqual({
    from: 'client',
    code: 'client:unknown_code',
    wireCode,
    status: 503,
    details: 'soon',
    fields: undefined,
    retryAfterSeconds: 7,
  })
})

test('our side: all that is 429 or 5xx, and what the client says; not what a form can mend [FD84]', async () => {
  const isOurs = (code: string, status: number) => isOurSide({ from: 'server', code, status })
  const outages = contract.codes.filter(({ status }) => status === 429 || status >= 500)
  expect(outages.filter(({ code, status }) => !isOurs(code, status))).toEqual([])
  expect(isOurs('system:internal_error', 400)).toBe(true)
  expect(
    ['auth:invalid_credentials', 'general:validation_error', 'user:banned'].filter((it) => isOurs(it, 400)),
  ).toEqual([])

  const clients = [refuse(400, '{"code":"user:from_the_future"}'), refuse(502, 'no JSON')].map((answer) =>
    clientOf(answer),
  )
  for (const client of await Promise.all(clients)) {
    const { error } = await client.GET('/v0/user/me')
    expect([error?.code, error && isOurSide(error)]).toEqual([expect.stringMatching(/^client:/), true])
  }
})

test.each([
  ["a proxy's page", 502, '<h1>Bad Gateway</h1>'],
  ['nothing', 500, ''],
  ['JSON without a code', 400, '{"message":"no"}'],
  ['a code that is no string', 400, '{"code":17}'],
  ['JSON that is no object', 400, '[null]'],
  ['JSON null', 400, 'null'],
  ['a success that is no JSON', 200, '<h1>Welcome to our wireless network</h1>'],
  ['a success cut short', 200, '{"id":'],
])('client:unreadable_answer for %s', async (_what, status, text) => {
  const { data, error, response } = await (await clientOf(refuse(status, text))).GET('/v0/user/me')
  expect([data, response?.status]).toEqual([undefined, status])
  expect(error).toMatchObject({ from: 'client', code: 'client:unreadable_answer', status })
  expect(error).toHaveProperty('text', text)
})

test('client:unreachable where nobody listens, and where the answer breaks off', async () => {
  const gone = await startOther(never)
  await gone.close()
  const nobody = await createClient({ baseUrl: gone.baseUrl }).GET('/v0/user/me')
  expect(nobody).toEqual({ error: { from: 'client', code: 'client:unreachable', cause: expect.any(TypeError) } })

  const broken = await clientOf((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"id":', () => response.destroy())
  })
  expect((await broken.GET('/v0/user/me')).error?.code).toBe('client:unreachable')
})

test.each([
  ['no head', never],
  ['no end', (_request, response) => void response.writeHead(200).write('{"id":')],
] satisfies [string, RequestListener][])('client:timeout where there is %s', async (_what, answer) => {
  const limited = await clientOf(answer, { timeoutMs: 50 })
  expect((await limited.GET('/v0/user/me')).error?.code).toBe('client:timeout')
  const unlimited = await clientOf(answer)
  expect((await unlimited.GET('/v0/user/me', { timeoutMs: 50 })).error?.code).toBe('client:timeout')
})

test('client:aborted by the signal, before and while it is under way', async () => {
  const stop = new AbortController()
  const client = await clientOf(() => stop.abort())
  const signal = stop.signal
  expect((await client.GET('/v0/user/me', { signal })).error).toEqual({ from: 'client', code: 'client:aborted' })
  expect((await client.GET('/v0/user/me', { signal })).error?.code).toBe('client:aborted')
})

/** Each answer once, the last for ever. */
function inTurn(...answers: readonly RequestListener[]): { listener: RequestListener; seen: () => number } {
  let count = 0
  const listener: RequestListener = (request, response) =>
    answers[Math.min(count++, answers.length - 1)]?.(request, response)
  return { listener, seen: () => count }
}

const limited = (retryAfter: string) =>
  refuse(429, '{"status":429,"code":"rate_limit:exceeded"}', { 'retry-after': retryAfter })
const down = refuse(503, '{"status":503,"code":"worker:connection_failed"}', { 'retry-after': '0' })
const done = refuse(200, '{"message":"done"}')
const signup = { body: { email: 'ada@example.com', handle: 'ada_l', display_name: 'Ada', password: 'x' } }

test('retryAfterSeconds is what the server says, in seconds or as a date', async () => {
  const { error } = await (await clientOf(limited('17'))).GET('/v0/user/me')
  expect(error).toHaveProperty('retryAfterSeconds', 17)
  const date = await (await clientOf(limited(new Date(Date.now() + 60_000).toUTCString()))).GET('/v0/auth/sessions')
  const { retryAfterSeconds } = date.error as { retryAfterSeconds?: number }
  expect(retryAfterSeconds).toBeGreaterThan(30)
  expect(retryAfterSeconds).toBeLessThanOrEqual(60)
  const odd = await (await clientOf(limited('soon'))).GET('/v0/auth/sessions')
  expect(odd.error).toHaveProperty('retryAfterSeconds', undefined)
})

test('nothing is repeated unless asked for', async () => {
  const { listener, seen } = inTurn(limited('0'), done)
  expect((await (await clientOf(listener)).POST('/v0/auth/signup', signup)).error?.code).toBe('rate_limit:exceeded')
  expect(seen()).toBe(1)
})

test('429 is repeated as often as asked for', async () => {
  const good = inTurn(limited('0'), limited('0'), done)
  const client = await clientOf(good.listener, { retry: { times: 2 } })
  expect((await client.POST('/v0/auth/signup', signup)).data).toEqual({ message: 'done' })
  const bad = inTurn(limited('0'))
  const refused = await clientOf(bad.listener, { retry: { times: 2 } })
  expect((await refused.POST('/v0/auth/signup', signup)).error?.code).toBe('rate_limit:exceeded')
  expect([good.seen(), bad.seen()]).toEqual([3, 3])
})

test.each([
  ['a 503 of a POST, which may have been carried out', down, {}],
  ['a Turnstile token, which is good once', limited('0'), { headers: { 'x-turnstile-token': 'once' } }],
  ['a longer wait than allowed', limited('61'), {}],
  ['a refusal without Retry-After', refuse(429, '{"code":"rate_limit:exceeded"}'), {}],
])('not repeated: %s', async (_what, answer, init) => {
  const { listener, seen } = inTurn(answer, done)
  const client = await clientOf(listener, { retry: { times: 2 } })
  expect((await client.POST('/v0/auth/signup', { ...signup, ...init })).error?.from).toBe('server')
  expect(seen()).toBe(1)
})

test('a 503 of a GET is repeated', async () => {
  const { listener, seen } = inTurn(down, refuse(200, '{"sessions":[]}'))
  const client = await clientOf(listener, { retry: { times: 1 } })
  expect((await client.GET('/v0/auth/sessions')).data).toEqual({ sessions: [] })
  expect(seen()).toBe(2)
})

test('an abort ends the wait', async () => {
  const stop = new AbortController()
  const { listener, seen } = inTurn((request, response) => {
    limited('50')(request, response)
    response.on('close', () => stop.abort())
  })
  const client = await clientOf(listener, { retry: { times: 1 } })
  expect((await client.GET('/v0/auth/sessions', { signal: stop.signal })).error?.code).toBe('client:aborted')
  expect(seen()).toBe(1)
})

test('the real server is asked again only after its Retry-After', async () => {
  const app = await startListening({ RATE_LIMITS: '1' })
  onTestFinished(app.close)
  const body = { email: 'nobody@example.com', password: 'not the password' }
  const client = createClient({ baseUrl: app.origin })
  let error = (await client.POST('/v0/auth/login', { body })).error
  while (error?.code === 'auth:invalid_credentials') error = (await client.POST('/v0/auth/login', { body })).error
  expect(error).toMatchObject({ from: 'server', code: 'rate_limit:exceeded', status: 429, retryAfterSeconds: 1 })
  const patient = createClient({ baseUrl: app.origin, retry: { times: 1 } })
  const start = Date.now()
  expect((await patient.POST('/v0/auth/login', { body })).error?.code).toBe('auth:invalid_credentials')
  expect(Date.now() - start).toBeGreaterThan(900)
})
