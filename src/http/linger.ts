import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { networksOf } from './client-address.ts'
import { isHalfRead } from './on-socket.ts'

/** What a client may still send after an answer that did not wait for it. */
const mostBytes = 16 * 2 ** 20
const longestMs = 5000

/**
 * Connections that linger at a time; a network's share is for itself alone. The one that has lingered longest is closed
 * for a new one.
 */
const most = 256
const mostOfNetwork = 64

export type Linger = (socket: Socket) => void

/**
 * Ends a connection on which more may come: what is written is sent, what comes is read and thrown away until the
 * client has heard. Closed at once, the kernel would answer what comes with a reset, and that takes back the answer on
 * its way (RFC 9112 section 9.6).
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
    // Node's server may have stopped reading below the stream, and starts again where it hears this, if it still
    // listens.
    socket
      .pause()
      .once('resume', () => discard(socket))
      .resume()
    socket.end()
  }
}

/**
 * On a connection that stays, what is left of a request that was answered early is read before the next one: no more of
 * it and no longer than where the connection ends.
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
    // Node's parser, which hears first, has seen the same bytes.
    const count = ({ length }: Buffer) => {
      left -= length
      if (request.complete) forget()
      else if (left < 0) socket.destroy()
    }
    socket.once('close', forget)
    // As in `lingeringClose`: only then does Node's server hand the bytes to the stream, and goes on reading.
    socket
      .pause()
      .once('resume', () => socket.on('data', count))
      .resume()
  })
}

/** Reads past Node's parser, which has nothing more to say here. */
function discard(socket: Socket): void {
  let left = mostBytes
  socket.removeAllListeners('data').removeAllListeners('end')
  socket.once('end', () => socket.destroy())
  socket.on('data', ({ length }: Buffer) => {
    left -= length
    if (left < 0) socket.destroy()
  })
}

/** Node itself closes at once after an answer that ends its connection. */
export function lingerAfterEarlyAnswer(socket: Socket, linger: Linger): void {
  socket.destroySoon = () => {
    if (isHalfRead(socket)) linger(socket)
    else Socket.prototype.destroySoon.call(socket)
  }
}
