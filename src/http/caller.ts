import type { FastifyRequest } from 'fastify'
import { widestNetworkOf } from './client-address.ts'

/** Where a request came from, as sessions, devices and the audit keep it. */
export type Client = {
  readonly address: string
  readonly userAgent: string | undefined
  /** It hung up: whatever is answered reaches nobody. */
  readonly isGone: () => boolean
}

/** The client of a route that hashes passwords. */
export type HashingClient = Client & {
  /** In which class its network was counted. */
  readonly countedFor: 'sign-in' | 'sign-up'
  /** Strangers of one share what room there is for their passwords. */
  readonly network: string
}

/** Only a route whose limit is made for hashing has such clients: no other can have a password hashed [AT3]. */
export function hashingClientOf(request: FastifyRequest): HashingClient {
  const { url, config } = request.routeOptions
  const { limit: countedFor } = config
  if (countedFor !== 'sign-in' && countedFor !== 'sign-up') {
    throw new Error(`${request.method} ${url} hashes passwords and has not the limit of routes that do`)
  }
  return { ...clientOf(request), countedFor, network: widestNetworkOf(request.clientAddress) }
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
