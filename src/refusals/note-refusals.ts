import type { FastifyInstance, FastifyRequest } from 'fastify'
import { contractOf, forcedHeader } from '../http/headers.ts'
import type { RefusalLedger } from './ledger.ts'

/** That nobody is signed in is no riddle; every page of a guest is told so. */
const isIdle = (code: string): boolean => code === 'user:unauthorized'

/**
 * Hands refusals to the ledger after they were sent. Session checks, unknown paths, probes and forced answers are left
 * out.
 */
export function noteRefusals(app: FastifyInstance, ledger: RefusalLedger | undefined): void {
  if (ledger === undefined) return
  app.addHook('onResponse', (request, reply, done) => {
    done()
    if (reply.statusCode < 400) return
    const code = reply.getHeader('x-error-code')
    const { url: route, config } = request.routeOptions
    if (typeof code !== 'string' || isIdle(code) || route === undefined || reply.hasHeader(forcedHeader)) return
    if (config.access === 'probe' || config.repeatable) return
    const { id: requestId, method, clientAddress, signedIn } = request
    // Without an address the request was refused before its network was known.
    if (clientAddress === '') return
    const contract = asDigest(contractOf(request.headers))
    // Of an impersonation that of the administrator, whose network the account's owner must not learn.
    const userId = signedIn?.impersonation?.by ?? signedIn?.user.id
    ledger.note({ requestId, method, route, code, clientAddress, userId, email: sentEmail(request), contract })
  })
}

const longestEmail = 320

/** The address that the request is about, whether or not it was found to be one. */
function sentEmail({ body }: FastifyRequest): string | undefined {
  const email = typeof body === 'object' && body !== null && 'email' in body ? body.email : undefined
  const isFit = typeof email === 'string' && email.length > 0 && email.length <= longestEmail && email.isWellFormed()
  // PostgreSQL takes no NUL, and no address has any of these.
  return isFit && !/\p{Cc}/u.test(email) ? email : undefined
}

const asDigest = (said: string | undefined): string | undefined =>
  said !== undefined && /^[0-9a-f]{16}$/.test(said) ? said : undefined
