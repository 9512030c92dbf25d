import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorCode } from '../errors/catalogue.ts'

/**
 * What a guard decides by. `session`: what is remembered of the session. `address`: whether the client has an address.
 * `request`: anything else. When an answer is repeated before Fastify (guards/repeat), only the first two are known.
 */
export type LooksAt = 'session' | 'address' | 'request'

type Check = (request: FastifyRequest, reply: FastifyReply) => void | Promise<void>

/** A hook function that may refuse, and the codes that it refuses with. */
export type Guard = Check & { readonly codes: readonly ErrorCode[]; readonly looksAt: LooksAt }

export const guard = (looksAt: LooksAt, codes: readonly ErrorCode[], check: Check): Guard =>
  Object.assign(check, { codes, looksAt })
