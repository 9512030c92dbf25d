import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { isSuccess, OutboundError, openOutbound } from '../../src/outbound/ask.ts'
import { outboundPolicy } from '../../src/outbound/policy.ts'

let answer: RequestListener
let base: string
let asked = 0
let connections = 0
const server = createServer((request, response) => {
  asked++
  answer(request, response)
})
server.on('connection', () => connections++)
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
beforeEach(() => {
  answer = (_request, response) => response.end('{}')
})

const brotli = (bytes: Buffer): Buffer => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })
const coded: Record<string, Code> = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  GZIP: gzipSync,
  deflate: deflateSync,
  'deflate ': deflateRawSync,
  br: brotli,
  zstd: zstdCompressSync,
  identity: (bytes) => bytes,
  'gzip, br': (bytes) => brotli(gzipSync(bytes)),
}

type Code = (bytes: Buffer) => Buffer
const bombs = new Map<Code, Buffer>()
/** 64 MiB, coded once. */
function bombOf(code: Code): Buffer {
  const bomb = bombs.get(code) ?? code(Buffer.alloc(64 * 1024 * 1024))
  bombs.set(code, bomb)
  return bomb
}

/** What the guard itself says: a server that merely does not answer proves nothing. */
const refusal = /may be asked|not public|no public address|another port/

describe('a guarded request [FS4]', () => {
  test.each([
    ...['127.0.0.1', '127.1', '0x7f.1', '2130706433', '017700000001', '１２７.0.0.1', '127.0.0.1.', '0'],
    ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '[fd00:ec2::254]', '[fe80::1]'],
    ...['10.0.0.1', '100.64.0.1', '169.254.169.254', '192.168.0.1', '192.0.2.1', 'localhost', 'LocalHost'],
  ])('to https://%s/ is none', async (host) => {
    await expect(strict.askGuarded(`https://${host}/`)).rejects.toThrow(refusal)
  })

  test.each([
    'http://example.com/',
    'https://example.com:8443/',
    'https://user:secret@example.com/',
    'file:///etc/passwd',
    'ftp://example.com/',
    'data:text/plain,x',
    'no URL',
  ])('to %s is none', async (url) => {
    await expect(strict.askGuarded(url)).rejects.toThrow(refusal)
  })

  test('reaches no other private address outside production, by number or by name', async () => {
    for (const host of ['10.0.0.1', '169.254.169.254', '[fd00::1]', '192.168.0.1'])
      await expect(lenient.askGuarded(`http://${host}:1/`)).rejects.toThrow(refusal)
    const named = base.replace('127.0.0.1', 'localhost')
    expect(isSuccess(await lenient.askGuarded(named))).toBe(true)
  })

  test('reaches what the operator allows, by host and by network, and nothing else', async () => {
    const tcp = createTcpServer((socket) => {
      reached++
      socket.destroy()
    })
    let reached = 0
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void tcp.close())
    const { port } = tcp.address() as AddressInfo
    for (const [allowed, host] of [
      ['localhost', 'localhost'],
      ['127.0.0.1', '127.0.0.1'],
      ['127.0.0.1', '0x7f.1'],
    ] as const) {
      const outbound = openOutbound(outboundPolicy({ appEnv: 'production', outboundAllow: [allowed] }))
      onTestFinished(outbound.close)
      const before = reached
      await expect(outbound.askGuarded(`https://${host}:${port}/`)).rejects.toThrow('did not answer')
      expect([host, reached]).toEqual([host, before + 1])
      await expect(outbound.askGuarded(`http://${host}:${port}/`)).rejects.toThrow(refusal)
      await expect(outbound.askGuarded('https://10.0.0.1/')).rejects.toThrow(refusal)
    }
    expect(reached).toBe(3)
  })

  test.each([301, 302, 303, 307, 308])('a redirect (%d) is an answer, not a way', async (status) => {
    answer = (_request, response) => response.writeHead(status, { location: 'http://169.254.169.254/' }).end()
    const before = asked
    expect((await lenient.askGuarded(base)).status).toBe(status)
    expect(asked).toBe(before + 1)
  })

  test('a kept connection serves the host alone whose address was checked', async () => {
    const { askGuarded, close } = openOutbound(outboundPolicy({ appEnv: 'test', outboundAllow: [] }))
    onTestFinished(close)
    const connectionsOf = async (url: string) => {
      const before = connections
      for (let time = 0; time < 10; time++) await askGuarded(url, { headers: { host: '127.0.0.1' } })
      return connections - before
    }
    expect(await connectionsOf(base)).toBeLessThan(10)
    expect(await connectionsOf(base)).toBe(0)
    expect(await connectionsOf(base.replace('127.0.0.1', 'localhost'))).toBeGreaterThan(0)
    await expect(askGuarded(base.replace('127.0.0.1', '10.0.0.1'))).rejects.toThrow(refusal)
  })
})

describe.each(['ask', 'askGuarded'] as const)('%s', (way) => {
  const ask = lenient[way]

  test('gives status, headers and bytes; sends method, headers and body', async () => {
    answer = async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const { method, headers } = request
      response.writeHead(201, { 'x-answer': 'yes' })
      response.end([method, headers['x-question'], headers['user-agent'], Buffer.concat(chunks)].join('|'))
    }
    const reply = await ask(base, { method: 'POST', headers: { 'x-question': 'why' }, body: 'ä' })
    expect([reply.status, reply.headers['x-answer'], reply.bytes.toString()]).toEqual([
      201,
      'yes',
      'POST|why|postern|ä',
    ])
  })

  test.each([204, 304])('an answer without a body (%d) has no bytes', async (status) => {
    answer = (_request, response) => response.writeHead(status).end()
    expect(await ask(base)).toMatchObject({ status, bytes: Buffer.alloc(0) })
  })

  test('beyond its bytes it fails, chunked or with their number said beforehand', async () => {
    for (const headers of [{}, { 'content-length': '101' }]) {
      answer = (_request, response) => response.writeHead(200, headers).end('x'.repeat(101))
      await expect(ask(base, { mostBytes: 100 })).rejects.toThrow('more than 100 bytes')
      expect((await ask(base, { mostBytes: 101 })).bytes).toHaveLength(101)
    }
  })

  test('an answer without an end stops at its bytes, a mebibyte unless said otherwise', async () => {
    let sent = 0
    answer = (_request, response) => {
      const chunk = Buffer.alloc(64 * 1024)
      const more = () => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length
      }
      response.on('drain', more)
      more()
    }
    await expect(ask(base)).rejects.toThrow('more than 1048576 bytes')
    expect(sent).toBeLessThan(16 * 1024 * 1024)
  })

  const answering = (coding: string, bytes: Buffer) => {
    answer = (request, response) => {
      acceptEncoding = request.headers['accept-encoding']
      response.writeHead(200, { 'content-encoding': coding }).end(bytes)
    }
  }
  let acceptEncoding: unknown

  test.each(Object.entries(coded))(
    'what is coded as %j is read, although nobody asked for it [FD5]',
    async (coding, code) => {
      const text = Buffer.from('{"a":"ä"}'.repeat(100))
      answering(coding, code(text))
      expect((await ask(base)).bytes).toEqual(text)
      expect(acceptEncoding).toBe('identity')
      answering(coding, Buffer.alloc(0))
      expect((await ask(base)).bytes).toEqual(Buffer.alloc(0))
    },
  )

  test.each(Object.entries(coded))(
    'what is coded as %j has no more bytes than others once it is decoded [FD5]',
    async (coding, code) => {
      answering(coding, code(Buffer.alloc(1024 * 1024)))
      expect((await ask(base)).bytes).toHaveLength(1024 * 1024)
      answering(coding, bombOf(code))
      await expect(ask(base)).rejects.toBeInstanceOf(OutboundError)
    },
  )

  test.each([
    ['gzip', 'no gzip'],
    ['gzip', gzipSync('half of it, cut in the middle').subarray(0, 20)],
    ['br', 'no brotli'],
    ['compress', '{}'],
    ['aes128gcm', '{}'],
    ['constructor', '{}'],
    ['gzip, gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(gzipSync('{}'))))],
  ])('an answer that is coded as %j but cannot be decoded is none [FD5]', async (coding, bytes) => {
    answering(coding, Buffer.from(bytes))
    await expect(ask(base)).rejects.toThrow('The answer cannot be decoded')
  })

  async function askLiar(text: string) {
    const liar = createTcpServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(text)))
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void liar.close())
    return (await ask(`http://127.0.0.1:${(liar.address() as AddressInfo).port}/`)).bytes.toString()
  }

  test.each([
    ['less than it says', 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{}'],
    ['half a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n100\r\n{}'],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`],
    ['nothing', ''],
  ])('a server that sends %s did not answer', async (_name, text) => {
    await expect(askLiar(text)).rejects.toBeInstanceOf(OutboundError)
  })

  test('of a server that sends more than it says no more is taken', async () => {
    const text = await askLiar('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}{}{}').catch(String)
    expect(text).toMatch(/^\{\}$|did not answer$/)
  })

  test('nobody there, no such name', async () => {
    for (const url of ['http://127.0.0.1:1/', 'http://nobody.invalid/'])
      await expect(ask(url)).rejects.toBeInstanceOf(OutboundError)
  })
})

test('five seconds in all, for the head and for a body that drips', async () => {
  answer = ({ url }, response) => {
    if (url === '/silent') return
    response.writeHead(200)
    const timer = setInterval(() => response.write('x'), 200)
    response.on('close', () => clearInterval(timer))
  }
  const timed = async (request: Promise<unknown>) => {
    const started = performance.now()
    await expect(request).rejects.toBeInstanceOf(OutboundError)
    return performance.now() - started
  }
  const requests = [strict.ask, lenient.ask, lenient.askGuarded].flatMap((ask) => [ask(`${base}silent`), ask(base)])
  for (const ms of await Promise.all(requests.map(timed))) {
    expect(ms).toBeGreaterThan(4500)
    expect(ms).toBeLessThan(7000)
  }
})

test("the operator's own URLs are asked wherever they are", async () => {
  expect((await strict.ask(base)).status).toBe(200)
  expect((await strict.ask(base.replace('127.0.0.1', 'localhost'))).status).toBe(200)
})
