import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isSuccess, OutboundError, openOutbound } from '../../src/outbound/client.ts'
import { outboundPolicy } from '../../src/outbound/policy.ts'

let answer: RequestListener
let base: string
let asked = 0
const server = createServer((request, response) => {
  asked++
  answer(request, response)
})
const strict = openOutbound(outboundPolicy({ appEnv: 'production', outboundAllow: [] }))
const lenient = openOutbound(outboundPolicy({ appEnv: 'test', outboundAllow: [] }))
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(async () => {
  await strict.close()
  await lenient.close()
  server.closeAllConnections()
  server.close()
})

describe('a guarded request [FS4]', () => {
  test.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[::1]/',
    'https://[::ffff:7f00:1]/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/',
    'http://example.com/',
    'https://example.com:8443/',
    'https://user:secret@example.com/',
    'file:///etc/passwd',
    'data:text/plain,x',
  ])('to %s is none', async (url) => {
    await expect(strict.askGuarded(url)).rejects.toBeInstanceOf(OutboundError)
  })

  test('a name is looked up by the guard at every new connection, outside production as well', async () => {
    answer = (_request, response) => response.end('{}')
    expect(isSuccess(await lenient.askGuarded(base.replace('127.0.0.1', 'localhost')))).toBe(true)
    const before = asked
    await expect(strict.askGuarded(base.replace('127.0.0.1', 'localhost').replace('http:', 'https:'))).rejects.toThrow()
    expect(asked).toBe(before)
  })

  test.each([301, 302, 303, 307, 308])('a redirect (%d) is an answer, not a way', async (status) => {
    answer = (_request, response) => response.writeHead(status, { location: 'http://169.254.169.254/' }).end()
    const before = asked
    expect((await lenient.askGuarded(base)).status).toBe(status)
    expect(asked).toBe(before + 1)
  })

  test('beyond its bytes it fails, whatever the length that is claimed', async () => {
    answer = (_request, response) => response.end('x'.repeat(101))
    await expect(lenient.askGuarded(base, { mostBytes: 100 })).rejects.toThrow('more than 100 bytes')
    expect((await lenient.askGuarded(base, { mostBytes: 101 })).bytes).toHaveLength(101)
  })

  test('five seconds in all, for the head and for a body that drips', async () => {
    answer = () => {}
    const drip: RequestListener = (_request, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'), 200)
      response.on('close', () => clearInterval(timer))
    }
    const timed = async () => {
      const started = performance.now()
      await expect(lenient.askGuarded(base)).rejects.toBeInstanceOf(OutboundError)
      return performance.now() - started
    }
    const head = timed()
    await expect.poll(() => asked).toBeGreaterThan(0)
    const silent = new Promise((resolve) => setImmediate(resolve))
    await silent
    answer = drip
    for (const ms of await Promise.all([head, timed()])) {
      expect(ms).toBeGreaterThan(4500)
      expect(ms).toBeLessThan(6500)
    }
  })
})

test("the operator's own URLs are asked wherever they are", async () => {
  answer = (_request, response) => response.end('{}')
  expect((await strict.ask(base)).status).toBe(200)
  await expect(strict.ask('http://127.0.0.1:1/')).rejects.toBeInstanceOf(OutboundError)
})
