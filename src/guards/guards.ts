import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Role } from '../accounts/roles.ts'
import type { Config } from '../config/config.ts'
import type { ResolveAccessToken } from '../credentials/resolve-access-token.ts'
import type { ResolveSession } from '../credentials/resolve-session.ts'
import { faults } from '../errors/fault.ts'
import { clientAddressFinder } from '../http/client-address.ts'
import { type Guard, guard, type LooksAt } from '../http/guard.ts'
import type { RateCounter } from '../ports/rate-counter.ts'
import type { CountedHasher } from '../throttling/hash-ticket.ts'
import {
  banGuard,
  freshGuard,
  optionalSessionGuard,
  roleGuard,
  sessionGuard,
  sessionOrAccessTokenGuard,
} from './credential.ts'
import { crossSiteGuard, isUnsafe } from './cross-site.ts'
import { hashingGuard } from './hashing.ts'
import { type LimitName, rateLimitGuard } from './rate-limits.ts'
import { turnstileGuard } from './turnstile.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Who may call. Every route says it or the server does not start [AZ1]. `probe`: health checks, which nothing
     * guards.
     */
    access?: 'public' | 'optional' | 'session' | 'session or access token' | 'probe'
    /** What somebody who is banned may still do. */
    evenBanned?: boolean
    /** Who may call it at least; of a session's owner. What only administrators may demands a fresh session [AT10]. */
    role?: Role
    /** The network's rate limit; `default` unless said otherwise. */
    limit?: LimitName | 'none'
    /** Marked F in the contract: the session must be fresh. */
    fresh?: boolean
    turnstile?: boolean
    /**
     * Hashes a password for any caller, so strangers are refused while there is no room for it; its limit is
     * `sign-in` or `sign-up`.
     */
    hashes?: boolean
    /** Answers with cookies, so another site may not post to it even without any. */
    setsCookie?: boolean
    /** Other sites post to it by design: it reads no cookie, sets none and changes nothing. */
    fromAnySite?: boolean
  }
  interface FastifyRequest {
    clientAddress: string
  }
}

type Deps = {
  readonly config: Config
  readonly hasher: CountedHasher
  readonly sharedCounter: RateCounter
  readonly localCounter: RateCounter
  readonly resolveSession: ResolveSession
  readonly resolveAccessToken: ResolveAccessToken
}

/** Puts before every route what its `config` asks for, in the contract's order of checks. */
export function guardRoutes(app: FastifyInstance, deps: Deps): void {
  app.decorateRequest('clientAddress', '')
  app.decorateRequest('signedIn', undefined)
  const address = clientAddressGuard(deps.config)
  const crossSite = crossSiteGuard(deps.config)
  const turnstile = turnstileGuard(deps)
  const hashing = hashingGuard(deps)
  const credential = {
    public: [],
    optional: [optionalSessionGuard(deps)],
    session: [sessionGuard(deps)],
    'session or access token': [sessionOrAccessTokenGuard(deps)],
  }
  const isSignedIn = (access: Access) => access === 'session' || access === 'session or access token'

  type Access = keyof typeof credential
  const before = (
    route: RouteOptions,
    access: Access,
    {
      limit = 'default',
      evenBanned = false,
      role,
      fresh = false,
      hashes = false,
      fromAnySite = false,
    }: FastifyContextConfig,
  ) => [
    address,
    ...([route.method].flat().some(isUnsafe) && !fromAnySite ? [crossSite] : []),
    ...(hashes ? [hashing] : []),
    ...(limit === 'none' ? [] : [rateLimitGuard(limit, deps)]),
    ...credential[access],
    ...(isSignedIn(access) && !evenBanned ? [banGuard] : []),
    ...(role ? [roleGuard(role)] : []),
    ...(fresh || role === 'admin' ? [freshGuard] : []),
  ]
  app.addHook('onRoute', (route: RouteOptions) => {
    const config = route.config ?? {}
    if (config.access === undefined)
      throw new Error(`${String(route.method)} ${route.url} does not say who may call it`)
    if (config.access === 'probe') return
    // Fastify's type is that of hooks which call back; a route's own are guards, as inOrder calls them.
    const own = [route.onRequest ?? []].flat() as unknown as readonly Guard[]
    // HEAD comes with what GET was given.
    if (own.some((hook) => composed.has(hook))) return
    route.onRequest = inOrder([...before(route, config.access, config), ...own])
    if (config.turnstile) route.preHandler = [turnstile, ...[route.preHandler ?? []].flat()]
  })
}

const composed = new WeakSet<object>()

/**
 * One hook for all: nothing is waited for as long as nothing has to be, as on a session check that is answered from
 * memory.
 */
function inOrder(guards: readonly Guard[]): Hook & Pick<Guard, 'codes' | 'looksAt'> {
  async function goOn(pending: Promise<void>, next: number, request: FastifyRequest, reply: FastifyReply) {
    await pending
    for (const guard of guards.slice(next)) await guard(request, reply)
  }
  const check: Hook = (request, reply, done) => {
    for (const [index, guard] of guards.entries()) {
      const pending = guard(request, reply)
      // Fastify goes on when the promise does.
      if (pending !== undefined) return goOn(pending, index + 1, request, reply)
    }
    done()
  }
  const all = Object.assign(check, {
    codes: guards.flatMap(({ codes }: Partial<Guard>) => codes ?? []),
    looksAt: farthest(guards),
  })
  composed.add(all)
  return all
}

/** What all of them together look at; a hook that does not say so may look at anything. */
const farthest = (guards: readonly Partial<Guard>[]): LooksAt =>
  guards.every(({ looksAt }) => looksAt === 'session' || looksAt === 'address') ? 'session' : 'request'

type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void | Promise<void>

const addressFault = faults('general:invalid_ip_address')

function clientAddressGuard(config: Config): Guard {
  const findAddress = clientAddressFinder(config)
  const check = (request: FastifyRequest): void => {
    const address = findAddress(request)
    if (address === undefined) {
      throw addressFault('general:invalid_ip_address', {
        details: `A trusted proxy sent something else than an address in ${config.clientIpHeader}.`,
      })
    }
    request.clientAddress = address
  }
  return guard('address', addressFault.codes, check)
}
