import { z } from 'zod'
import { bio, displayName, handle, locale, mailedToken, timeZone } from '../accounts/fields.ts'
import { me, presentMe } from '../accounts/me.ts'
import { roles } from '../accounts/roles.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf, hashingCallerOf } from '../http/caller.ts'
import { clearCookie, readCookie } from '../http/cookies.ts'
import { isUuid, wholeNumberText } from '../http/validation.ts'
import { deletionBody, findGiven, listNames, reproofs } from '../sign-in/reproofs.ts'
import { changeProfile, changeProfileRefusals } from './change-profile.ts'
import { confirmDeletion, confirmDeletionRefusals, deleteAccount, deleteAccountRefusals } from './delete-account.ts'
import { exportAccount, exportAccountRefusals } from './export-account.ts'
import { getProfileByHandle, getProfileById, getProfileRefusals, isHandleFree } from './public-profile.ts'
import { eventPage, listSecurityEvents, listSecurityEventsRefusals } from './security-events.ts'

export function userRoutes(app: App, deps: Deps): void {
  app.route({
    method: 'GET',
    url: '/v0/user/me',
    // Front-end servers ask for many users from one address.
    config: { access: 'session or access token', evenBanned: true, limit: 'none', repeatable: true },
    schema: { operationId: 'getMe', summary: 'Get the signed-in account', tags: ['account'], response: { 200: me } },
    handler: (request, reply) => {
      void reply.send(presentMe(deps.config, signedInUser(request)))
    },
  })
  const changeFault = faults(...changeProfileRefusals)
  app.route({
    method: 'PATCH',
    url: '/v0/user/me',
    config: { access: 'session', impersonated: 'unless read-only', codes: changeFault.codes },
    schema: {
      operationId: 'changeMe',
      summary: 'Change handle, display name, bio, language or time zone',
      tags: ['account'],
      body: z.object({
        handle: handle.optional(),
        display_name: displayName.optional(),
        bio: bio.nullable().optional(),
        locale: locale.nullable().optional(),
        time_zone: timeZone.nullable().optional(),
      }),
      response: { 200: me },
    },
    handler: async (request) => {
      const { handle, display_name: displayName, bio, locale, time_zone: timeZone } = request.body
      const change = { handle, displayName, bio: bio === '' ? null : bio, locale, timeZone }
      const signedIn = signedInUser(request)
      const user = await changeProfile({ ...deps, fault: changeFault }, signedIn, change)
      return presentMe(deps.config, { ...signedIn, user })
    },
  })
  deletionRoutes(app, deps)
  historyRoutes(app, deps)
  profileRoutes(app, deps)
}

function deletionRoutes(app: App, deps: Deps): void {
  const fault = faults('general:bad_request', ...deleteAccountRefusals)
  app.route({
    method: 'DELETE',
    url: '/v0/user/me',
    config: { access: 'session', evenBanned: true, limit: 'sign-in', codes: fault.codes },
    schema: {
      operationId: 'deleteMe',
      summary: 'Erase the account by a password, a code or a passkey; mails a link if the account has none of these',
      tags: ['account'],
      body: deletionBody,
      response: { 202: z.object({ message: z.string() }), 204: z.void() },
    },
    handler: async (request, reply) => {
      const [shown, other] = findGiven(reproofs, request.body, ({ deletion }) => deletion.name)
      if (other !== undefined) {
        const names = listNames(reproofs.map(({ deletion }) => deletion.name))
        throw fault('general:bad_request', { details: `Send one of ${names}.` })
      }
      const proof = { shown, client: hashingCallerOf(request) }
      const outcome = await deleteAccount({ ...deps, fault }, signedInUser(request), proof)
      if (outcome === 'mailed')
        return reply.code(202).send({ message: 'A link that erases the account is on its way.' })
      clearCookie(reply, deps.config, 'session_id')
      if (readCookie(request, deps.config, 'refresh_token')) clearCookie(reply, deps.config, 'refresh_token')
      return reply.code(204).send()
    },
  })
  const confirmFault = faults(...confirmDeletionRefusals)
  app.route({
    method: 'POST',
    url: '/v0/user/me/deletion/confirm',
    config: { access: 'public', codes: confirmFault.codes },
    schema: {
      operationId: 'confirmDeletion',
      summary: 'Erase the account by the mailed link',
      tags: ['account'],
      body: z.object({ token: mailedToken }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const ctx = { ...deps, fault: confirmFault }
      await confirmDeletion(ctx, { token: request.body.token, client: callerOf(request) })
      return reply.code(204).send()
    },
  })
}

const eventsQuery = z.object({
  limit: wholeNumberText({ least: 1, most: 100 }).optional(),
  cursor: z.string().optional().meta({ description: 'next_cursor of the previous page' }),
})

function historyRoutes(app: App, deps: Deps): void {
  const fault = faults('general:bad_request', ...listSecurityEventsRefusals)
  app.route({
    method: 'GET',
    url: '/v0/user/me/security-events',
    config: { access: 'session', codes: fault.codes },
    schema: {
      operationId: 'listSecurityEvents',
      summary: 'List what happened to the account, newest first',
      tags: ['account'],
      querystring: eventsQuery,
      response: { 200: eventPage },
    },
    handler: async (request) => {
      const { limit = '20', cursor } = request.query
      if (cursor !== undefined && !isUuid(cursor)) {
        throw fault('general:bad_request', { fields: [{ path: '/cursor', rule: 'format' }] })
      }
      return listSecurityEvents({ ...deps, fault }, signedInUser(request), { limit: Number(limit), cursor })
    },
  })
  const exportFault = faults(...exportAccountRefusals)
  app.route({
    method: 'GET',
    url: '/v0/user/me/export',
    config: { access: 'session', evenBanned: true, fresh: true, database: 'write', codes: exportFault.codes },
    schema: {
      operationId: 'exportMe',
      summary: 'Export all data of the account',
      tags: ['account'],
      response: { 200: z.looseObject({}) },
    },
    handler: async (request, reply) => {
      const stream = await exportAccount({ ...deps, fault: exportFault }, signedInUser(request), callerOf(request))
      return reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', 'attachment; filename="postern-export.json"')
        .send(stream as never)
    },
  })
}

const profile = z
  .object({
    id: z.uuid(),
    handle: z.string(),
    display_name: z.string(),
    bio: z.string().optional(),
    profile_image: z.url().optional(),
    banner_image: z.url().optional(),
    roles: z.array(z.enum(roles)).optional(),
    deactivated: z.boolean(),
    is_banned: z.boolean(),
    banned_until: z.iso.datetime().optional(),
    ban_reason: z.string().optional(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Profile', description: 'An account as anybody may see it' })

function profileRoutes(app: App, deps: Deps): void {
  const fault = faults('general:bad_request', ...getProfileRefusals)
  const ctx = { ...deps, fault }
  const config = { access: 'public', limit: 'look-up', codes: getProfileRefusals } as const
  app.route({
    method: 'GET',
    url: '/v0/users/profile',
    config,
    schema: {
      operationId: 'getProfile',
      summary: 'Get the public profile of an account by its handle',
      tags: ['users'],
      querystring: z.object({ handle: z.string().min(1) }),
      response: { 200: profile },
    },
    handler: (request) => getProfileByHandle(ctx, request.query.handle),
  })
  app.route({
    method: 'GET',
    url: '/v0/users/profile/id',
    config,
    schema: {
      operationId: 'getProfileById',
      summary: 'Get the public profile of an account by its id',
      tags: ['users'],
      querystring: z.object({ user_id: z.string().min(1) }),
      response: { 200: profile },
    },
    handler: (request) => {
      const { user_id: userId } = request.query
      if (!isUuid(userId)) throw fault('general:bad_request', { fields: [{ path: '/user_id', rule: 'format' }] })
      return getProfileById(ctx, userId)
    },
  })
  app.route({
    method: 'GET',
    url: '/v0/users/handle/:handle/available',
    config: { access: 'public', limit: 'look-up', codes: ['general:validation_error'] },
    schema: {
      operationId: 'checkHandle',
      summary: 'Get whether a handle is free',
      tags: ['users'],
      params: z.object({ handle }),
      response: { 200: z.object({ available: z.boolean() }) },
    },
    handler: async (request) => ({ available: await isHandleFree(deps.db, request.params.handle) }),
  })
}
