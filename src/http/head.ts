import { Readable } from 'node:stream'
import type { FastifyInstance, onSendHookHandler, RouteOptions } from 'fastify'

/**
 * A HEAD runs the handler of its GET. Of a stream Fastify would read and discard everything, and one that does not end
 * by itself, such as that of the events, would keep its place for ever: it is closed instead [AT5].
 */
export function closeStreamsOfHeads(app: FastifyInstance): void {
  app.addHook('onRoute', (route: RouteOptions) => {
    if (route.method === 'HEAD') route.onSend = [closeStream, ...[route.onSend ?? []].flat()]
  })
}

const closeStream: onSendHookHandler = (_request, _reply, payload, done) => {
  if (!(payload instanceof Readable)) return done()
  payload.destroy()
  done(null, Readable.from([]))
}
