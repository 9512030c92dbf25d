import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A PostgreSQL that can go away and come back without being stopped. */
export type PostgresProxy = {
  /** The same database, through the proxy. */
  readonly url: string
  /** Ends every connection and takes no new one. */
  cut(): Promise<void>
  /** Keeps and takes connections, and lets nothing through. */
  hang(): void
  /** Lets nothing more through on the connections that there are, as after a failover that told nobody. */
  mute(): void
  /** Whatever it was: connections work, also those that hung. */
  restore(): Promise<void>
  close(): Promise<void>
}

const socketName = '.s.PGSQL.5432'

/** Stands before the Unix socket in the `host` of the URL. */
export async function openProxy(url: string): Promise<PostgresProxy> {
  const realDir = /[?&]host=([^&]+)/.exec(url)?.[1]
  if (realDir === undefined) throw new Error('the URL names no socket directory')
  const target = join(decodeURIComponent(realDir), socketName)
  const dir = mkdtempSync(join(tmpdir(), 'postern-proxy-'))
  const pairs = new Set<Pair>()
  let isHanging = false
  let server: Server | undefined = await listen()

  function listen(): Promise<Server> {
    const listening = createServer((client) => {
      const pair = couple(client, connect(target))
      pairs.add(pair)
      if (isHanging) pair.pause()
      client.once('close', () => pairs.delete(pair))
    })
    return new Promise((resolve, reject) => {
      listening.once('error', reject).listen(join(dir, socketName), () => resolve(listening))
    })
  }

  const cut = async (): Promise<void> => {
    for (const pair of pairs) pair.destroy()
    const closing = server
    server = undefined
    if (closing) await new Promise((resolve) => closing.close(resolve))
  }
  return {
    url: url.replace(realDir, encodeURIComponent(dir)),
    cut,
    hang: () => {
      isHanging = true
      for (const pair of pairs) pair.pause()
    },
    mute: () => {
      for (const pair of pairs) pair.pause()
    },
    restore: async () => {
      isHanging = false
      for (const pair of pairs) pair.resume()
      server ??= await listen()
    },
    close: async () => {
      await cut()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

type Pair = { pause(): void; resume(): void; destroy(): void }

function couple(client: Socket, backend: Socket): Pair {
  const destroy = (): void => {
    client.destroy()
    backend.destroy()
  }
  let isFlowing = false
  const resume = (): void => {
    // Piped twice, every byte would come twice.
    if (isFlowing) return
    isFlowing = true
    client.pipe(backend)
    backend.pipe(client)
  }
  for (const socket of [client, backend]) socket.on('error', destroy).on('close', destroy)
  resume()
  return {
    resume,
    destroy,
    pause: () => {
      isFlowing = false
      client.unpipe(backend).pause()
      backend.unpipe(client).pause()
    },
  }
}
