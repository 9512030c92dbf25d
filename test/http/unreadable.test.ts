import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'

let app: TestApp
let port: number
beforeAll(async () => {
  app = await startApp()
  port = Number(new URL(app.origin).port)
})
afterAll(() => app.close())

type Reply = {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
  readonly rest: string
}

/** What the server says to these bytes until it closes the connection; it must do so by itself. */
function exchange(bytes: string): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  socket.on('error', reject)
  socket.on('close', () => resolve(parse(text)))
  return promise
}

function parse(text: string): Reply {
  const [head = '', ...parts] = text.split('\r\n\r\n')
  const [line = '', ...lines] = head.split('\r\n')
  const pairs = lines.map((one) => one.split(/: (.*)/s).slice(0, 2) as [string, string])
  const headers = new Headers(pairs)
  const payload = parts.join('\r\n\r\n')
  const length = Number(headers.get('content-length') ?? 0)
  const body = /json/.test(headers.get('content-type') ?? '') ? JSON.parse(payload.slice(0, length)) : {}
  return { status: Number(line.split(' ')[1]), headers, body, rest: payload.slice(length) }
}

function expectError(reply: Reply, status: number, code: string): void {
  const { fields, ...body } = reply.body
  expect([reply.status, body]).toEqual([status, { status, code }])
  if (fields !== undefined) expect(code).toBe('general:bad_request')
  const { headers } = reply
  expect(headers.get('x-error-code')).toBe(code)
  expect(headers.get('x-request-id')).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(headers.get('content-type')).toMatch(/^application\/json/)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d+/)
  expect(headers.get('date')).toBeTruthy()
}

const host = 'Host: auth.example.com\r\n'
const post = `POST /v0/auth/login HTTP/1.1\r\n${host}Content-Type: application/json\r\n`

test.concurrent.each([
  ['a malformed request line', 'HELLO\r\n\r\n'],
  ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
  ['an unknown method word', `BREW / HTTP/1.1\r\n${host}\r\n`],
  ['a tunnel', `CONNECT auth.example.com:443 HTTP/1.1\r\n${host}\r\n`],
  ['a tunnel to a path', `CONNECT /v0/auth/login HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\n{}`],
  ['an unknown version', `GET / HTTP/9.9\r\n${host}\r\n`],
  ['a header over 16 KiB', `GET /health/live HTTP/1.1\r\n${host}X-Large: ${'x'.repeat(16 * 1024)}\r\n\r\n`],
  ['a URL over 16 KiB', `GET /${'x'.repeat(17 * 1024)} HTTP/1.1\r\n${host}\r\n`],
  ['a broken header line', `GET / HTTP/1.1\r\n${host}no colon\r\n\r\n`],
  ['bad percent-encoding', `GET /%E0%A4%A HTTP/1.1\r\n${host}\r\n`],
  ['bad percent-encoding under a known path', `POST /v0/auth/%zz HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\n{}`],
  ['no Host in HTTP/1.1', 'GET /health/live HTTP/1.1\r\n\r\n'],
  ['two different Content-Length', `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
  ['Content-Length beside chunks', `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a Content-Length that is no number', `${post}Content-Length: two\r\n\r\n{}`],
  ['chunks that are none', `${post}Transfer-Encoding: chunked\r\n\r\nnonsense\r\n`],
  ['headers that are not complete in time [HT3]', `GET /health/live HTTP/1.1\r\n${host}X-Slow: `],
])('%s: general:bad_request, and the connection closes', async (_, bytes) => {
  const reply = await exchange(bytes)
  expectError(reply, 400, 'general:bad_request')
  expect(reply.headers.get('connection')).toBe('close')
  expect(reply.rest).toBe('')
})

test('nothing is answered to what follows an unreadable request', async () => {
  const reply = await exchange(`GET /%E0%A4%A HTTP/1.1\r\n${host}\r\nGET /health/live HTTP/1.1\r\n${host}\r\n`)
  expectError(reply, 400, 'general:bad_request')
  expect(reply.rest).toBe('')
})

test('an unreadable request is a problem document where it still says so', async () => {
  const accept = 'Accept: application/problem+json\r\n'
  for (const bytes of [`GET / HTTP/1.1\r\n${accept}\r\n`, `GET /%E0%A4%A HTTP/1.1\r\n${host}${accept}\r\n`]) {
    const { headers, body } = await exchange(bytes)
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(body).toMatchObject({ status: 400, code: 'general:bad_request', title: 'Bad request' })
  }
})

test.concurrent('whoever sent no Host and does not hang up either is hung up on [HT3]', async () => {
  const opened: Socket[] = []
  const note = (socket: Socket) => void opened.push(socket)
  app.app.server.on('connection', note)
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).resume()
  socket.write('GET /health/live HTTP/1.1\r\n\r\n')
  await once(socket, 'end')
  app.app.server.off('connection', note)
  // Nothing of it can be seen from here: whoever hung up already says no more.
  const there = opened.find(({ remotePort }) => remotePort === socket.localPort)
  if (there?.destroyed === false) await once(there, 'close')
  expect(there?.destroyed).toBe(true)
  socket.destroy()
})

test('a header is read in one go, however many blanks it has', async () => {
  const ask = async (authorization: string): Promise<number> => {
    const startedAt = performance.now()
    const request = `GET /v0/auth/check HTTP/1.1\r\n${host}Connection: close\r\nAuthorization: ${authorization}\r\n\r\n`
    expect((await exchange(request)).status).toBe(401)
    return performance.now() - startedAt
  }
  const asks = async (authorization: string) => {
    const took: number[] = []
    for (let round = 0; round < 5; round++) took.push(await ask(authorization))
    return Math.min(...took)
  }
  const length = 15_000
  const plain = await asks(`Bearer a${'x'.repeat(length)}b`)
  expect(await asks(`Bearer a${' '.repeat(length)}b`)).toBeLessThan(10 * plain + 20)
})

test('HTTP/1.0 needs no Host', async () => {
  expect((await exchange('GET /health/live HTTP/1.0\r\n\r\n')).status).toBe(204)
})

test('an unknown expectation is ignored; a body that is waited for is asked for', async () => {
  const close = 'Connection: close\r\n'
  expect((await exchange(`GET /health/live HTTP/1.1\r\n${host}${close}Expect: nonsense\r\n\r\n`)).status).toBe(204)
  const asked = await exchange(`${post}${close}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`)
  expect(asked.status).toBe(100)
  expect(asked.rest).toContain('400 Bad Request')
})

describe('bodies', () => {
  const send = (payload: string, contentType: string | undefined = 'application/json', url = '/v0/auth/login') =>
    exchange(
      `POST ${url} HTTP/1.1\r\n${host}Connection: close\r\n${contentType ? `Content-Type: ${contentType}\r\n` : ''}` +
        `Content-Length: ${Buffer.byteLength(payload, 'latin1')}\r\n\r\n${payload}`,
    )
  const valid = '{"email":"nobody@example.com","password":"not the password"}'

  test.each([
    ['malformed', '{"email":'],
    ['a number', '1'],
    ['null', 'null'],
    ['a list', '[]'],
    ['with a __proto__ key', `{"__proto__":{"email":"a@example.com"},${valid.slice(1)}`],
    ['with a constructor.prototype key', `{"constructor":{"prototype":{}},${valid.slice(1)}`],
    ['empty, where fields are required', ''],
  ])('JSON %s: general:bad_request', async (_, payload) => {
    expectError(await send(payload), 400, 'general:bad_request')
  })

  test.each([
    'application/json\ta',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'json',
    'multipart/form-data; boundary=x',
  ])('the content type %s: general:bad_request', async (contentType) => {
    expectError(await send(valid, contentType), 400, 'general:bad_request')
  })

  test('no content type: general:bad_request', async () => {
    expectError(await send(valid, ''), 400, 'general:bad_request')
  })

  test.each(['application/json; charset=utf-8', 'application/json;charset=UTF-8', 'Application/JSON'])(
    'the content type %s is JSON',
    async (contentType) => {
      expectError(await send(valid, contentType), 401, 'auth:invalid_credentials')
    },
  )

  test('a route without fields ignores body and content type', async () => {
    for (const contentType of ['application/json', 'text/plain', 'application/json\ta', ''])
      expectError(await send('{"', contentType, '/v0/auth/logout'), 401, 'user:unauthorized')
  })

  test('an unknown route is 404, whatever its body', async () => {
    for (const contentType of ['application/json', 'text/plain', ''])
      expectError(await send('{"', contentType, '/v0/nothing'), 404, 'system:not_found')
    expectError(await send('x'.repeat(70_000), 'application/json', '/v0/nothing'), 404, 'system:not_found')
  })
})

test.each([
  ['GET', '/v0/auth/login', 'POST'],
  ['DELETE', '/v0/auth/logout', 'POST'],
  ['POST', '/v0/user/me', 'DELETE, GET, HEAD, PATCH'],
  ['PUT', '/v0/errors', 'GET, HEAD'],
  ['TRACE', '/v0/errors', 'GET, HEAD'],
  ['QUERY', '/v0/errors', 'GET, HEAD'],
  ['POST', `/v0/auth/sessions/${'x'.repeat(2000)}`, 'DELETE'],
])('%s %s is 404 and names what is allowed', async (method, url, allowed) => {
  const reply = await exchange(`${method} ${url} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)
  expectError(reply, 404, 'system:not_found')
  expect(reply.headers.get('allow')).toBe(allowed)
})
