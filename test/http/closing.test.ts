import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { stopListening } from '../../src/http/closing.ts'
import { startApp, type TestApp } from '../support/app.ts'

/** Holds every request that asks it, until it is told to answer: what makes a request slow. */
const waiting: (() => void)[] = []
const service = createServer((_request, response) => void waiting.push(() => response.end('{"success":true}')))

const closeDeadlineMs = 2500

let app: TestApp
let port: number
let sockets: Socket[]

beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
})
afterAll(() => service.close())

beforeEach(async () => {
  sockets = []
  app = await startApp({
    TURNSTILE_SECRET: 'secret',
    TURNSTILE_TIMEOUT_MS: '20000',
    TURNSTILE_VERIFY_URL: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
  })
  port = Number(new URL(app.origin).port)
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  for (const answer of waiting.splice(0)) answer()
  await app.close()
})

type Line = { readonly socket: Socket; received(): string; readonly ended: Promise<void> }

async function openLine(): Promise<Line> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  let text = ''
  socket.on('data', (chunk) => {
    text += String(chunk)
  })
  socket.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise((resolve) => socket.once('connect', resolve))
  return { socket, received: () => text, ended }
}

const live = 'GET /health/live HTTP/1.1\r\nHost: auth.example.com\r\n\r\n'
const body = '{"email":"nobody@example.com","password":"not the password"}'
const login =
  'POST /v0/auth/login HTTP/1.1\r\nHost: auth.example.com\r\nX-Turnstile-Token: token\r\n' +
  `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

const signIn =
  'POST /v0/auth/login HTTP/1.1\r\nHost: auth.example.com\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}'

async function keptAlive(): Promise<Line> {
  const line = await openLine()
  line.socket.write(live)
  await vi.waitFor(() => expect(line.received()).toContain('204 No Content'))
  return line
}

async function slowRequest(): Promise<Line> {
  const line = await openLine()
  line.socket.write(login)
  await vi.waitFor(() => expect(waiting).toHaveLength(1))
  return line
}

/** Why no connection is taken. */
const refusal = (): Promise<string | undefined> =>
  new Promise((resolve) => connect(port, '127.0.0.1').once('error', ({ code }: NodeJS.ErrnoException) => resolve(code)))

async function closeInTime(): Promise<void> {
  const startedAt = performance.now()
  await app.app.close()
  expect(performance.now() - startedAt).toBeLessThan(closeDeadlineMs)
}

test('a request in flight is answered as ever, and its connection closes', async () => {
  const line = await slowRequest()
  const closed = app.app.close()
  await vi.waitFor(() => expect(app.app.server.listening).toBe(false))
  waiting.pop()?.()
  await closed
  await line.ended
  expect(line.received()).toMatch(/^HTTP\/1\.1 401 /)
  expect(line.received()).toMatch(/^connection: close\r$/im)
  expect(line.received()).toContain('{"status":401,"code":"auth:invalid_credentials"}')
})

test('a request on a kept connection while closing is served or refused, never answered outside the catalogue', async () => {
  const [busy, kept] = [await slowRequest(), await keptAlive()]
  const before = kept.received().length
  const closed = app.app.close()
  await vi.waitFor(() => expect(app.app.server.listening).toBe(false))
  kept.socket.write(live)
  await kept.ended
  expect(kept.received().slice(before)).toMatch(/^$|^HTTP\/1\.1 204 /)
  waiting.pop()?.()
  await Promise.all([closed, busy.ended])
  expect(busy.received()).toMatch(/^HTTP\/1\.1 401 /)
})

test('a request that comes in the very moment of closing is served or refused', async () => {
  const lines = await Promise.all(Array.from({ length: 10 }, keptAlive))
  const closed = closeInTime()
  for (const { socket } of lines) socket.write(live)
  await Promise.all([closed, ...lines.map(({ ended }) => ended)])
  for (const line of lines) expect(line.received()).toMatch(/^(?:HTTP\/1\.1 204 [\s\S]*?\r\n\r\n){1,2}$/)
})

test('no new connection is taken while closing', async () => {
  await slowRequest()
  const closed = app.app.close()
  await vi.waitFor(() => expect(app.app.server.listening).toBe(false))
  expect(await refusal()).toBe('ECONNREFUSED')
  waiting.pop()?.()
  await closed
})

test('once it takes no new connection it keeps those that it has, and ends each with its next answer', async () => {
  const draining = await buildApp(app.deps, { drainMs: 1000 })
  port = Number(new URL(await draining.listen({ host: '127.0.0.1', port: 0 })).port)
  const [kept, other, fresh] = [await keptAlive(), await keptAlive(), await openLine()]
  await stopListening(draining.server)
  expect(await refusal()).toBe('ECONNREFUSED')
  const closed = draining.close()
  for (const { socket } of [kept, fresh]) socket.write(live)
  await Promise.all([kept.ended, fresh.ended])
  other.socket.write(signIn)
  await Promise.all([other.ended, closed])
  for (const line of [kept, fresh]) expect(line.received()).toMatch(/ 204 [\s\S]*^connection: close\r$/im)
  expect(other.received()).toMatch(/HTTP\/1\.1 400 [\s\S]*^connection: close\r$/im)
})

test('an idle connection that is kept alive does not hold the close up', async () => {
  const line = await keptAlive()
  await closeInTime()
  await line.ended
})

test('a connection that never sent anything does not hold the close up', async () => {
  const line = await openLine()
  await vi.waitFor(async () => expect(await connections()).toBe(1))
  await closeInTime()
  await line.ended
})

test.each([
  ['head', 'GET /health/live HTTP/1.1\r\nHost: auth'],
  ['body', login.slice(0, -1)],
])('half a %s holds the close up for two seconds', async (_part, text) => {
  const line = await openLine()
  // In one packet: half a request has begun once the whole one before it is answered.
  line.socket.write(live + text)
  await vi.waitFor(() => expect(line.received()).toContain('204 No Content'))
  const startedAt = performance.now()
  await app.app.close()
  await line.ended
  expect(performance.now() - startedAt).toBeLessThan(5000)
  expect(line.received()).toMatch(/^HTTP\/1\.1 204 [\s\S]*?\r\n\r\n$/)
})

const connections = (): Promise<number> =>
  new Promise((resolve, reject) =>
    app.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
