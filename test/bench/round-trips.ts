import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Stands before PostgreSQL's Unix socket and notes what it has done. */
export type Listener = {
  /** The same database, through the listener. */
  readonly url: string
  /** `BEGIN`, `UPDATE`, …: one for each round trip, oldest first, since it was asked last. */
  takeCommands(): string[]
  close(): Promise<void>
}

export async function listenTo(url: string): Promise<Listener> {
  const realDir = /[?&]host=([^&]+)/.exec(url)?.[1] ?? ''
  const dir = mkdtempSync(join(tmpdir(), 'postern-listener-'))
  const sockets = new Set<Socket>()
  let commands: string[] = []
  const server = createServer((client) => {
    const backend = connect(join(decodeURIComponent(realDir), '.s.PGSQL.5432'))
    const readMessages = messageReader((type, text) => {
      if (type === 'C') commands.push(text.split(' ')[0] ?? '')
    })
    client.pipe(backend)
    backend.on('data', readMessages).pipe(client)
    for (const [socket, other] of [
      [client, backend],
      [backend, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy()).on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(join(dir, '.s.PGSQL.5432'), resolve))
  return {
    url: url.replace(realDir, encodeURIComponent(dir)),
    takeCommands: () => {
      const taken = commands
      commands = []
      return taken
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Messages of PostgreSQL's protocol: a letter, then the length of what follows, itself included. */
function messageReader(note: (type: string, text: string) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0)
  return (chunk) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 5) {
      const length = 1 + pending.readUInt32BE(1)
      if (pending.length < length) return
      note(String.fromCharCode(pending[0] ?? 0), pending.toString('latin1', 5, length - 1))
      pending = pending.subarray(length)
    }
  }
}
