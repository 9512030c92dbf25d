import { z } from 'zod'
import { displayName, handle, locale, mailedToken, newPassword } from '../accounts/fields.ts'
import type { Role } from '../accounts/roles.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { browserUser, signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf, hashingCallerOf } from '../http/caller.ts'
import { isUuid } from '../http/validation.ts'
import { twoForms } from '../sign-in/two-forms.ts'
import { acceptInvitation, acceptInvitationRefusals } from './accept.ts'
import {
  resendInvitation,
  resendInvitationRefusals,
  revokeInvitation,
  revokeInvitationRefusals,
} from './change-invitation.ts'
import type { Invitation } from './end-invitation.ts'
import { invite, mailInvitationRefusals } from './invite.ts'
import { findInvitationRefusals, getInvitation, listInvitations } from './list.ts'
import { usualTtlSeconds } from './place-invitation.ts'
import {
  invitationBody,
  invitationPage,
  invitationParams,
  invited,
  listQuery,
  reasonBody,
  shownInvitation,
} from './schemas.ts'

const write = { access: 'session or console', role: 'admin' } as const
const read = { ...write, fresh: false } as const

export function invitationRoutes(app: App, deps: Deps): void {
  inviteRoute(app, deps)
  readRoutes(app, deps)
  changeRoutes(app, deps)
  acceptRoutes(app, deps)
}

const describe = ({ id, expiresAt }: Invitation): z.infer<typeof invited> => ({
  id,
  expires_at: expiresAt.toISOString(),
})

function inviteRoute(app: App, deps: Deps): void {
  const fault = faults(...mailInvitationRefusals)
  app.route({
    method: 'POST',
    url: '/v0/admin/invitations',
    config: { ...write, codes: fault.codes },
    schema: {
      operationId: 'invite',
      summary: 'Invite somebody to make an account; inviting an administrator requires a session with two factors',
      tags: ['admin'],
      body: invitationBody,
      response: { 202: invited },
    },
    handler: async (request, reply) => {
      const { email, roles = [], handle, display_name: displayName, locale, message, reason } = request.body
      const ttlSeconds = request.body.expires_in ?? usualTtlSeconds
      const wish = { email, roles: roles as Role[], handle, displayName, locale, message, ttlSeconds, reason }
      const made = await invite({ ...deps, fault }, signedInUser(request), wish, callerOf(request))
      return reply.code(202).send(describe(made))
    },
  })
}

function readRoutes(app: App, deps: Deps): void {
  app.route({
    method: 'GET',
    url: '/v0/admin/invitations',
    config: read,
    schema: {
      operationId: 'listInvitations',
      summary: 'List invitations, newest first',
      tags: ['admin'],
      querystring: listQuery,
      response: { 200: invitationPage },
    },
    handler: ({ query: { limit = '20', cursor } }) => listInvitations(deps.db, { limit: Number(limit), cursor }),
  })
  const fault = faults(...findInvitationRefusals)
  app.route({
    method: 'GET',
    url: '/v0/admin/invitations/:id',
    config: { ...read, codes: fault.codes },
    schema: {
      operationId: 'getInvitation',
      summary: 'Show an invitation',
      tags: ['admin'],
      params: invitationParams,
      response: { 200: shownInvitation },
    },
    handler: ({ params: { id } }) => {
      if (!isUuid(id)) throw fault('system:not_found')
      return getInvitation({ ...deps, fault }, id)
    },
  })
}

function changeRoutes(app: App, deps: Deps): void {
  const revokeFault = faults(...revokeInvitationRefusals)
  app.route({
    method: 'DELETE',
    url: '/v0/admin/invitations/:id',
    config: { ...write, codes: revokeFault.codes },
    schema: {
      operationId: 'revokeInvitation',
      summary: 'Revoke an invitation that nobody has accepted',
      tags: ['admin'],
      params: invitationParams,
      body: reasonBody,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { id } = request.params
      if (!isUuid(id)) throw revokeFault('system:not_found')
      const act = { id, reason: request.body.reason, client: callerOf(request) }
      await revokeInvitation({ ...deps, fault: revokeFault }, signedInUser(request), act)
      return reply.code(204).send()
    },
  })
  const resendFault = faults(...resendInvitationRefusals)
  app.route({
    method: 'POST',
    url: '/v0/admin/invitations/:id/resend',
    config: { ...write, codes: resendFault.codes },
    schema: {
      operationId: 'resendInvitation',
      summary: 'Mail a fresh link of an invitation, which may have expired; earlier links are dead',
      tags: ['admin'],
      params: invitationParams,
      body: reasonBody,
      response: { 202: invited },
    },
    handler: async (request, reply) => {
      const { id } = request.params
      if (!isUuid(id)) throw resendFault('system:not_found')
      const act = { id, reason: request.body.reason, client: callerOf(request) }
      const renewed = await resendInvitation({ ...deps, fault: resendFault }, signedInUser(request), act)
      return reply.code(202).send(describe(renewed))
    },
  })
}

function acceptRoutes(app: App, deps: Deps): void {
  const fault = faults(...acceptInvitationRefusals)
  const { config, isCommonPassword: isCommon } = deps
  twoForms(app, deps, {
    operationId: 'acceptInvitation',
    path: '/accept-invitation',
    config: { access: 'optional', cookieAlone: true, limit: 'sign-in', codes: fault.codes },
    summary: (where) => `Accept an invitation ${where}: creates the account and signs in`,
    tag: 'auth',
    body: z.object({
      token: mailedToken,
      handle: handle.optional(),
      display_name: displayName.optional(),
      password: newPassword({ minLength: config.passwordMinLength, isCommon }).optional(),
      locale: locale.optional(),
    }),
    take: ({ request, body: { token, handle, display_name: displayName, password, locale } }) =>
      acceptInvitation(
        { ...deps, fault },
        {
          token,
          handle,
          displayName,
          password,
          locale,
          isSignedIn: browserUser(request, deps) !== undefined,
          client: hashingCallerOf(request),
        },
      ),
  })
}
