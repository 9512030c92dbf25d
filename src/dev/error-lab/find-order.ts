import type { IncomingMessage } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'
import type { FastifyRequest } from 'fastify'
import { findMisfit, type Order, readOrder } from '../../client/order.ts'
import type { Config } from '../../config/config.ts'
import { catalogue, type ErrorCode } from '../../errors/catalogue.ts'
import { rules as fieldRules } from '../../errors/fault.ts'
import type { HasHeaders } from '../../http/cookies.ts'
import { labAccess } from './access.ts'
import type { Documented, DocumentedRoutes } from './documented.ts'
import { headerUses, type LabRules } from './rules.ts'

/** An order whose code the route declares. */
export type FittingOrder = Order & { readonly code: ErrorCode }

const forceHeader = 'x-postern-force'
export const rulesCookie = 'dev_force'

export const rulesOf = ({ headers: { cookie = '' } }: HasHeaders): string =>
  fastifyCookie.parse(cookie)[rulesCookie] ?? ''

/** A cheap first check for every request. */
export const asksForForce = ({ headers }: IncomingMessage): boolean =>
  forceHeader in headers || headers.cookie?.includes(`${rulesCookie}=`) === true

/** Says why the route can never answer as ordered. Returns undefined if it can. */
export function findFault(order: Order, { method, path, codes }: Documented): string | undefined {
  const unknown = order.fields?.find(({ rule }) => !(fieldRules as readonly string[]).includes(rule))
  if (unknown) return `fields have no rule ${JSON.stringify(unknown.rule)}, but ${fieldRules.join(', ')}`
  // `findMisfit` asks only for codes that the route declares.
  const statusOf = (code: string): number => catalogue[code as ErrorCode].status
  return findMisfit(order, { route: `${method} ${path}`, codes, statusOf })
}

type Found = { readonly order: FittingOrder; readonly route: Documented } | { readonly mistake: string }

/**
 * Finds the order that a request has to be answered by, and counts its use. The header takes precedence over the
 * browser's rules.
 */
export function orderFinder(config: Config, routes: DocumentedRoutes, rules: LabRules) {
  const isAllowed = labAccess(config)
  const hasUseLeft = headerUses()

  function obey(header: string, route: Documented): Found | undefined {
    const read = readOrder(header)
    if ('mistake' in read) return read
    const { order } = read
    const mistake = findFault(order, route)
    if (mistake !== undefined) return { mistake }
    const isDue = order.times === undefined || hasUseLeft(`${route.method} ${route.path} ${header}`, order.times)
    return isDue ? { order: order as FittingOrder, route } : undefined
  }

  return (request: FastifyRequest): Found | undefined => {
    const route = routes.of(request)
    if (route === undefined) return undefined
    const header = request.headers[forceHeader]
    if (typeof header === 'string' && isAllowed(request.raw)) return obey(header, route)
    // The cookie is proof enough: only callers who may force answers were given it.
    const order = rules.take(rulesOf(request), route.method, route.path)
    return order && { order, route }
  }
}
