import { type AddressInfo, connect, Server as NetServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { responseOn } from './on-socket.ts'

/** A request that has not arrived in full this long after the drain is cut off. */
const arrivalWhileClosingMs = 2000

/** Stops waiting after this time, even if clients go on connecting. */
const stopListeningWithinMs = 1000

/**
 * Afterwards no new connection is taken, and open ones stay. A listener that closes resets the connections in its
 * queue, so it closes when the queue is empty. Call it before closing begins: from then on every answer makes a proxy
 * connect anew.
 */
export async function stopListening(server: NetServer): Promise<void> {
  if (!server.listening) return
  const startedAt = performance.now()
  while (await takesOthersFirst(server)) if (performance.now() - startedAt > stopListeningWithinMs) break
  // The `close` of an HTTP server would close idle connections too.
  NetServer.prototype.close.call(server)
}

/** Connects to itself; resolves to whether other connections had waited longer. */
function takesOthersFirst(server: NetServer): Promise<boolean> {
  const { address, port } = server.address() as AddressInfo
  const own = connect(port, address)
  return new Promise((resolve) => {
    let others = false
    function take({ remotePort }: Socket): void {
      if (remotePort === own.localPort) finish()
      else others = true
    }
    function finish(): void {
      server.off('connection', take)
      own.destroy()
      resolve(others)
    }
    server.on('connection', take)
    own.on('error', finish).setTimeout(stopListeningWithinMs, finish)
  })
}

/**
 * Once closing has begun, every response says that its connection ends; `drainMs` later idle connections are closed, so
 * that none holds up the close. If that came at once, a proxy could lose a request under way that it may not send
 * twice.
 */
export function closeGracefully(app: FastifyInstance, drainMs: number): void {
  const sockets = new Set<Socket>()
  let closing = false
  let sweep: NodeJS.Timeout | undefined
  let cut: NodeJS.Timeout | undefined
  app.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  app.addHook('preClose', async () => {
    closing = true
    await sleep(drainMs)
    sweep = setInterval(() => app.server.closeIdleConnections(), 100)
    // A closing server no longer applies Node's own timeouts.
    cut = setTimeout(() => {
      for (const socket of sockets) if (responseOn(socket)?.req.complete !== true) socket.destroy()
    }, arrivalWhileClosingMs)
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close')
    done()
  })
  app.addHook('onClose', async () => {
    clearInterval(sweep)
    clearTimeout(cut)
  })
}
