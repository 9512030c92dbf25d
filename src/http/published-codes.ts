import { createHash } from 'node:crypto'
import type { RouteOptions } from 'fastify'
import { catalogue, type ErrorCode } from '../errors/catalogue.ts'
import { documentPath } from './openapi.ts'

/** The codes of every published operation, sorted, by its method and path: `POST /v0/auth/login`. */
export type PublishedCodes = Readonly<Record<string, readonly ErrorCode[]>>

/** The routes must be those of a server that is ready: before, their guards have not declared their codes. */
export function publishedCodes(routes: readonly RouteOptions[]): PublishedCodes {
  const shown = routes.filter(({ schema }) => (schema as { readonly hide?: boolean } | undefined)?.hide !== true)
  const operations = shown.flatMap(({ method, url, config = {} }) =>
    [method].flat().flatMap((one) => {
      // Fastify declares HEAD beside each GET; the document does not name it.
      if (one === 'HEAD') return []
      return [[`${one} ${documentPath(url)}`, [...(config.declaredCodes ?? [])].sort()] as const]
    }),
  )
  return Object.fromEntries(operations.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * Stands for what a caller may be refused with: every operation, its codes and their statuses. Settings do not change
 * it, and neither does the version.
 */
export function contractDigest(published: PublishedCodes): string {
  const lines = Object.entries(published).map(
    ([operation, codes]) => `${operation} ${codes.map((code) => `${code}=${catalogue[code].status}`).join(' ')}\n`,
  )
  return createHash('sha256').update(lines.join('')).digest('hex').slice(0, 16)
}
