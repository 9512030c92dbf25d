import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { signedUp } from '../support/people.ts'

let app: TestApp
let port: number
beforeAll(async () => {
  app = await startApp()
  // Otherwise a minute.
  app.app.server.keepAliveTimeout = 500
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
const exchange = async (bytes: string, more?: string): Promise<Reply> => parse(await said(bytes, more))

/** `more` is sent once there is an answer. */
function said(bytes: string, more = ''): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
  let text = ''
  socket.once('data', () => socket.write(more))
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  socket.on('error', reject)
  socket.on('close', () => resolve(text))
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

const unreadable: readonly (readonly [what: string, bytes: string])[] = [
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
  ['no Host in HTTP/1.1, whatever is expected', 'GET /health/live HTTP/1.1\r\nExpect: nonsense\r\n\r\n'],
  ['two Hosts', `GET /health/live HTTP/1.1\r\n${host}Host: evil.example\r\n\r\n`],
  ['the same Host twice', `GET /health/live HTTP/1.1\r\n${host}${host}\r\n`],
  ['two Hosts in HTTP/1.0', `GET /health/live HTTP/1.0\r\n${host}Host: evil.example\r\n\r\n`],
  ['two Hosts behind an expectation', `GET /health/live HTTP/1.1\r\n${host}${host}Expect: nonsense\r\n\r\n`],
  ...[
    '',
    'a, b',
    'a,b',
    'a b',
    'a/b',
    'user@a',
    'a?b',
    'a#b',
    'a\\b',
    'a:b',
    'a:1:2',
    '[::1',
    '::1',
    '[a]',
    'a;b',
    '\xe4',
    '<a>',
  ].map(
    (value) => [`the Host ${JSON.stringify(value)}`, `GET /health/live HTTP/1.1\r\nHost: ${value}\r\n\r\n`] as const,
  ),
  ...[
    'http://user@a/health/live',
    'http:///health/live',
    'http://a,b/health/live',
    'ftp://a/health/live',
    '*',
    '/health/live#a',
    '/v0/nothing#/health/live',
  ].map((target) => [`the target ${target}`, `GET ${target} HTTP/1.1\r\n${host}\r\n`] as const),
  ['HTTP/2.0 by its words alone', `GET /health/live HTTP/2.0\r\n${host}\r\n`],
  ['the begin of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['chunks in HTTP/1.0', `POST /v0/auth/login HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ...[
    'identity',
    'gzip, chunked',
    'chunked, identity',
    'chunked, chunked',
    'xchunked',
    '"chunked"',
    'chunked;a=b',
    '',
  ].map(
    (value) =>
      [
        `the Transfer-Encoding ${JSON.stringify(value)}`,
        `${post}Transfer-Encoding: ${value}\r\n\r\n0\r\n\r\n`,
      ] as const,
  ),
  ['Transfer-Encoding twice', `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`],
  ['a blank before the colon', `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
  ['the same Content-Length twice', `${post}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`],
  ...['2, 2', '+2', '-2', '0x2', '2 2', '', '18446744073709551618'].map(
    (value) => [`the Content-Length ${JSON.stringify(value)}`, `${post}Content-Length: ${value}\r\n\r\n{}`] as const,
  ),
  ['lines that end without a CR', 'GET /health/live HTTP/1.1\nHost: auth.example.com\n\n'],
  ['one line that ends without a CR', `GET /health/live HTTP/1.1\r\nHost: auth.example.com\nA: b\r\n\r\n`],
  ['a CR alone in a header', `GET /health/live HTTP/1.1\r\n${host}A: b\rC: d\r\n\r\n`],
  ['a folded header', `GET /health/live HTTP/1.1\r\n${host}A: b\r\n c\r\n\r\n`],
  ['a blank before the first header', `GET /health/live HTTP/1.1\r\n ${host}\r\n`],
  ['a NUL in a header', `GET /health/live HTTP/1.1\r\n${host}A: b\0\r\n\r\n`],
  ...['0x2', '2 ', '+2', '2\n', 'ffffffffffffffff2'].map(
    (size) =>
      [
        `a chunk of the size ${JSON.stringify(size)}`,
        `${post}Transfer-Encoding: chunked\r\n\r\n${size}\r\n{}\r\n0\r\n\r\n`,
      ] as const,
  ),
  ['half a TLS hello, and then nothing', '\x16\x03\x01\x02\x00\x01\x00'],
  ['half a method, and then nothing', 'GE'],
  ['two different Content-Length', `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
  ['Content-Length beside chunks', `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a Content-Length that is no number', `${post}Content-Length: two\r\n\r\n{}`],
  ['chunks that are none', `${post}Transfer-Encoding: chunked\r\n\r\nnonsense\r\n`],
  ['headers that are not complete in time [HT3]', `GET /health/live HTTP/1.1\r\n${host}X-Slow: `],
]

test.concurrent.each(unreadable)('%s: general:bad_request, and the connection closes [AT18 AT22]', async (_, bytes) => {
  const reply = await exchange(bytes)
  expectError(reply, 400, 'general:bad_request')
  expect(reply.headers.get('connection')).toBe('close')
  expect(reply.rest).toBe('')
})

test.concurrent.each([
  ['nothing', ''],
  ['an empty line', '\r\n'],
  ['a whole request and then an empty line', `GET /health/live HTTP/1.1\r\n${host}\r\n\r\n`],
])('where %s came in time nothing is answered that was not asked for [AT22]', async (_, bytes) => {
  const text = await said(bytes)
  expect(text.match(/^HTTP.*/gm) ?? []).toEqual(bytes.includes('GET') ? ['HTTP/1.1 204 No Content'] : [])
})

test.each([
  ['Host is ignored where the target names the host', `GET http://other.example/health/live HTTP/1.1\r\n${host}`],
  ['a target that names the host, with a port', `GET http://auth.example.com:80/health/live HTTP/1.1\r\n${host}`],
  ['a Host with a port', 'GET /health/live HTTP/1.1\r\nHost: auth.example.com:8080\r\n'],
  ['a Host that is an IPv6 address', 'GET /health/live HTTP/1.1\r\nHost: [::1]:8080\r\n'],
  ['a Host with an underscore, as of containers', 'GET /health/live HTTP/1.1\r\nHost: my_service\r\n'],
  ['chunks in capitals', `GET /health/live HTTP/1.1\r\n${host}Transfer-Encoding: Chunked\r\n`],
])('%s: answered [AT18]', async (_, bytes) => {
  const body = bytes.includes('Chunked') ? '0\r\n\r\n' : ''
  expect((await exchange(`${bytes}Connection: close\r\n\r\n${body}`)).status).toBe(204)
})

test('of a header that may come once no value is taken when it comes twice [AT18]', async () => {
  const { client } = await signedUp(app)
  const bearer = `Authorization: Bearer ${client.cookies.get('__Host-session_id')}\r\n`
  const check = (headers: string) =>
    exchange(`GET /v0/auth/check HTTP/1.1\r\n${host}Connection: close\r\n${headers}\r\n`)
  expect((await check(bearer)).status).toBe(204)
  for (const other of ['Authorization: Basic YTpi\r\n', bearer]) {
    expect((await check(bearer + other)).status).toBe(401)
    expect((await check(other + bearer)).status).toBe(401)
  }
})

describe('what cannot be read behind a request that can', () => {
  test('is no answer to that one, whose own comes; the connection ends with it [AT22]', async () => {
    const valid = '{"email":"nobody@example.com","password":"not the password"}'
    const signIn = `${post}Content-Length: ${valid.length}\r\n\r\n${valid}`
    for (const rest of ['nonsense\r\n\r\n', `${post}Content-Length: two\r\n\r\n`]) {
      const reply = await exchange(signIn + rest)
      expectError(reply, 401, 'auth:invalid_credentials')
      expect([reply.headers.get('connection'), reply.rest]).toEqual(['close', ''])
    }
  })

  test('is no answer either where it belongs to one that is answered [AT22]', async () => {
    const reply = await exchange(
      `GET /health/live HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`,
      'nonsense\r\n',
    )
    expect([reply.status, reply.rest]).toEqual([204, ''])
  })

  test('is not seen where the connection ends anyway [AT22]', async () => {
    const reply = await exchange(`${post}Connection: close\r\nContent-Length: 2\r\n\r\n{}nonsense`)
    expectError(reply, 400, 'general:bad_request')
    expect([reply.body.fields !== undefined, reply.rest]).toEqual([true, ''])
  })
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
  const opened = new Map<number | undefined, Socket>()
  const note = (socket: Socket) => void opened.set(socket.remotePort, socket)
  app.app.server.on('connection', note)
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).resume()
  socket.write('GET /health/live HTTP/1.1\r\n\r\n')
  await once(socket, 'end')
  app.app.server.off('connection', note)
  const there = opened.get(socket.localPort)
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
