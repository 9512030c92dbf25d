import { z } from 'zod'
import { roles } from '../accounts/roles.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import type { Order } from '../sign-in/administer.ts'
import { ban, banRefusals, unban, unbanRefusals } from './ban.ts'
import { grantRole, grantRoleRefusals, revokeRole, revokeRoleRefusals } from './change-role.ts'
import { type Action, listLogs, listLogsRefusals } from './logs.ts'
import { banBody, grantBody, logsPage, logsQuery, revokeBody, unbanBody } from './schemas.ts'

const access = { access: 'session or console', role: 'admin' } as const

const dateOf = (text: string | null | undefined): Date | undefined => (text ? new Date(text) : undefined)

export function moderationRoutes(app: App, deps: Deps): void {
  banRoutes(app, deps)
  roleRoutes(app, deps)
  const logsFault = faults(...listLogsRefusals)
  app.route({
    method: 'GET',
    url: '/v0/moderation/logs',
    config: { access: 'session or console', role: 'mod', codes: logsFault.codes },
    schema: {
      operationId: 'listModerationLogs',
      summary: 'List what moderators and administrators did, newest first',
      tags: ['moderation'],
      querystring: logsQuery,
      response: { 200: logsPage },
    },
    handler: (request) => {
      const { query } = request
      return listLogs({ ...deps, fault: logsFault }, signedInUser(request).user.id, {
        limit: Number(query.limit ?? 20),
        cursorId: query.cursor_id,
        direction: query.cursor_direction === 'Newer' ? 'Newer' : 'Older',
        actorId: query.actor_id,
        resourceId: query.resource_id,
        actions: query.actions?.split(',') as Action[] | undefined,
      })
    },
  })
}

/** The act that the body describes, with the caller as its actor. */
const orderOf = (
  request: Parameters<typeof callerOf>[0] & { readonly body: { readonly user_id: string; readonly reason: string } },
): Order => ({
  by: signedInUser(request),
  userId: request.body.user_id,
  reason: request.body.reason,
  client: callerOf(request),
})

function banRoutes(app: App, deps: Deps): void {
  const banFault = faults(...banRefusals)
  app.route({
    method: 'POST',
    url: '/v0/users/ban',
    config: { ...access, codes: banFault.codes },
    schema: {
      operationId: 'banUser',
      summary: 'Ban an account, until a given time or permanently',
      tags: ['moderation'],
      body: banBody,
      response: { 200: z.object({ user_id: z.uuid(), expires_at: z.iso.datetime().nullable() }) },
    },
    handler: async (request) => {
      const expiresAt = dateOf(request.body.expires_at)
      await ban({ ...deps, fault: banFault }, orderOf(request), expiresAt)
      return { user_id: request.body.user_id, expires_at: expiresAt?.toISOString() ?? null }
    },
  })
  const unbanFault = faults(...unbanRefusals)
  app.route({
    method: 'POST',
    url: '/v0/users/unban',
    config: { ...access, codes: unbanFault.codes },
    schema: {
      operationId: 'unbanUser',
      summary: 'End the ban of an account',
      tags: ['moderation'],
      body: unbanBody,
      response: { 200: z.object({ user_id: z.uuid() }) },
    },
    handler: async (request) => {
      await unban({ ...deps, fault: unbanFault }, orderOf(request))
      return { user_id: request.body.user_id }
    },
  })
}

function roleRoutes(app: App, deps: Deps): void {
  const grantFault = faults(...grantRoleRefusals)
  app.route({
    method: 'POST',
    url: '/v0/users/roles/grant',
    config: { ...access, codes: grantFault.codes },
    schema: {
      operationId: 'grantRole',
      summary: 'Give an account a role, until a given time or permanently',
      tags: ['moderation'],
      body: grantBody,
      response: {
        200: z.object({ user_id: z.uuid(), role: z.enum(roles), expires_at: z.iso.datetime().nullable() }),
      },
    },
    handler: async (request) => {
      const role = z.enum(roles).parse(request.body.role)
      const expiresAt = dateOf(request.body.expires_at)
      await grantRole({ ...deps, fault: grantFault }, orderOf(request), { role, expiresAt })
      return { user_id: request.body.user_id, role, expires_at: expiresAt?.toISOString() ?? null }
    },
  })
  const revokeFault = faults(...revokeRoleRefusals)
  app.route({
    method: 'POST',
    url: '/v0/users/roles/revoke',
    config: { ...access, codes: revokeFault.codes },
    schema: {
      operationId: 'revokeRole',
      summary: 'Take a role from an account',
      tags: ['moderation'],
      body: revokeBody,
      response: { 200: z.object({ user_id: z.uuid(), role: z.enum(roles) }) },
    },
    handler: async (request) => {
      const role = z.enum(roles).parse(request.body.role)
      await revokeRole({ ...deps, fault: revokeFault }, orderOf(request), role)
      return { user_id: request.body.user_id, role }
    },
  })
}
