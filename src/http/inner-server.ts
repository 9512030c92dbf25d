import { createServer, type RequestListener, type Server } from 'node:http'

const requestWithinMs = 5000

/**
 * A server for our own processes and for the operator's programs. Whoever sends no request, or none in time or none
 * that can be read, is hung up on: Node itself would send an answer, which a client that waited could take for the
 * answer to its next request [AT22].
 */
export const createInnerServer = (listener: RequestListener): Server =>
  createServer(
    { requestTimeout: requestWithinMs, headersTimeout: requestWithinMs, connectionsCheckingInterval: 1000 },
    listener,
  ).on('clientError', (_error, socket) => socket.destroy())
