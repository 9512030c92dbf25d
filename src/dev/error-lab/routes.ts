import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import { faults } from '../../errors/fault.ts'
import type { App } from '../../http/app.ts'
import { type Guard, guard } from '../../http/guard.ts'
import { assetRoutes } from '../../pages/asset-routes.ts'
import { asPage, pagePolicy } from '../../pages/layout.ts'
import { hideFromOtherOrigins } from '../local-only.ts'
import { labAccess } from './access.ts'
import { findFault, rulesCookie, rulesOf } from './find-order.ts'
import type { ErrorLab } from './lab.ts'
import { labPage, labTable } from './page.ts'
import type { Rule } from './rules.ts'

const fieldProblem = z.strictObject({
  path: z.string().regex(/^\/[\w~/-]{0,100}$/),
  rule: z.string().max(40),
  limit: z.int().exactOptional(),
  values: z.array(z.string().max(200)).max(20).exactOptional(),
})

const wish = z.object({
  method: z.string(),
  /** In OpenAPI's form. */
  route: z.string(),
  code: z.string(),
  times: z.int().min(1).max(1_000_000).optional(),
  delay: z.int().min(0).max(30_000).optional(),
  fields: z.array(fieldProblem).min(1).max(20).optional(),
  retry_after: z.int().min(1).max(86_400).optional(),
  phase: z.enum(['before', 'after']).optional(),
  answer: z.enum(['drop', 'garbage']).optional(),
})

const hidden = { access: 'public', limit: 'none', database: 'none' } as const

/**
 * A browser's rules, which also force answers to a front end that does not know of them, and the page that sets them.
 */
export function errorLabRoutes(app: App, config: Config, lab: ErrorLab): void {
  const onRequest = accessGuard(config)
  ruleRoutes(app, config, { lab, onRequest })
  app.route({
    method: 'GET',
    url: '/dev/errors',
    config: hidden,
    onRequest,
    schema: { hide: true },
    handler: async (_request, reply) => asPage(reply, pagePolicy).send(labPage.markup),
  })
  app.route({
    method: 'GET',
    url: '/dev/errors/table',
    config: hidden,
    onRequest,
    schema: { hide: true },
    handler: async () => labTable(lab.routes.all()),
  })
  assetRoutes(app, { at: '/dev/errors/assets', folder: 'lab', onRequest })
}

type Place = { readonly lab: ErrorLab; readonly onRequest: Guard }

function ruleRoutes(app: App, config: Config, { lab, onRequest }: Place): void {
  const fault = faults('general:bad_request')
  app.route({
    method: 'GET',
    url: '/dev/force',
    config: hidden,
    onRequest,
    schema: { hide: true },
    handler: async (request) => present(lab, rulesOf(request)),
  })
  app.route({
    method: 'POST',
    url: '/dev/force',
    config: { ...hidden, codes: fault.codes, setsCookie: true },
    onRequest,
    schema: { hide: true, body: wish },
    handler: async (request, reply) => {
      const { method, route: path, code, delay, retry_after, ...rest } = request.body
      const route = lab.routes.get(method, path)
      if (route === undefined) {
        throw fault('general:bad_request', { details: 'There is no such route. Write it as /openapi.json does.' })
      }
      const order = { ...rest, code, delayMs: delay, retryAfterSeconds: retry_after }
      const mistake = findFault(order, route)
      if (mistake !== undefined) throw fault('general:bad_request', { details: mistake })
      const browser = browserOf(request, lab)
      lab.rules.set(browser, { ...order, method, path, code: code as Rule['code'] })
      keepCookie(reply, config, browser)
      return reply.send(present(lab, browser))
    },
  })
  app.route({
    method: 'DELETE',
    url: '/dev/force',
    config: hidden,
    onRequest,
    schema: { hide: true, querystring: z.object({ method: z.string().optional(), route: z.string().optional() }) },
    handler: async (request, reply) => {
      const { method, route } = request.query
      const browser = rulesOf(request)
      if (method === undefined || route === undefined) lab.rules.clear(browser)
      else lab.rules.remove(browser, method, route)
      return reply.code(204).send()
    },
  })
}

const notThere = faults('system:not_found')

function accessGuard(config: Config): Guard {
  const isAllowed = labAccess(config)
  return guard('request', notThere.codes, (request, reply) => {
    hideFromOtherOrigins(reply)
    if (!isAllowed(request.raw)) throw notThere('system:not_found')
  })
}

const browserOf = (request: FastifyRequest, { rules }: ErrorLab): string => {
  const known = rulesOf(request)
  return rules.isKnown(known) ? known : randomUUID()
}

const keepCookie = (reply: FastifyReply, { appEnv }: Config, browser: string): void =>
  void reply.setCookie(rulesCookie, browser, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: appEnv !== 'development',
  })

function present({ rules, answers }: ErrorLab, browser: string) {
  const shown = rules.of(browser).map(({ path, delayMs, retryAfterSeconds, ...rule }) => ({
    ...rule,
    route: path,
    ...(delayMs !== undefined && { delay: delayMs }),
    ...(retryAfterSeconds !== undefined && { retry_after: retryAfterSeconds }),
  }))
  return { rules: shown, answers: answers() }
}
