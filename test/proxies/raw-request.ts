import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** In every request, so that one which anybody else sends to the same port is known as such. */
export const mark = randomUUID()

/** 0: no answer that could be read. */
export type RawAnswer = {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

type From = { readonly localAddress?: string; readonly host?: string }

/** One request as it is written, byte for byte; what comes after its first empty line is the body. */
export async function ask(port: number, startLine: string, lines = '', from: From = {}): Promise<RawAnswer> {
  const { localAddress = '127.0.0.1', host: ownHost = 'app.example.com' } = from
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  const closing = /^connection:/im.test(lines) ? '' : 'Connection: close\r\n'
  const host = /^http:\/\/([^/?]*)/i.exec(startLine.split(' ')[1] ?? '')?.[1] ?? ownHost
  // Not ended from here: to many a proxy that is somebody who is gone.
  socket.write(
    Buffer.from(
      `${startLine}\r\nHost: ${host}\r\nX-Mark: ${mark}\r\n${closing}${lines && `${lines}\r\n`}\r\n`,
      'latin1',
    ),
  )
  const answer = await readAnswer(socket)
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2)
  return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0), headers: headersIn(head), body }
}

function readAnswer(socket: Socket): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let answer = ''
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1')
    if (isWhole(answer)) socket.destroy()
  })
  // Only against hanging: every request here is answered, or its connection ended.
  socket.setTimeout(10_000, () => socket.destroy())
  socket.on('error', () => socket.destroy()).on('close', () => resolve(answer))
  return promise
}

/** Where it says how long it is; else it ends with its connection. */
function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n')
  const length = headersIn(answer.slice(0, end)).get('content-length')
  return end !== -1 && length !== undefined && answer.length >= end + 4 + Number(length)
}

function headersIn(head: string): ReadonlyMap<string, string> {
  const [, ...lines] = head.split('\r\n')
  return new Map(
    lines.map((line) => {
      const [name = '', ...value] = line.split(':')
      return [name.toLowerCase(), value.join(':').trim()] as const
    }),
  )
}

const atATime = 24

/** Each of these, not so many at once that a small machine would not answer in time. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (let first = 0; first < items.length; first += atATime)
    results.push(...(await Promise.all(items.slice(first, first + atATime).map(act))))
  return results
}
