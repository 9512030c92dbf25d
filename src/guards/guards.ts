import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { z } from 'zod'
import { findNewPassword, takesMailedToken } from '../accounts/fields.ts'
import type { Role } from '../accounts/roles.ts'
import type { Config } from '../config/config.ts'
import { hasConsole } from '../config/has-console.ts'
import type { ResolveAccessToken } from '../credentials/resolve-access-token.ts'
import type { ResolveSession } from '../credentials/resolve-session.ts'
import { faults } from '../errors/fault.ts'
import { clientAddressFinder } from '../http/client-address.ts'
import { type Guard, guard } from '../http/guard.ts'
import { demandsFresh, type Impersonated } from '../http/route-policy.ts'
import type { BreachedPasswords } from '../ports/breached-passwords.ts'
import type { RateCounter } from '../ports/rate-counter.ts'
import type { CountedHasher } from '../throttling/hash-ticket.ts'
import { consoleGuard, doorGuard, isAdminPath, isBehindDoor, sessionOrConsoleGuard } from './console.ts'
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
import { impersonationGuards, whileImpersonated } from './impersonated.ts'
import { newPasswordGuard } from './new-password.ts'
import { type LimitName, rateLimitGuard } from './rate-limits.ts'
import { signUpGuard } from './sign-up.ts'
import { turnstileGuard } from './turnstile.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * What a caller must show. A route without it stops the server from starting [AZ1]. `probe`: health checks, which
     * no guard stands before.
     */
    access?: 'public' | 'optional' | 'session' | 'session or access token' | 'console' | 'session or console' | 'probe'
    /** Whether banned users may call it. */
    evenBanned?: boolean
    /**
     * The lowest role that may call it. A route for administrators also demands a fresh session, unless it only reads
     * and says `fresh: false` [AT10].
     */
    role?: Role
    /** The rate limit of the client's network; by default `default`. */
    limit?: LimitName | 'none'
    /** Whether the session must be fresh (marked F in the contract). */
    fresh?: boolean
    /**
     * What an administrator in the account of a user may do here [AD5]. By default they may read and nothing else; what
     * demands a fresh session or a role is always refused. `guardRoutes` fills it in.
     */
    impersonated?: Impersonated
    turnstile?: boolean
    /** Whether people make accounts by it without being invited: it is refused unless SIGN_UP is open. */
    signsUp?: boolean
    /**
     * Whether it hashes a password for any caller: strangers are refused while there is no room for it. Its limit must
     * be `sign-in` or `sign-up`.
     */
    hashes?: boolean
    /** Whether it answers with cookies: then other sites may not post to it, even without cookies. */
    setsCookie?: boolean
    /** Whether other sites post to it by design: it reads no cookie, sets none and changes nothing. */
    fromAnySite?: boolean
  }
  interface FastifyRequest {
    clientAddress: string
  }
}

type Deps = {
  readonly config: Config
  readonly hasher: CountedHasher
  readonly breachedPasswords: BreachedPasswords | undefined
  readonly sharedCounter: RateCounter
  readonly localCounter: RateCounter
  readonly resolveSession: ResolveSession
  readonly resolveConsole: ResolveSession
  readonly resolveAccessToken: ResolveAccessToken
}

/** Puts the guards that a route's `config` asks for before it, in the contract's order of checks. */
export function guardRoutes(app: FastifyInstance, deps: Deps): void {
  app.decorateRequest('clientAddress', '')
  app.decorateRequest('signedIn', undefined)
  const address = clientAddressGuard(deps.config)
  const crossSite = crossSiteGuard(deps.config)
  const turnstile = turnstileGuard(deps)
  const hashing = hashingGuard(deps)
  const signUp = signUpGuard(deps)
  const credential = {
    public: [],
    optional: [optionalSessionGuard(deps)],
    session: [sessionGuard(deps)],
    'session or access token': [sessionOrAccessTokenGuard(deps)],
    console: [consoleGuard(deps)],
    'session or console': [sessionOrConsoleGuard(deps)],
  }
  const isSignedIn = (access: Access) => access !== 'public' && access !== 'optional'
  const door = doorGuard(deps.config)

  type Access = keyof typeof credential
  const before = (route: RouteOptions, access: Access, config: FastifyContextConfig) => {
    const { limit = 'default', evenBanned = false, role, hashes = false, signsUp = false, fromAnySite = false } = config
    const changes = isChange(route)
    checkAdministration(route, config)
    return [
      ...onlyIf(isBehindDoor(route.url) && hasConsole(deps.config), door),
      address,
      ...onlyIf(changes && !fromAnySite, crossSite),
      ...onlyIf(hashes, hashing),
      ...(limit === 'none' ? [] : [rateLimitGuard(limit, deps)]),
      ...onlyIf(signsUp, signUp),
      ...credential[access],
      ...onlyIf(isSignedIn(access) && !evenBanned, banGuard),
      ...impersonationGuards(config.impersonated),
      ...(role ? [roleGuard(role)] : []),
      ...onlyIf(demandsFresh(config), freshGuard),
    ]
  }
  /** What is left of validation comes before the token of a bot check is used up. */
  const afterValidation = (route: RouteOptions, { turnstile: isBotChecked }: FastifyContextConfig): Guard[] => [
    ...newPasswordGuards(route, deps),
    ...(isBotChecked ? [turnstile] : []),
  ]
  app.addHook('onRoute', (route: RouteOptions) => {
    const declared = route.config ?? {}
    const { access } = declared
    if (access === undefined) throw new Error(`${String(route.method)} ${route.url} does not say who may call it`)
    if (access === 'probe') return
    // Fastify's type is that of hooks with callbacks; a route's own hooks are guards, which `inOrder` calls.
    const own = [route.onRequest ?? []].flat() as unknown as readonly Guard[]
    // Fastify declares HEAD with the hooks of GET.
    if (own.some((hook) => composed.has(hook))) return
    const impersonated = whileImpersonated(route, isChange(route))
    const config = { ...declared, ...(impersonated && { impersonated }) }
    route.config = config
    route.onRequest = inOrder([...before(route, access, config), ...own])
    const checks = afterValidation(route, config)
    if (checks.length > 0) route.preHandler = [...checks, ...[route.preHandler ?? []].flat()]
  })
}

/** Stops the server from starting if a route of administration is open to more than it should be. */
function checkAdministration(route: RouteOptions, config: FastifyContextConfig): void {
  const { role, evenBanned = false } = config
  const isOfAdmins = isAdminPath(route.url)
  if (isChange(route) && (role === 'admin' || (isOfAdmins && !evenBanned)) && !demandsFresh(config))
    throw new Error(`${String(route.method)} ${route.url} changes something for administrators who are not fresh`)
  if (isOfAdmins && role === undefined && !evenBanned)
    throw new Error(`${String(route.method)} ${route.url} does not say which role may call it`)
}

const isChange = ({ method }: RouteOptions): boolean => [method].flat().some(isUnsafe)

const onlyIf = (is: boolean, one: Guard): Guard[] => (is ? [one] : [])

/**
 * A password that a mailed link sets is looked up by its use case, after the link: whoever has none makes nobody look
 * anything up. Such a route must declare that, so that a test has to prove it.
 */
function newPasswordGuards({ method, url, schema, config }: RouteOptions, deps: Deps): Guard[] {
  const body = schema?.body
  const field = body instanceof z.ZodObject ? findNewPassword(body) : undefined
  if (!(body instanceof z.ZodObject) || field === undefined) return []
  if (!takesMailedToken(body)) return [newPasswordGuard(field, deps)]
  if (config?.codes?.includes('password:check_unavailable')) return []
  throw new Error(`${String(method)} ${url} sets a password by a mailed link, and does not look it up`)
}

const composed = new WeakSet<object>()

/**
 * Makes the guards one hook. It waits for nothing unless a guard returns a promise: a session check answered from
 * memory does not.
 */
function inOrder(guards: readonly Guard[]): Hook & Pick<Guard, 'codes' | 'looksAt'> {
  async function goOn(pending: Promise<void>, next: number, request: FastifyRequest, reply: FastifyReply) {
    await pending
    for (const guard of guards.slice(next)) await guard(request, reply)
  }
  const check: Hook = (request, reply, done) => {
    for (const [index, guard] of guards.entries()) {
      const pending = guard(request, reply)
      // Fastify goes on when the promise resolves.
      if (pending !== undefined) return goOn(pending, index + 1, request, reply)
    }
    done()
  }
  const all = Object.assign(check, {
    codes: guards.flatMap(({ codes }: Partial<Guard>) => codes ?? []),
    // A hook that does not say what it looks at may look at anything.
    looksAt: guards.flatMap(({ looksAt = ['request'] }: Partial<Guard>) => looksAt),
  })
  composed.add(all)
  return all
}

type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void | Promise<void>

const addressFault = faults('general:invalid_ip_address')

function clientAddressGuard(config: Config): Guard {
  const findAddress = clientAddressFinder(config)
  const check = (request: FastifyRequest): void => {
    const address = findAddress(request)
    if (address === undefined) {
      throw addressFault('general:invalid_ip_address', {
        details: `A trusted proxy sent something other than an address in ${config.clientIpHeader}.`,
      })
    }
    request.clientAddress = address
  }
  return guard('address', addressFault.codes, check)
}
