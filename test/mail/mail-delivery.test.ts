import { randomUUIDv7 } from 'node:crypto'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { httpMailDelivery } from '../../src/ports/mail-delivery.http.ts'

const timeoutMs = 400
const patientMs = 10_000
let worker: Server | undefined
afterEach(async () => {
  if (worker) await new Promise((resolve) => worker?.close(resolve))
  worker = undefined
})

/** Something at the worker's address that, once asked, does as the test says. */
async function ask(act: (socket: Socket) => void, timeoutMs = patientMs): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => act(socket))
  })
  worker = server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const outcome = await httpMailDelivery({ url, secret: 'secret', timeoutMs }).deliver(randomUUIDv7(), 'a network')
  for (const socket of sockets) socket.destroy()
  return outcome
}

const reply = (status: string, body: string, header = 'x-nothing: 1') =>
  `HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${header}\r\n\r\n${body}`

test.each([
  ['delivered', reply('200 OK', '{"outcome":"delivered"}')],
  ['failed', reply('502 Bad Gateway', '{"outcome":"failed"}')],
  ['failed', reply('502 Bad Gateway', '{"outcome":"failed","is_final":false}')],
  ['refused', reply('502 Bad Gateway', '{"outcome":"failed","is_final":true}')],
])('%s, as the worker says', async (outcome, text) => {
  expect(await ask((socket) => socket.end(text))).toBe(outcome)
})

test.each([
  ['200 and failed', reply('200 OK', '{"outcome":"failed"}')],
  ['502 and delivered', reply('502 Bad Gateway', '{"outcome":"delivered"}')],
  ['502 of a proxy', reply('502 Bad Gateway', '<html>')],
  ['401: the secrets differ', reply('401 Unauthorized', '{}')],
  ['204', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['null', reply('200 OK', 'null')],
  ['a redirect', reply('307 Temporary Redirect', '', 'location: http://127.0.0.1:1/')],
  ['an answer without end', reply('200 OK', `{"outcome":"delivered","more":"${'x'.repeat(2000)}"}`)],
  ['headers without end', reply('200 OK', '{"outcome":"delivered"}', `x: ${'x'.repeat(100_000)}`)],
  ['an answer that breaks off', reply('200 OK', '{"outcome":"delivered"}').slice(0, -5)],
  ['what is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['what is no HTTP and stays open', 'hello\r\n\r\n'],
])('garbled: %s [FT7]', async (name, text) => {
  expect(await ask((socket) => (name.endsWith('stays open') ? socket.write(text) : socket.end(text)))).toBe('garbled')
})

test.each([
  ['nothing is said', () => undefined],
  ['the connection is closed', (socket: Socket) => socket.end()],
  ['the connection is reset', (socket: Socket) => socket.resetAndDestroy()],
  [
    'the body stays away',
    (socket: Socket) => void socket.write(reply('200 OK', '{"outcome":"delivered"}').slice(0, -5)),
  ],
  [
    'the body trickles',
    (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n')
      const trickle = setInterval(() => socket.write(' '), 20)
      socket.once('close', () => clearInterval(trickle))
    },
  ],
])('unreachable, within the deadline: %s [FT7]', async (_name, act: (socket: Socket) => void) => {
  const startedAt = performance.now()
  expect(await ask(act, timeoutMs)).toBe('unreachable')
  expect(performance.now() - startedAt).toBeLessThan(patientMs)
})

test('unreachable: nobody listens there', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const delivery = httpMailDelivery({ url: `http://127.0.0.1:${port}`, secret: 'secret', timeoutMs })
  expect(await delivery.deliver(randomUUIDv7(), 'a network')).toBe('unreachable')
})
