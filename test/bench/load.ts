import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

/** Requests from a process of its own, as many as the server can answer or so many a second; prints what came of them as JSON. */

export type Sent = { readonly headers: Readonly<Record<string, string>>; readonly body?: object }

export type LoadOrder = {
  readonly port: number
  readonly method?: 'POST'
  readonly path: string
  /** Sent in turn, each of them by the next connection that is free. */
  readonly requests: readonly Sent[]
  /** Each is sent once at most; once all are answered it is over. */
  readonly once?: boolean
  readonly connections: number
  readonly seconds: number
  /** Not as many as can be. */
  readonly perSecond?: number
  /**
   * Has a core of its own, and never sleeps: to wake it for an answer costs the server microseconds, which one that is fast enough to
   * keep it busy is spared.
   */
  readonly awake?: boolean
  /** Another server, asked the same in turns with this one: the machine may be half as fast a second later. */
  readonly inTurnWith?: { readonly port: number; readonly path: string }
}

export type LoadResult = {
  /** Of both servers together, where there are two. */
  readonly perSecond: number
  /** Of each turn: first this server's, then the other's. */
  readonly turnsPerSecond: readonly number[]
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<string, number>>
  readonly p99Ms: number
}

const order = JSON.parse(readFileSync(process.env.LOAD_ORDER ?? '', 'utf8')) as LoadOrder
const { method = 'GET', once: isOnce = false, perSecond = Number.POSITIVE_INFINITY } = order
const turnMs = 250

type Server = { readonly requests: readonly Buffer[]; readonly sockets: readonly Socket[]; answered: number }

async function openServer({ port, path }: Pick<LoadOrder, 'port' | 'path'>): Promise<Server> {
  const requests = order.requests.map(({ headers, body }) => {
    const json = body === undefined ? '' : JSON.stringify(body)
    const own = body && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(json)) }
    const lines = Object.entries({ host: 'localhost', ...own, ...headers }).map(([name, value]) => `${name}: ${value}`)
    return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${json}`)
  })
  const sockets = Array.from({ length: order.connections }, () => connect(port, '127.0.0.1'))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  return { requests, sockets, answered: 0 }
}

const first = await openServer(order)
const second = order.inTurnWith ? await openServer(order.inTurnWith) : first
/** Whose turn it is. */
let asked = first
const latenciesMs: number[] = []
/** Connections whose turn has not come. */
let waiting: (() => void)[] = []
const statuses: Record<string, number> = {}
let next = 0
/** Connections that have their last answer. */
let done = 0
let isOver = false

const startedAt = performance.now()

const elapsedSeconds = (): number => (performance.now() - startedAt) / 1000
const isDue = (server: Server): boolean => server === asked && next <= elapsedSeconds() * perSecond

/** One request after the other on one connection. A response ends where its headers say. */
function keepAsking(server: Server, socket: Socket): void {
  const { requests, sockets } = server
  let pending: Buffer = Buffer.alloc(0)
  let sentAt = 0
  const ask = (): void => {
    if (isOver) return
    if (isOnce && next >= requests.length) {
      done += 1
      if (done === sockets.length) finish()
      return
    }
    if (!isDue(server)) {
      waiting.push(ask)
      return
    }
    // Where it had to wait for its turn that counts as well: others would have asked meanwhile.
    sentAt = perSecond === Number.POSITIVE_INFINITY ? performance.now() : startedAt + (next / perSecond) * 1000
    socket.write(requests[next++ % requests.length] as Buffer)
  }
  socket.setNoDelay(true)
  socket.on('error', () => note('broken'))
  socket.on('data', (chunk: Buffer) => {
    const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    if (bytes.length < lengthOf(bytes)) {
      // Of a stream only its beginning, which says what it is, and its end.
      pending = isStream(bytes) ? Buffer.concat([bytes.subarray(0, mostHeader), bytes.subarray(-last.length)]) : bytes
      return
    }
    pending = Buffer.alloc(0)
    server.answered += 1
    latenciesMs.push(performance.now() - sentAt)
    note(bytes.toString('latin1', 'HTTP/1.1 '.length, 'HTTP/1.1 200'.length))
    ask()
  })
  ask()
}

function note(status: string): void {
  statuses[status] = (statuses[status] ?? 0) + 1
}

const end = Buffer.from('\r\n\r\n')
const marker = Buffer.from('content-length: ')
const streamed = Buffer.from('Transfer-Encoding: chunked')
const last = Buffer.from('\r\n0\r\n\r\n')
const mostHeader = 4096

const isStream = (bytes: Buffer): boolean => bytes.subarray(0, mostHeader).includes(streamed)

function lengthOf(bytes: Buffer): number {
  const headersEnd = bytes.indexOf(end)
  if (headersEnd < 0) return Number.POSITIVE_INFINITY
  if (isStream(bytes)) return bytes.subarray(-last.length).equals(last) ? bytes.length : Number.POSITIVE_INFINITY
  const at = bytes.indexOf(marker)
  if (at < 0 || at > headersEnd) return headersEnd + end.length
  const length = Number.parseInt(bytes.toString('latin1', at + marker.length, at + marker.length + 8), 10)
  return headersEnd + end.length + length
}

function finish(): void {
  if (isOver) return
  isOver = true
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  const result: LoadResult = {
    perSecond: latenciesMs.length / elapsedSeconds(),
    turnsPerSecond,
    statuses,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
  }
  process.stdout.write(JSON.stringify(result), () => process.exit(0))
}

/** Lets those ask whose turn has come. */
function wake(): void {
  const woken = waiting
  waiting = []
  for (const ask of woken) ask()
}

const turnsPerSecond: number[] = []
let begun = { at: startedAt, answered: 0 }
function nextTurn(): void {
  const now = performance.now()
  turnsPerSecond.push(((asked.answered - begun.answered) * 1000) / (now - begun.at))
  asked = asked === first ? second : first
  begun = { at: now, answered: asked.answered }
  wake()
}

for (const server of new Set([first, second])) for (const socket of server.sockets) keepAsking(server, socket)
setInterval(wake, 1)
if (order.inTurnWith) setInterval(nextTurn, turnMs)
if (order.awake) stayAwake()
function stayAwake(): void {
  setImmediate(stayAwake)
}
// How long a load lasts is what is asked for.
setTimeout(finish, order.seconds * 1000)
