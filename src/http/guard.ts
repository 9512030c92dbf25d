import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorCode } from '../errors/catalogue.ts'

/**
 * What a guard decides by. `session`: what is remembered of the session. `address`: whether the client has an address.
 * `limit`: what its network has left. `page`: which page asks, by Origin, Sec-Fetch-Site and whether a cookie comes.
 * `request`: anything else. An answer before Fastify (guards/repeat) knows only some of them.
 */
export type LooksAt = 'session' | 'address' | 'limit' | 'page' | 'request'

type Check = (request: FastifyRequest, reply: FastifyReply) => void | Promise<void>

/** A hook function that may refuse, and the codes that it refuses with. */
export type Guard = Check & { readonly codes: readonly ErrorCode[]; readonly looksAt: readonly LooksAt[] }

export const guard = (looksAt: LooksAt, codes: readonly ErrorCode[], check: Check): Guard =>
  Object.assign(check, { codes, looksAt: [looksAt] })
