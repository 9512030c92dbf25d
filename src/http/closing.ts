import type { Server } from 'node:http'
import { type AddressInfo, connect, Server as NetServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { responseOn } from './on-socket.ts'

/** A request that is not all here so long after the drain is not waited for. */
const arrivalWhileClosingMs = 2000

/** However many go on connecting. */
const stopListeningWithinMs = 1000

/**
 * Takes no new connection afterwards, and keeps those that it has. A listener that closes resets the connections that
 * wait to be taken, so it closes when none does. Before closing begins: from then on every answer makes a proxy connect
 * anew.
 */
export async function stopListening(server: Server): Promise<void> {
  if (!server.listening) return
  const startedAt = performance.now()
  while (await takesOthersFirst(server)) if (performance.now() - startedAt > stopListeningWithinMs) break
  // An HTTP server's own would hang up on idle connections as well.
  NetServer.prototype.close.call(server)
}

/** Connects to itself; says whether others had waited longer. */
function takesOthersFirst(server: Server): Promise<boolean> {
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
 * Lets every response say that its connection ends once closing has begun; `drainMs` later idle ones go, so that none
 * holds it up. Without that while a proxy would be hung up on with a request under way that it may not send twice.
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
    // A server that closes no longer minds Node's own timeouts.
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
