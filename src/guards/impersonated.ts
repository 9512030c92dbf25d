import type { RouteOptions } from 'fastify'
import { faults } from '../errors/fault.ts'
import { type Guard, guard } from '../http/guard.ts'
import { demandsFresh, type Impersonated } from '../http/route-policy.ts'
import { signedInUser } from './credential.ts'

/**
 * What an administrator in the account of a user may do at this route, or undefined where no session of a user counts.
 * What is not said to be theirs is refused, so that a new route cannot be forgotten [AD5].
 */
export function whileImpersonated({ method, url, config = {} }: RouteOptions, changes: boolean) {
  const { access, role, impersonated } = config
  const takesSession = access === 'session' || access === 'session or access token' || access === 'session or console'
  const isOwners = demandsFresh(config) || role !== undefined
  if (impersonated !== undefined && (!takesSession || isOwners))
    throw new Error(`${String(method)} ${url} says what an impersonation may do where none may do anything`)
  if (!takesSession) return undefined
  return isOwners || changes ? (impersonated ?? 'refused') : (impersonated ?? 'open')
}

const impersonationFault = faults('user:impersonated')

const refuse = (details: string): never => {
  throw impersonationFault('user:impersonated', { details })
}

const always = guard('session', impersonationFault.codes, (request) => {
  if (signedInUser(request).impersonation) refuse('Only the owner of the account can do this.')
})

const unlessReadOnly = guard('session', impersonationFault.codes, (request) => {
  const { impersonation, user } = signedInUser(request)
  if (impersonation === undefined) return
  if (impersonation.readOnly) refuse('This impersonation may only read.')
  const { method, url } = request.routeOptions
  request.log.info({ actor: impersonation.by, target: user.id, method, url }, 'impersonation')
})

const guards: Readonly<Record<Impersonated, readonly Guard[]>> = {
  open: [],
  'unless read-only': [unlessReadOnly],
  refused: [always],
}

/** They come after the guard that finds the session. */
export const impersonationGuards = (impersonated: Impersonated | undefined): readonly Guard[] =>
  impersonated === undefined ? [] : guards[impersonated]
