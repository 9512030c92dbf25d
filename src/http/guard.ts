import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorCode } from '../errors/catalogue.ts'

/**
 * By what a guard decides. `session`: by what is remembered of the session. `address`: by whether the client has an
 * address at all. `request`: by anything else. An answer that is repeated before Fastify knows the first two only
 * (guards/repeat).
 */
export type LooksAt = 'session' | 'address' | 'request'

type Check = (request: FastifyRequest, reply: FastifyReply) => void | Promise<void>

/** A hook function that may refuse, and the codes with which it does. */
export type Guard = Check & { readonly codes: readonly ErrorCode[]; readonly looksAt: LooksAt }

export const guard = (looksAt: LooksAt, codes: readonly ErrorCode[], check: Check): Guard =>
  Object.assign(check, { codes, looksAt })
