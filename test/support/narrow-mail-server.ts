import { type AddressInfo, createServer, type Socket } from 'node:net'

/** Where a mail server that has one conversation turns the next away: at the greeting or at a command. */
export type Narrowness = {
  readonly at: 'greeting' | 'EHLO' | 'MAIL' | 'RCPT'
  /** Null closes the connection, undefined lets it wait without a word. */
  readonly says: string | null | undefined
}

/** A mail server that takes one conversation at a time, and its time over each mail. */
export async function openNarrowServer({ at, says }: Narrowness, takesMs: number) {
  const taken: string[] = []
  const waiting: Socket[] = []
  let inside: Socket | undefined
  const say = (socket: Socket, line: string) => void (socket.writable && socket.write(`${line}\r\n`))

  /** Whether it is let in; if not, it has been told. */
  const enter = (socket: Socket): boolean => {
    inside ??= socket
    if (inside === socket) return true
    if (says === undefined) waiting.push(socket)
    else if (says === null) socket.destroy()
    else say(socket, says)
    return false
  }
  const leave = (socket: Socket) => {
    if (inside !== socket) return
    inside = waiting.shift()
    if (inside) say(inside, '220 narrow')
  }

  const server = createServer((socket) => {
    let to = ''
    let obey = (line: string): void => {
      const verb = line.slice(0, 4).toUpperCase()
      if (verb === at && !enter(socket)) return
      if (verb === 'RCPT') to = /<(.*)>/.exec(line)?.[1] ?? ''
      if (verb === 'QUIT') return void socket.end('221 bye\r\n')
      if (verb !== 'DATA') return void say(socket, '250 well')
      obey = read
      say(socket, '354 go on')
    }
    const read = (line: string): void => {
      if (line !== '.') return
      setTimeout(() => {
        taken.push(to)
        say(socket, '250 taken')
      }, takesMs)
    }
    let rest = ''
    socket.on('data', (bytes) => {
      const lines = (rest + bytes).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) obey(line)
    })
    socket.on('close', () => leave(socket)).on('error', () => undefined)
    if (at !== 'greeting' || enter(socket)) say(socket, '220 narrow')
    else if (says !== undefined) socket.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    close: () => void server.close(),
  }
}
