import type { FastifyRequest } from 'fastify'
import { widestNetworkOf } from './client-address.ts'

/** The sender of a request, as sessions, devices and the audit keep it. */
export type Caller = {
  readonly address: string
  /** The X-Request-Id of the answer, by which support finds what the request did. */
  readonly requestId: string
  readonly userAgent: string | undefined
  /** The language that the request asks for, if there are texts in it. */
  readonly language: string | undefined
  /** Whether the client has hung up, so that no answer can reach it. */
  readonly isGone: () => boolean
}

/** The sender of a request that has a password hashed. */
export type HashingCaller = Caller & {
  /** The rate limit that its network was counted in. */
  readonly countedFor: 'sign-in' | 'sign-up'
  /** Strangers from one network share the places for hashing. */
  readonly network: string
}

/** Only a route with a limit made for hashing has such callers, so no other route can have a password hashed [AT3]. */
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
    requestId: request.id,
    userAgent: userAgent || undefined,
    get language() {
      return request.language
    },
    isGone: () => request.raw.socket.destroyed === true,
  }
}
