import type { FastifyRequest } from 'fastify'
import { widestNetworkOf } from './client-address.ts'

/** Who sends a request, as sessions, devices and the audit keep it. */
export type Caller = {
  readonly address: string
  readonly userAgent: string | undefined
  /** It hung up: whatever is answered reaches nobody. */
  readonly isGone: () => boolean
}

/** Who calls a route that hashes passwords. */
export type HashingCaller = Caller & {
  /** In which class its network was counted. */
  readonly countedFor: 'sign-in' | 'sign-up'
  /** Strangers of one share what room there is for their passwords. */
  readonly network: string
}

/** Only a route whose limit is made for hashing has such callers: no other can have a password hashed [AT3]. */
export function hashingCallerOf(request: FastifyRequest): HashingCaller {
  const { url, config } = request.routeOptions
  const { limit: countedFor } = config
  if (countedFor !== 'sign-in' && countedFor !== 'sign-up') {
    throw new Error(`${request.method} ${url} hashes passwords and has not the limit of routes that do`)
  }
  return { ...callerOf(request), countedFor, network: widestNetworkOf(request.clientAddress) }
}

const longestUserAgent = 512
const controls = /\p{Cc}/gu

export function callerOf(request: FastifyRequest): Caller {
  const userAgent = request.headers['user-agent']?.replace(controls, ' ').slice(0, longestUserAgent)
  return {
    address: request.clientAddress,
    userAgent: userAgent || undefined,
    isGone: () => request.raw.socket.destroyed === true,
  }
}
