import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { signedUp } from '../support/people.ts'

let app: TestApp
let port: number
let cookie: string
/** The servers' ends of connections. */
const open = new Set<Socket>()

beforeAll(async () => {
  app = await startApp()
  port = watch(app)
  const { client } = await signedUp(app)
  cookie = `Cookie: __Host-session_id=${client.cookies.get('__Host-session_id')}\r\n`
})
afterAll(() => app.close())

function watch({ app: { server }, origin }: TestApp): number {
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return Number(new URL(origin).port)
}

const mebibyte = 2 ** 20
const piece = Buffer.alloc(mebibyte / 4, 'x')
const crlf = Buffer.from('\r\n')
/** Around a form's file. */
const preamble = Buffer.from('--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n')
const epilogue = Buffer.from('\r\n--x--\r\n')

type Manner = { readonly name: string; readonly version: string; readonly isChunked: boolean; readonly headers: string }

const [close, length] = ['Connection: close\r\n', 'Content-Length']
const ending: readonly Manner[] = [
  { name: 'HTTP/1.0', version: '1.0', isChunked: false, headers: '' },
  { name: 'Connection: close', version: '1.1', isChunked: false, headers: close },
  { name: 'Connection: close, in chunks', version: '1.1', isChunked: true, headers: close },
]
const staying: readonly Manner[] = [
  { name: 'a kept connection', version: '1.1', isChunked: false, headers: '' },
  { name: 'a kept connection, in chunks', version: '1.1', isChunked: true, headers: '' },
]

/** Refused before any of its body was looked at, or in the midst of it. */
type Refusal = {
  readonly status: number
  readonly code: string
  readonly path: string
  readonly headers: () => string
  readonly around?: readonly [Buffer, Buffer]
}

const json = 'Content-Type: application/json\r\n'
const form = 'Content-Type: multipart/form-data; boundary=x\r\n'
const secondHost = 'Host: auth.example.com\r\n'
const [login, picture] = ['/v0/auth/login', '/v0/user/me/profile-image']

const tooLarge = { status: 413, code: 'FILE_TOO_LARGE' }
const unreadable = { status: 400, code: 'general:bad_request' }
const unsigned = { status: 401, code: 'user:unauthorized' }
const around = [preamble, epilogue] as const
const unsignedPicture: Refusal = { ...unsigned, path: picture, headers: () => form, around }
const largePicture: Refusal = { ...tooLarge, path: picture, headers: () => form + cookie, around }
const largeJson: Refusal = { ...tooLarge, path: login, headers: () => json }
const closing: readonly Refusal[] = [
  { ...unreadable, path: '/v0/auth/%zz', headers: () => json },
  { ...unreadable, path: login, headers: () => json + secondHost },
  { ...unreadable, path: login, headers: () => `${json}Expect: nonsense\r\n${secondHost}` },
  largeJson,
]
const all: readonly Refusal[] = [
  ...closing,
  { ...unreadable, path: login, headers: () => 'Content-Type: text/plain\r\n' },
  { ...unsigned, path: '/v0/auth/change-password', headers: () => json },
  unsignedPicture,
  { status: 403, code: 'FORBIDDEN', path: login, headers: () => `${json}Sec-Fetch-Site: cross-site\r\n` },
  { status: 404, code: 'system:not_found', path: '/v0/nothing', headers: () => json },
  largePicture,
]

const write = (socket: Socket, bytes: Buffer | string) =>
  new Promise<void>((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())))

/** Reads nothing before everything is sent, as programs do that write and then read; then all until the end. */
async function upload(refusal: Refusal, { version, isChunked, headers }: Manner, size: number): Promise<string> {
  const socket = connect(port, '127.0.0.1').pause()
  const framed = (bytes: Buffer): Buffer =>
    isChunked ? Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, crlf]) : bytes
  const { path, around: [begin, end] = [Buffer.from('{'), Buffer.from('}')] } = refusal
  const frame = isChunked ? 'Transfer-Encoding: chunked' : `${length}: ${begin.length + size + end.length}`
  await write(
    socket,
    `POST ${path} HTTP/${version}\r\nHost: auth.example.com\r\n${refusal.headers()}${headers}${frame}\r\n\r\n`,
  )
  await write(socket, framed(begin))
  for (let left = size; left > 0; left -= piece.length) await write(socket, framed(piece.subarray(0, left)))
  await write(socket, framed(end))
  if (isChunked) await write(socket, framed(Buffer.alloc(0)))
  return await text(socket)
}

function expectRefusal(said: string, { status, code }: Pick<Refusal, 'status' | 'code'>): void {
  const [head = '', body = '', ...more] = said.split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*^connection: close$`, 'im'))
  expect([JSON.parse(body), more]).toEqual([{ status, code, ...JSON.parse(body) }, []])
}

describe.each([
  ...ending.map((manner) => ({ ...manner, refusals: all })),
  ...staying.map((manner) => ({ ...manner, refusals: closing })),
])('a client that reads once it has sent all: $name', ({ refusals, ...manner }) => {
  test.each(refusals)('is told $status $code at $path [AT21]', async (refusal) => {
    expectRefusal(await upload(refusal, manner, (refusal === largePicture ? 8.5 : 3) * mebibyte), refusal)
  })
})

describe.each(ending)('$name', (manner) => {
  test('12 uploads of 8.5 MB are told 413, and 20 of 3 MB without a session 401 [AT21]', async () => {
    // In chunks it is found to be too large when it is read, of an account one at a time.
    const large = manner.isChunked ? largeJson : largePicture
    const [refused, unsignedOnes]: [string[], string[]] = [[], []]
    // Not all in the same moment: a slow machine would not read them in time.
    for (let round = 0; round < 4; round++) {
      refused.push(...(await Promise.all(Array.from({ length: 3 }, () => upload(large, manner, 8.5 * mebibyte)))))
      unsignedOnes.push(
        ...(await Promise.all(Array.from({ length: 5 }, () => upload(unsignedPicture, manner, 3 * mebibyte)))),
      )
    }
    for (const said of refused) expectRefusal(said, tooLarge)
    for (const said of unsignedOnes) expectRefusal(said, unsigned)
  })
})

test('a header without end is told 400 [AT21]', async () => {
  const socket = connect(port, '127.0.0.1').pause()
  socket.write('GET /health/live HTTP/1.1\r\nHost: auth.example.com\r\nX-Large: ')
  for (let sent = 0; sent < 3 * mebibyte; sent += piece.length) await write(socket, piece)
  expectRefusal(await text(socket), unreadable)
})

test('rate_limit:exceeded arrives as well [AT21]', async () => {
  const limited = await startApp({ RATE_LIMITS: '0.001' })
  port = watch(limited)
  try {
    const refusal = { status: 429, code: 'rate_limit:exceeded', path: login, headers: () => json }
    await limited.client().post(login, {})
    for (const manner of ending) expectRefusal(await upload(refusal, manner, 3 * mebibyte), refusal)
  } finally {
    await limited.close()
    port = Number(new URL(app.origin).port)
  }
})

test('what is said again of a session arrives as well, whatever body comes with the question [AT21]', async () => {
  const url = '/v0/user/me'
  const socket = connect(port, '127.0.0.1').pause()
  socket.write(`GET ${url} HTTP/1.1\r\nHost: auth.example.com\r\n${cookie}${close}${length}: ${3 * mebibyte}\r\n\r\n`)
  for (let sent = 0; sent < 3 * mebibyte; sent += piece.length) await write(socket, piece)
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*"email"/)
})

test('while the server closes a refusal arrives as well [AT21]', async () => {
  const leaving = await startApp()
  port = watch(leaving)
  const before = new Set(open)
  const pending = staying.map((manner) => upload({ ...unsignedPicture }, manner, 3 * mebibyte))
  await vi.waitFor(() => expect(open.size - before.size).toBe(staying.length))
  const closed = leaving.app.close()
  for (const said of await Promise.all(pending))
    expect(said).toMatch(/^(HTTP\/1\.1 401 [\s\S]*"user:unauthorized"\}|)$/)
  await closed
  await leaving.close()
  port = Number(new URL(app.origin).port)
})

/** Asks for something that is refused, and goes on sending. */
async function neverEnding(headers = close): Promise<{ readonly client: Socket; readonly server: Socket }> {
  const taken = once(app.app.server, 'connection')
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  client.on('error', () => undefined)
  client.write(`POST /v0/nothing HTTP/1.1\r\nHost: auth.example.com\r\n${headers}${length}: ${2 ** 40}\r\n\r\n`)
  const [server] = (await taken) as [Socket]
  await once(client, 'data')
  return { client, server }
}

test('a connection that stays is good for more, once the rest of what was refused has come [AT21]', async () => {
  const socket = connect(port, '127.0.0.1')
  const hello = 'Host: auth.example.com\r\n'
  socket.write(`POST /v0/nothing HTTP/1.1\r\n${hello}${length}: ${mebibyte}\r\n\r\n`)
  await once(socket, 'data')
  for (let sent = 0; sent < mebibyte; sent += piece.length) await write(socket, piece)
  const next = `GET /health/live HTTP/1.1\r\n${hello}`
  // More than may follow a refusal, and none of it does.
  const many = `${next}X-Much: ${'x'.repeat(15 * 1024)}\r\n\r\n`.repeat(1200)
  socket.write(`${many}${next}${close}\r\n`)
  expect((await text(socket)).match(/^HTTP\/1\.1 204/gm)).toHaveLength(1201)
})

describe('a client that never ends [AT21]', () => {
  const kinds = [close, '']

  test('is heard for 16 MiB, on a connection that stays as well', async () => {
    for (const headers of kinds) {
      const { client, server } = await neverEnding(headers)
      const send = (): void => void (client.writable && client.write(piece, send))
      send()
      await once(server, 'close')
      expect(server.bytesRead).toBeGreaterThan(16 * mebibyte)
      expect(server.bytesRead).toBeLessThan(17 * mebibyte)
      client.destroy()
    }
  })

  test('is heard for five seconds, on a connection that stays as well', async () => {
    await Promise.all(
      kinds.map(async (headers) => {
        const { client, server } = await neverEnding(headers)
        const startedAt = performance.now()
        const drip = setInterval(() => client.write('x'), 100)
        await once(server, 'close')
        clearInterval(drip)
        expect(performance.now() - startedAt).toBeGreaterThan(4500)
        expect(performance.now() - startedAt).toBeLessThan(6500)
        client.destroy()
      }),
    )
  })

  test('makes room for the next of its network: 64 linger at a time', async () => {
    const ends: Awaited<ReturnType<typeof neverEnding>>[] = []
    for (let count = 0; count < 66; count++) ends.push(await neverEnding())
    await vi.waitFor(() => expect(ends.filter(({ server }) => !server.destroyed)).toHaveLength(64))
    expect(ends.slice(0, 2).map(({ server }) => server.destroyed)).toEqual([true, true])
    for (const { client } of ends) client.destroy()
  })
})
