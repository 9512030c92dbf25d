import type { FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import { faults } from '../errors/fault.ts'
import { type Guard, guard } from '../http/guard.ts'

const fault = faults('FORBIDDEN')
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Refuses what another site makes a browser send: CSRF, and logins posted into somebody else's browser [SE8]. */
export function crossSiteGuard(config: Config): Guard {
  const allowed = new Set([config.publicUrl, ...config.corsOrigins])
  const check = (request: FastifyRequest): void => {
    const { cookie } = request.headers
    if (cookie === undefined && !request.routeOptions.config.setsCookie) return
    const { origin = '' } = request.headers
    const isApp = !origin.startsWith('http') && allowed.has(origin)
    if (!isApp && !isForeign(request, allowed)) return
    throw fault('FORBIDDEN', {
      details: isApp
        ? 'To the web view of an app these cookies are those of another site, which it does not keep: use ' +
          '/v0/app/auth, whose tokens come in the body.'
        : 'A request with cookies, or one that sets them, came from another site.',
    })
  }
  return guard('request', fault.codes, check)
}

export const isUnsafe = (method: string): boolean => !safeMethods.has(method)

function isForeign(request: FastifyRequest, allowed: ReadonlySet<string>): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (site === 'cross-site') return true
  if (site === 'same-site') return origin === undefined || !allowed.has(origin)
  // A browser says `same-origin` or `none`; anything else counts as no header.
  if (site === 'same-origin' || site === 'none') return false
  return origin !== undefined && !allowed.has(origin)
}
