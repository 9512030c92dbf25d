import type { FastifyRequest } from 'fastify'

/** Where a request came from, as sessions, devices and the audit keep it. */
export type Client = {
  readonly address: string
  readonly userAgent: string | undefined
  /** It hung up: whatever is answered reaches nobody. */
  readonly isGone: () => boolean
}

const longestUserAgent = 512
const controls = /\p{Cc}/gu

export function clientOf(request: FastifyRequest): Client {
  const userAgent = request.headers['user-agent']?.replace(controls, ' ').slice(0, longestUserAgent)
  return {
    address: request.clientAddress,
    userAgent: userAgent || undefined,
    isGone: () => request.raw.socket.destroyed === true,
  }
}
