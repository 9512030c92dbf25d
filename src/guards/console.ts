import type { FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import { hasConsole } from '../config/has-console.ts'
import { type ResolveSession, sessionRefusals } from '../credentials/resolve-session.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { faults } from '../errors/fault.ts'
import { clientAddressFinder, isWithin, parseTrustedProxies } from '../http/client-address.ts'
import { cameByConsolePort } from '../http/console-port.ts'
import { readCookie } from '../http/cookies.ts'
import { type Guard, guard } from '../http/guard.ts'
import { findSession, sessionCheck, sessionCodes } from './credential.ts'

/** What a route under /v0/admin says of itself: this, and `role: 'mod'` where moderators read as well. */
export const adminRead = { access: 'console', role: 'admin', fresh: false } as const
export const adminWrite = { access: 'console', role: 'admin' } as const

type Deps = {
  readonly config: Config
  readonly resolveSession: ResolveSession
  readonly resolveConsole: ResolveSession
}

/**
 * Whether administration is where the request asks for it: on CONSOLE_PORT if that is set, and for a client in
 * CONSOLE_ALLOW if that is.
 */
function consolePlace(config: Config): (request: Pick<FastifyRequest, 'raw'>) => boolean {
  const { consolePort, consoleAllow } = config
  const networks = parseTrustedProxies(consoleAllow)
  const findAddress = clientAddressFinder(config)
  return ({ raw }) => {
    if (consolePort !== undefined && !cameByConsolePort(raw)) return false
    return networks.length === 0 || isWithin(findAddress(raw) ?? '', networks)
  }
}

/** Whether a route is one of administration. */
export const isAdminPath = (routeUrl: string): boolean => routeUrl.startsWith('/v0/admin/')

/** The same, or of its page. */
export const isBehindDoor = (routeUrl: string): boolean => isAdminPath(routeUrl) || /^\/console(?:\/|$)/.test(routeUrl)

const doorFault = faults('system:not_found')

/** Elsewhere the route answers like one that does not exist, before anything is counted [AD10]. */
export function doorGuard(config: Config): Guard {
  const isHere = consolePlace(config)
  const check = (request: FastifyRequest): void => {
    if (!isHere(request)) throw doorFault('system:not_found')
  }
  return guard('request', doorFault.codes, check)
}

/** Whether a route is one of administration or of its page, and the request is not where those are. */
export function administrationElsewhere(config: Config) {
  const isHere = consolePlace(config)
  return (request: Pick<FastifyRequest, 'raw'>, routeUrl: string): boolean =>
    hasConsole(config) && isBehindDoor(routeUrl) && !isHere(request)
}

const sessionFault = faults('user:unauthorized', ...sessionRefusals)

/** Demands a console session: that of the cookie made for it, and nothing else [AD1]. */
export function consoleGuard({ config, resolveConsole }: Deps): Guard {
  const check = async (request: FastifyRequest): Promise<void> => {
    const text = readCookie(request, config, 'admin_id')
    if (text === undefined) throw sessionFault('user:unauthorized')
    const outcome = await resolveConsole(text)
    if (typeof outcome === 'string') throw sessionFault(outcome)
    request.signedIn = outcome
  }
  return guard('session', sessionFault.codes, check)
}

/** The live console session of the request's cookie, where there is administration for it. */
export function consoleFinder({ config, resolveConsole }: Omit<Deps, 'resolveSession'>) {
  const isHere = consolePlace(config)
  return async (request: FastifyRequest): Promise<SignedIn | undefined> => {
    const text = hasConsole(config) && isHere(request) ? readCookie(request, config, 'admin_id') : undefined
    const outcome = text === undefined ? undefined : await resolveConsole(text)
    return typeof outcome === 'string' ? undefined : outcome
  }
}

/**
 * Demands a console session, or a session as before there was a console. Of two the console's counts, unless only the
 * other is fresh: a front end in the same browser may be somebody else's.
 */
export function sessionOrConsoleGuard(deps: Deps): Guard {
  const findConsole = consoleFinder(deps)
  const checkSession = sessionCheck(deps)
  const check = async (request: FastifyRequest): Promise<void> => {
    const byConsole = await findConsole(request)
    if (byConsole === undefined) return checkSession(request)
    const own = byConsole.isFresh ? undefined : await findSession(request, deps)
    request.signedIn = own?.isFresh ? own : byConsole
  }
  return guard('session', sessionCodes, check)
}
