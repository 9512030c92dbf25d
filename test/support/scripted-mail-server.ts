import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

export type ScriptedServer = {
  readonly url: string
  readonly sockets: ReadonlySet<Socket>
  /** What it was told, lines of messages included. */
  readonly lines: readonly string[]
  close(): Promise<void>
}

/** Answers by the first word of a command; to a word that it does not know it owes the answer. */
export async function openScriptedServer(answers: Readonly<Record<string, string>>): Promise<ScriptedServer> {
  const sockets = new Set<Socket>()
  const told: string[] = []
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket))
    socket.write('220 ready\r\n')
    const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })
    lines.on('error', () => undefined)
    // The first word of what is not a command is none of these: lines of a message pass.
    lines.on('line', (line) => {
      told.push(line)
      const answer = answers[line.split(/[ :]/, 1)[0] ?? '']
      if (answer !== undefined) socket.write(`${answer}\r\n`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    lines: told,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

export const willing = {
  EHLO: '250 here',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  '.': '250 taken',
  RSET: '250 ok',
  QUIT: '221 bye',
} as const
