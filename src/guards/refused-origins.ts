import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'

/** Bounds what strangers can write to the log. */
const windowMs = 600_000
const mostOrigins = 10
const longestOrigin = 200

/** An origin as a browser writes it, without path and query, which could hold anything. */
const shape = /^(?:null|[a-z][a-z0-9+.-]*:\/\/[^\s/?#@]+)$/i

/**
 * Logs which origin was refused and what to set: each origin once in ten minutes, ten of them at most, with the number
 * of refusals since the last line [FD67].
 */
export function refusedOrigins(): (request: FastifyRequest, advice: string) => void {
  const told = new Set<string>()
  let windowEndsAt = 0
  let untold = 0
  return (request, advice) => {
    const origin = readable(request.headers.origin)
    const now = performance.now()
    if (now >= windowEndsAt) {
      windowEndsAt = now + windowMs
      told.clear()
    }
    if (told.has(origin) || told.size >= mostOrigins) {
      untold += 1
      return
    }
    told.add(origin)
    const { method, routeOptions, log } = request
    log.warn({ origin, method, route: routeOptions.url, untold }, advice)
    untold = 0
  }
}

function readable(origin = 'none'): string {
  if (origin !== 'none' && !shape.test(origin)) return 'no origin that a browser sends'
  return origin.slice(0, longestOrigin)
}

export const listedOrigins = ({ publicUrl, corsOrigins }: Config): ReadonlySet<string> =>
  new Set([publicUrl, ...corsOrigins])

/** Comes before CORS, which refuses origins without a log line and answers preflight requests itself. */
export function tellOfUnlisted(app: FastifyInstance, config: Config): void {
  const listed = listedOrigins(config)
  const tell = refusedOrigins()
  app.addHook('onRequest', (request, _reply, done) => {
    const { origin, 'sec-fetch-site': site } = request.headers
    const isOwn = origin === undefined || listed.has(origin) || site === 'same-origin' || site === 'none'
    if (!isOwn && !request.routeOptions.config?.fromAnySite)
      tell(request, 'an origin was refused: if a front end of yours has it, add it to CORS_ORIGINS (else FRONTEND_URL)')
    done()
  })
}
