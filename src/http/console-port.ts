import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** The connections that came by the console's port. */
const arrived = new WeakSet<Socket>()

export const cameByConsolePort = ({ socket }: Pick<IncomingMessage, 'socket'>): boolean => arrived.has(socket)

type Place = { readonly host: string; readonly port: number }

/**
 * Listens on a second port for the same server, which treats connections from there as its own: they have its limits
 * and end with it. Call it once the server listens.
 */
export async function openConsolePort(app: FastifyInstance, { host, port }: Place): Promise<Server> {
  const door = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    arrived.add(socket)
    app.server.emit('connection', socket)
  })
  door.listen(port, host)
  await once(door, 'listening')
  app.server.once('close', () => door.close())
  return door
}
