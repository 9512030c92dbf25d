import { createServer, type Socket } from 'node:net'
import { mark } from './raw-request.ts'

/** A request as it arrived, byte for byte. */
type Arrival = { readonly target: string; readonly text: string }

/** An application behind a proxy that keeps what it was sent and reads it in the worst ways that there are. */
export async function startApplication() {
  const arrived: Arrival[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let text = ''
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (!isWhole(text)) return
      const target = text.split(' ', 2)[1] ?? ''
      if (text.includes(mark)) arrived.push({ target, text })
      text = ''
      const isRedirect = target.includes('/moved')
      const head = isRedirect ? '303 See Other\r\nLocation: /public/elsewhere?kept=1' : '200 OK'
      socket.end(`HTTP/1.1 ${head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    /** What came since it was asked last. */
    take: (): Arrival[] => arrived.splice(0),
    stop: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  const body = text.slice(end + 4)
  if (/^transfer-encoding:.*chunked/im.test(text.slice(0, end)))
    return /(?:^|\r\n)0+\r\n(?:[^\r]+\r\n)*\r\n$/.test(body)
  return body.length >= Number(/^content-length: *(\d+)/im.exec(text.slice(0, end))?.[1] ?? 0)
}

/** RFC 3875 section 4.1.18 as CGI, WSGI, PHP and Rack do it, of whatever looks like a header, in a trailer as well. */
export function variablesIn(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const line of text.split(/[\r\n\0]+/).slice(1)) {
    const [name = '', ...value] = line.split(':')
    if (value.length === 0) continue
    const variable = name
      .trim()
      .toUpperCase()
      .replace(/[^A-Z0-9]/g, '_')
    found.set(variable, [...(found.get(variable) ?? []), value.join(':').trim()])
  }
  return found
}

const decode = (path: string): string =>
  path.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
const withoutParameters = (path: string): string => path.replace(/;[^/]*/g, '')
const withSlashes = (path: string): string => path.replaceAll('\\', '/')
const untilNul = (path: string): string => path.split('\0', 1)[0] ?? ''
const merged = (path: string): string => path.replace(/\/{2,}/g, '/')

function withoutDots(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  return `/${kept.filter((segment, index) => segment !== '' || index > 0).join('/')}`
}

/** Every path that some application may take a target for. */
export function readingsOf(target: string): ReadonlySet<string> {
  const path = target.replace(/^https?:\/\/[^/?]*/i, '').split(/[?#]/, 1)[0] ?? ''
  const readings = new Set([path])
  // Until nothing new comes of any of them, in whatever order.
  for (const reading of readings)
    for (const read of [decode, withoutParameters, withSlashes, untilNul, merged, withoutDots])
      readings.add(read(reading))
  return readings
}
