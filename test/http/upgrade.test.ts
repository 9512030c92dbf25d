import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { signedUp } from '../support/people.ts'

let app: TestApp
let cookie: string
beforeAll(async () => {
  app = await startApp()
  const { client } = await signedUp(app)
  cookie = `Cookie: __Host-session_id=${client.cookies.get('__Host-session_id')}`
})
afterAll(() => app.close())

const host = 'Host: auth.example.com'
/** Another server would take it for a request of its own. */
const behind = `GET /v0/nothing HTTP/1.1\r\n${host}\r\n\r\n`

/** All that is said until the server ends the connection by itself. */
async function exchange(lines: readonly string[], body: string, later = false): Promise<string> {
  const socket = connect(Number(new URL(app.origin).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}${later ? '' : behind}`)
  if (later) socket.once('data', () => socket.write(behind))
  return text(socket)
}

const upgrades = [
  [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ],
  ['Connection: upgrade', 'Upgrade: h2c'],
  ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
  ['connection: keep-alive, uPGRADE', 'upgrade: TLS/1.0'],
  ['Upgrade: nonsense, h2c', 'Connection: keep-alive', 'Connection: UPGRADE'],
  ['Upgrade: h2c'],
  ['Connection: Upgrade', 'Upgrade:'],
] as const

const asJson = 'Content-Type: application/json'
const requests = [
  ['GET /health/live', [], '', 204],
  ['HEAD /openapi.json', [], '', 200],
  ['OPTIONS /v0/auth/login', [], '', 204],
  ['DELETE /v0/nothing', [], '', 404],
  ['POST /v0/auth/login', [asJson, 'Content-Length: 2'], '{}', 400],
  ['POST /v0/auth/login', [asJson, 'Transfer-Encoding: chunked'], '2\r\n{}\r\n0\r\n\r\n', 400],
  ['PATCH /v0/user/me', [asJson, 'Content-Length: 2'], '{}', 401],
  ['GET /v0/nothing', ['Content-Length: 3'], 'abc', 404],
] as const

describe.each(upgrades.map((upgrade) => [upgrade] as const))('with %j', (upgrade) => {
  test.each(requests)(
    '%s (%j) is answered as without, and nothing behind it [AT18]',
    async (line, headers, body, status) => {
      const said = await exchange([`${line} HTTP/1.1`, host, ...upgrade, ...headers], body)
      expect(said.match(/^HTTP\/1\.1 \d+/gm)).toEqual([`HTTP/1.1 ${status}`])
      expect(said).toMatch(/^connection: close\r$/im)
    },
  )

  test('nor what comes after the answer [AT18]', async () => {
    const said = await exchange(['GET /health/live HTTP/1.1', host, ...upgrade], '', true)
    expect(said).toMatch(/^HTTP\/1\.1 204 No Content\r\n(?!.*^HTTP)/ms)
  })

  test('what is said again of a session as well [AT18]', async () => {
    const me = ['GET /v0/user/me HTTP/1.1', host, cookie]
    for (let time = 0; time < 2; time++) {
      const said = await exchange([...me, ...upgrade], '')
      expect(said.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200'])
    }
  })
})
