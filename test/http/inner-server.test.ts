import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createInnerServer } from '../../src/http/inner-server.ts'

const server = createInnerServer((_request, response) => response.end('here'))
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'))
afterAll(() => server.close())

test.concurrent.each([
  ['nothing', ''],
  ['half a request', 'GET /metrics HT'],
  ['no HTTP', 'hello\r\n\r\n'],
  ['half another request after one', 'GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT'],
])('the servers of metrics and worker answer nothing that was not asked for: %s came [AT22]', async (_, bytes) => {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(bytes)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  expect(text.match(/^HTTP.*/gm) ?? []).toEqual(bytes.includes('Host') ? ['HTTP/1.1 200 OK'] : [])
})
