import { z } from 'zod'
import { reason } from '../accounts/fields.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { adminRead, adminWrite } from '../guards/console.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { isUuid, ruledText, wholeNumberText } from '../http/validation.ts'
import { replyOpened } from '../sign-in/reply.ts'
import { endImpersonation, endImpersonationRefusals } from './end.ts'
import { enterAccount, enterAccountRefusals } from './enter.ts'
import { listImpersonations } from './list.ts'
import { startImpersonation, startImpersonationRefusals } from './start.ts'

export function impersonationRoutes(app: App, deps: Deps): void {
  startRoute(app, deps)
  enterRoute(app, deps)
  listRoute(app, deps)
  endRoute(app, deps)
}

const [fewestMinutes, usualMinutes, mostMinutes] = [1, 15, 60]

const minutes = z
  .int()
  .superRefine((value, context) => {
    const refuse = (params: object) => context.addIssue({ code: 'custom', params })
    if (value < fewestMinutes) refuse({ rule: 'min', limit: fewestMinutes })
    if (value > mostMinutes) refuse({ rule: 'max', limit: mostMinutes })
  })
  .meta({ description: `${fewestMinutes} to ${mostMinutes}; ${usualMinutes} by default` })

const started = z
  .object({
    id: z.uuid(),
    url: z.url().meta({ description: 'opens the account, once and within a minute, in whichever browser opens it' }),
    ends_at: z.iso.datetime().meta({ description: 'when the session ends that it opens' }),
  })
  .meta({ id: 'StartedImpersonation', description: 'An administrator may enter the account' })

const params = z.object({ id: z.string() })

function startRoute(app: App, deps: Deps): void {
  const fault = faults(...startImpersonationRefusals)
  app.route({
    method: 'POST',
    url: '/v0/admin/users/:id/impersonation',
    config: { ...adminWrite, codes: fault.codes },
    schema: {
      operationId: 'startImpersonation',
      summary: 'Get a link that opens a session of the account for the administrator',
      tags: ['admin'],
      params,
      body: z.object({
        reason,
        read_only: z
          .boolean()
          .optional()
          .meta({ description: 'true by default; false lets the administrator change the profile' }),
        minutes: minutes.optional(),
      }),
      response: { 201: started },
    },
    handler: async (request, reply) => {
      const { id: userId } = request.params
      if (!isUuid(userId)) throw fault('user:not_found')
      const { reason, read_only: readOnly = true, minutes = usualMinutes } = request.body
      const order = { by: signedInUser(request), userId, reason, client: callerOf(request) }
      const { id, url, endsAt } = await startImpersonation({ ...deps, fault }, order, { readOnly, minutes })
      return reply.code(201).send({ id, url, ends_at: endsAt.toISOString() })
    },
  })
}

function enterRoute(app: App, deps: Deps): void {
  const fault = faults(...enterAccountRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/impersonation',
    config: { access: 'public', limit: 'sign-in', setsCookie: true, codes: fault.codes },
    schema: {
      operationId: 'enterAccount',
      summary: 'Open the session that the link of an impersonation is for, in this browser',
      tags: ['auth'],
      body: z.object({ token: ruledText({ meta: { description: 'From the fragment of the link' } }) }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const token = await enterAccount({ ...deps, fault }, request.body.token, callerOf(request))
      return replyOpened(reply, deps.config, { token, rememberMe: false })
    },
  })
}

const person = z.object({ id: z.uuid(), handle: z.string() })

const impersonation = z
  .object({
    id: z.uuid(),
    user: person,
    impersonator: person,
    read_only: z.boolean(),
    created_at: z.iso.datetime(),
    is_entered: z
      .boolean()
      .meta({ description: 'whether the link was used; if it is not within a minute, it is over' }),
    last_seen_at: z.iso.datetime(),
    ends_at: z.iso.datetime(),
    ip_address: z.string().optional(),
    user_agent: z.string().optional(),
  })
  .meta({ id: 'Impersonation', description: 'An administrator in the account of a user' })

const listQuery = z.object({
  limit: wholeNumberText({ least: 1, most: 100 }).optional(),
  cursor: z.string().refine(isUuid).optional().meta({ description: 'next_cursor of the page before' }),
})

function listRoute(app: App, deps: Deps): void {
  app.route({
    method: 'GET',
    url: '/v0/admin/impersonations',
    config: adminRead,
    schema: {
      operationId: 'listImpersonations',
      summary: 'List the impersonations that are under way, newest first',
      tags: ['admin'],
      querystring: listQuery,
      response: { 200: z.object({ data: z.array(impersonation), next_cursor: z.uuid().optional() }) },
    },
    handler: ({ query: { limit = '20', cursor } }) => listImpersonations(deps.db, { limit: Number(limit), cursor }),
  })
}

function endRoute(app: App, deps: Deps): void {
  const fault = faults(...endImpersonationRefusals)
  app.route({
    method: 'DELETE',
    url: '/v0/admin/impersonations/:id',
    config: { ...adminWrite, codes: fault.codes },
    schema: {
      operationId: 'endImpersonation',
      summary: 'End an impersonation, whoever began it',
      tags: ['admin'],
      params,
      body: z.object({ reason }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { id } = request.params
      if (!isUuid(id)) throw fault('system:not_found')
      const ending = { id, reason: request.body.reason, requestId: request.id }
      await endImpersonation({ ...deps, fault }, signedInUser(request), ending)
      return reply.code(204).send()
    },
  })
}
