import type { FastifyRequest } from 'fastify'
import { hasRole, type Role } from '../accounts/roles.ts'
import type { Config } from '../config/config.ts'
import { accessTokenRefusals, type ResolveAccessToken } from '../credentials/resolve-access-token.ts'
import { type ResolveSession, type SessionRefusal, sessionRefusals } from '../credentials/resolve-session.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import { faults } from '../errors/fault.ts'
import { type HasHeaders, readCookie } from '../http/cookies.ts'
import { type Guard, guard } from '../http/guard.ts'

declare module 'fastify' {
  interface FastifyRequest {
    signedIn: SignedIn | undefined
  }
}

type Credential = { readonly source: 'cookie' | 'bearer'; readonly text: string }

/** Node has trimmed the trailing blanks; a pattern that looked for them itself would take quadratic time. */
const bearer = /^Bearer +(\S.*)$/i

/** Looks for the session cookie first; if one is sent, Bearer is ignored. */
export function findCredential(request: HasHeaders, config: Config): Credential | undefined {
  const cookie = readCookie(request, config, 'session_id')
  if (cookie !== undefined) return { source: 'cookie', text: cookie }
  const text = bearer.exec(request.headers.authorization ?? '')?.[1]
  return text === undefined ? undefined : { source: 'bearer', text }
}

/** A bearer token with two dots is an access token, any other a session token. */
const isAccessToken = ({ source, text }: Credential): boolean =>
  source === 'bearer' && /^[^.]*\.[^.]*\.[^.]*$/.test(text)

/** The session's token as sent, which may be anything. Returns undefined if there is none or it is an access token. */
export function findSessionToken(request: HasHeaders, config: Config): string | undefined {
  const credential = findCredential(request, config)
  return credential === undefined || isAccessToken(credential) ? undefined : credential.text
}

const sessionFault = faults('user:unauthorized', 'user:invalid_token', ...sessionRefusals)

type Deps = { readonly config: Config; readonly resolveSession: ResolveSession }

/** Demands a live session. The catalogue's entries for its codes say that a dead cookie is cleared. */
export const sessionGuard = (deps: Deps): Guard => guard('session', sessionCodes, sessionCheck(deps))

export const sessionCodes = sessionFault.codes

export function sessionCheck({ config, resolveSession }: Deps) {
  return (request: FastifyRequest): void | Promise<void> => {
    const credential = findCredential(request, config)
    if (credential === undefined) throw sessionFault('user:unauthorized')
    if (isAccessToken(credential)) {
      throw sessionFault('user:invalid_token', { details: 'This route takes a session, not an access token.' })
    }
    const admit = (outcome: SignedIn | SessionRefusal): void => {
      if (typeof outcome === 'string') throw sessionFault(outcome)
      request.signedIn = outcome
    }
    const outcome = resolveSession(credential.text)
    return outcome instanceof Promise ? outcome.then(admit) : admit(outcome)
  }
}

const tokenFault = faults(...accessTokenRefusals)

/** Demands a live session, or an access token of one. */
export function sessionOrAccessTokenGuard({
  resolveAccessToken,
  ...deps
}: Deps & { readonly resolveAccessToken: ResolveAccessToken }): Guard {
  const checkSession = sessionCheck(deps)
  const admit = async (request: FastifyRequest, text: string): Promise<void> => {
    const outcome = await resolveAccessToken(text)
    if (typeof outcome === 'string') throw tokenFault(outcome)
    request.signedIn = outcome
  }
  const check = (request: FastifyRequest): void | Promise<void> => {
    const credential = findCredential(request, deps.config)
    if (credential === undefined || !isAccessToken(credential)) return checkSession(request)
    return admit(request, credential.text)
  }
  return guard('session', [...sessionFault.codes, ...tokenFault.codes], check)
}

const freshFault = faults('user:reauthentication_required')

/** Demands that the session was opened or re-authenticated recently; comes after the guard that finds the session. */
export const freshGuard = guard('session', freshFault.codes, (request) => {
  if (!signedInUser(request).isFresh) {
    throw freshFault('user:reauthentication_required', {
      details: 'Post to /v0/auth/reauthenticate, then repeat the request.',
    })
  }
})

const banFault = faults('user:banned')

/** Refuses banned users; comes after the guard that finds the session. */
export const banGuard = guard('session', banFault.codes, (request) => {
  if (signedInUser(request).user.isBanned) throw banFault('user:banned')
})

const roleFault = faults('user:permission_insufficient')

/** Demands this role or a higher one; comes after the guard that finds the session. */
export function roleGuard(role: Role): Guard {
  const check = (request: FastifyRequest): void => {
    if (!hasRole(signedInUser(request).user.roles, role)) throw roleFault('user:permission_insufficient')
  }
  return guard('session', roleFault.codes, check)
}

/** Refuses a request that makes no sense in the account's state, before its body and fields are looked at. */
export function stateGuard(code: ErrorCode, isFine: (user: SignedIn['user']) => boolean): Guard {
  const stateFault = faults(code)
  const check = (request: FastifyRequest): void => {
    if (!isFine(signedInUser(request).user)) throw stateFault(code)
  }
  return guard('session', stateFault.codes, check)
}

/** Sets `signedIn` if there is a live session; a dead or foreign credential counts as none. */
export function optionalSessionGuard(deps: Deps): Guard {
  const check = async (request: FastifyRequest): Promise<void> => {
    request.signedIn = await findSession(request, deps)
  }
  return guard('session', [], check)
}

/** The live session of the request, if it has one. */
export async function findSession(
  request: FastifyRequest,
  { config, resolveSession }: Deps,
): Promise<SignedIn | undefined> {
  const credential = findCredential(request, config)
  const outcome = credential && (await resolveSession(credential.text))
  return typeof outcome === 'string' ? undefined : outcome
}

/** The signed-in user, on a route that demands one. */
export function signedInUser(request: FastifyRequest): SignedIn {
  if (request.signedIn === undefined)
    throw new Error(`${request.routeOptions.url} asks who is signed in without demanding it`)
  return request.signedIn
}

/** The user that is signed in in the browser. Returns undefined unless a cookie holds a live session. */
export const browserUser = (request: FastifyRequest, { config }: Pick<Deps, 'config'>) =>
  findCredential(request, config)?.source === 'cookie' ? request.signedIn?.user : undefined
