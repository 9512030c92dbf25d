import { connect, type Socket } from 'node:net'

/** As many requests as the server can answer, from a process of its own; prints what came of them as JSON. */

export type LoadOrder = {
  readonly port: number
  readonly path: string
  /** Of each of the requests in turn, so that a set of sessions is asked for. */
  readonly headers: readonly Readonly<Record<string, string>>[]
  readonly connections: number
  readonly seconds: number
}

export type LoadResult = { readonly perSecond: number; readonly failed: number; readonly p99Ms: number }

const order = JSON.parse(process.env.LOAD_ORDER ?? '') as LoadOrder
const requests = order.headers.map((headers) => {
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(`GET ${order.path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
})

const latenciesMs: number[] = []
let [answered, failed, next, isOver] = [0, 0, 0, false]

/** One request after the other on one connection. A response ends where its headers say. */
function keepAsking(socket: Socket): void {
  let pending: Buffer = Buffer.alloc(0)
  let sentAt = 0
  const ask = (): void => {
    sentAt = performance.now()
    socket.write(requests[next++ % requests.length] as Buffer)
  }
  socket.setNoDelay(true)
  socket.once('connect', ask)
  socket.on('error', () => (failed += 1))
  socket.on('data', (chunk: Buffer) => {
    const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    if (bytes.length < lengthOf(bytes)) {
      pending = bytes
      return
    }
    pending = Buffer.alloc(0)
    answered += 1
    latenciesMs.push(performance.now() - sentAt)
    // "HTTP/1.1 2.."
    if (bytes[9] !== 0x32) failed += 1
    if (!isOver) ask()
  })
}

const end = Buffer.from('\r\n\r\n')
const marker = Buffer.from('content-length: ')

function lengthOf(bytes: Buffer): number {
  const headersEnd = bytes.indexOf(end)
  if (headersEnd < 0) return Number.POSITIVE_INFINITY
  const at = bytes.indexOf(marker)
  return (
    headersEnd +
    end.length +
    (at < 0 ? 0 : Number.parseInt(bytes.toString('latin1', at + marker.length, at + marker.length + 8), 10))
  )
}

const startedAt = performance.now()
const sockets = Array.from({ length: order.connections }, () => connect(order.port, '127.0.0.1'))
for (const socket of sockets) keepAsking(socket)
setTimeout(() => {
  const seconds = (performance.now() - startedAt) / 1000
  isOver = true
  const sorted = latenciesMs.sort((a, b) => a - b)
  const p99Ms = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN
  process.stdout.write(JSON.stringify({ perSecond: answered / seconds, failed, p99Ms } satisfies LoadResult))
  process.exit(0)
}, order.seconds * 1000)
