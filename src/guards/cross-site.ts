import type { FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import { faults } from '../errors/fault.ts'
import { type Guard, guard } from '../http/guard.ts'
import { listedOrigins, refusedOrigins } from './refused-origins.ts'

const fault = faults('FORBIDDEN')
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

const appAdvice =
  'To the web view of an app these cookies are those of another site, which it does not keep: use /v0/app/auth, ' +
  'whose tokens come in the body.'
const siteAdvice =
  'a page of another site was refused, where browsers keep no cookies of the API: serve front end and API on one ' +
  'site (app.example.com and auth.example.com), or use /v0/app/auth'

/** Refuses requests that another site makes a browser send: CSRF, and logins posted into a victim's browser [SE8]. */
export function crossSiteGuard(config: Config): Guard {
  const allowed = listedOrigins(config)
  const tell = refusedOrigins()
  const check = (request: FastifyRequest): void => {
    const { cookie } = request.headers
    if (cookie === undefined && !request.routeOptions.config.setsCookie) return
    const { origin = '' } = request.headers
    const isApp = !origin.startsWith('http') && allowed.has(origin)
    if (!isApp && !isForeign(request, allowed)) return
    // An unlisted origin was logged before CORS already.
    if (origin === '' || allowed.has(origin)) tell(request, isApp ? appAdvice : siteAdvice)
    throw fault('FORBIDDEN', {
      details: isApp ? appAdvice : 'A request with cookies, or one that sets them, came from another site.',
    })
  }
  return guard('page', fault.codes, check)
}

export const isUnsafe = (method: string): boolean => !safeMethods.has(method)

function isForeign(request: FastifyRequest, allowed: ReadonlySet<string>): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (site === 'cross-site') return true
  if (site === 'same-site') return origin === undefined || !allowed.has(origin)
  // A browser sends `same-origin` or `none`; any other value counts as no header.
  if (site === 'same-origin' || site === 'none') return false
  return origin !== undefined && !allowed.has(origin)
}
