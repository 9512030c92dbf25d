import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { networksOf } from './client-address.ts'
import { isHalfRead } from './on-socket.ts'

/** How much, and for how long, a client may still send after an answer that did not wait for all of its request. */
const mostBytes = 16 * 2 ** 20
const longestMs = 5000

/**
 * The most connections that linger at a time, in all and of one network. The one that has lingered longest is closed to
 * make room, of the same network if that one is full.
 */
const most = 256
const mostOfNetwork = 64

export type Linger = (socket: Socket) => void

/**
 * Ends a connection on which more may come: sends what is written, and discards what comes until the client has heard.
 * If it were closed at once, the kernel would reset it, and the client could lose the answer (RFC 9112 section 9.6).
 */
export function lingeringClose(): Linger {
  const lingering = new Map<Socket, string>()

  function makeRoom(network: string): void {
    const own = [...lingering].flatMap(([socket, other]) => (other === network ? [socket] : []))
    const [oldest] = lingering.keys()
    if (own.length >= mostOfNetwork) own[0]?.destroy()
    else if (lingering.size >= most) oldest?.destroy()
  }

  return (socket) => {
    const network = networksOf(socket.remoteAddress ?? '').primary
    makeRoom(network)
    lingering.set(socket, network)
    const deadline = setTimeout(() => socket.destroy(), longestMs)
    socket.once('close', () => {
      clearTimeout(deadline)
      lingering.delete(socket)
    })
    socket.on('error', () => socket.destroy())
    // Node's server may have stopped reading below the stream; it resumes at this event, if its listeners are still
    // there.
    socket
      .pause()
      .once('resume', () => discard(socket))
      .resume()
    socket.end()
  }
}

/**
 * If a request is answered early and its connection stays, Node reads the rest before the next request. This limits the
 * rest to the same bytes and time as a lingering connection.
 */
export function boundRest(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request
  response.once('finish', () => {
    if (request.complete || socket.writableEnded) return
    let left = mostBytes
    const deadline = setTimeout(() => socket.destroy(), longestMs)
    const forget = () => {
      clearTimeout(deadline)
      socket.off('data', count).off('close', forget)
    }
    // Node's parser listens first, so it has seen the same bytes.
    const count = ({ length }: Buffer) => {
      left -= length
      if (request.complete) forget()
      else if (left < 0) socket.destroy()
    }
    socket.once('close', forget)
    // As in `lingeringClose`: from this event on Node's server hands the bytes to the stream and reads on.
    socket
      .pause()
      .once('resume', () => socket.on('data', count))
      .resume()
  })
}

/** Discards what comes, without Node's parser. */
function discard(socket: Socket): void {
  let left = mostBytes
  socket.removeAllListeners('data').removeAllListeners('end')
  socket.once('end', () => socket.destroy())
  socket.on('data', ({ length }: Buffer) => {
    left -= length
    if (left < 0) socket.destroy()
  })
}

/** After an answer that ends its connection, Node itself would close the socket at once. */
export function lingerAfterEarlyAnswer(socket: Socket, linger: Linger): void {
  socket.destroySoon = () => {
    if (isHalfRead(socket)) linger(socket)
    else Socket.prototype.destroySoon.call(socket)
  }
}
