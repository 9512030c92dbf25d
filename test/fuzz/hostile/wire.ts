import { connect, type Socket } from 'node:net'

type RawReply = {
  readonly status: number
  readonly headers: Record<string, string | string[]>
  readonly body: Buffer
}

export type Wire = {
  /** Sends the bytes; `undefined` where the server closed without a word. */
  exchange(bytes: Buffer, how: How): Promise<RawReply | undefined>
  close(): void
}

type How = {
  readonly isHead: boolean
  /** Nothing follows, though it may be awaited: the sender hangs up. */
  readonly isCut: boolean
  /** What follows on this connection would be no answer to what is sent. */
  readonly isLast: boolean
}

const deadlineMs = 45_000

/** One connection at a time, kept as long as the server keeps it, without a client's library that would mend what is sent. */
export function openWire(port: number): Wire {
  let kept: Socket | undefined
  const drop = (): void => {
    kept?.destroy()
    kept = undefined
  }
  return {
    close: drop,
    exchange: async (bytes, { isHead, isCut, isLast }) => {
      kept ??= opened(port)
      const socket = kept
      if (isCut) socket.end(bytes)
      else socket.write(bytes)
      const reply = await readReply(socket, isHead).catch((error: Error) => {
        drop()
        throw error
      })
      const goesOn = reply?.isWhole && reply.headers.connection !== 'close' && !isCut && !isLast
      if (!goesOn) drop()
      return reply
    },
  }
}

// What the server refuses to read it may reset; what it said before stands.
const opened = (port: number): Socket =>
  connect(port, '127.0.0.1')
    .setNoDelay()
    .on('error', () => {})

type Read = RawReply & { readonly isWhole: boolean }

function readReply(socket: Socket, isHead: boolean): Promise<Read | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Read | undefined>()
  let received = Buffer.alloc(0)
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk])
    const reply = parse(received, isHead)
    if (reply !== undefined) resolve(reply)
  }
  const onClose = (): void =>
    /^(?:HTTP\/1\.1 1\d\d [^\r]*\r\n\r\n)*$/.test(received.toString('latin1'))
      ? resolve(undefined)
      : reject(new Error(`closed within a reply: ${received}`))
  const late = setTimeout(() => reject(new Error(`no reply in ${deadlineMs} ms`)), deadlineMs)
  socket.on('data', onData).on('close', onClose)
  return promise.finally(() => {
    clearTimeout(late)
    socket.off('data', onData).off('close', onClose)
  })
}

/** `undefined` until all of it is there. */
function parse(bytes: Buffer, isHead: boolean): Read | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [line = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1])
  const rest = bytes.subarray(end + 4)
  if (status < 200) return parse(rest, isHead)
  const headers = readHeaders(lines)
  const isStream = String(headers['content-type']).startsWith('text/event-stream')
  if (isStream || isHead || status === 204 || status === 304) {
    // What begins like an answer is one: to what followed on the line.
    const isNext = rest.subarray(0, 9).toString('latin1') === 'HTTP/1.1 '
    return {
      status,
      headers,
      body: isStream || isNext ? Buffer.alloc(0) : rest,
      isWhole: !isStream && rest.length === 0,
    }
  }
  if (headers['transfer-encoding'] !== undefined) return parseChunks({ status, headers, body: rest })
  const length = Number(headers['content-length'] ?? 0)
  return rest.length < length
    ? undefined
    : { status, headers, body: rest.subarray(0, length), isWhole: rest.length === length }
}

function readHeaders(lines: readonly string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  for (const one of lines) {
    const [name = '', value = ''] = one.split(/: ?(.*)/s)
    const key = name.toLowerCase()
    const before = headers[key]
    headers[key] = before === undefined ? value : [before, value].flat()
  }
  return headers
}

function parseChunks({ status, headers, body }: RawReply): Read | undefined {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = Number.parseInt(body.subarray(at, lineEnd).toString('latin1'), 16)
    const next = lineEnd + 2 + size + 2
    if (body.length < next) return undefined
    if (size === 0) return { status, headers, body: Buffer.concat(parts), isWhole: body.length === next }
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = next
  }
}
