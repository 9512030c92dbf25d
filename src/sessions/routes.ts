import { z } from 'zod'
import { deviceList, forgetDevice, forgetDeviceRefusals, listDevices } from '../credentials/devices.ts'
import { identitySigner, signIdentityRefusals } from '../credentials/identity.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { consoleFinder } from '../guards/console.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { clearCookie, readCookie } from '../http/cookies.ts'
import { isUuid } from '../http/validation.ts'
import { currentRoute } from './current.ts'
import { listSessions, listSessionsRefusals, sessionList } from './list.ts'
import { logOut } from './log-out.ts'
import { revokeOtherSessions, revokeSession, revokeSessionRefusals } from './revoke.ts'

export function sessionRoutes(app: App, deps: Deps): void {
  const fault = faults(...revokeSessionRefusals)
  const ctx = { ...deps, fault }
  const findConsole = consoleFinder(deps)
  app.route({
    method: 'POST',
    url: '/v0/auth/logout',
    config: { access: 'session', evenBanned: true, impersonated: 'open' },
    schema: {
      operationId: 'signOut',
      summary: 'End the session, and the console session beside it',
      tags: ['sessions'],
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const signedIn = signedInUser(request)
      clearCookie(reply, deps.config, 'session_id')
      // What else the browser of an impersonation has is the administrator's own.
      const isOwner = signedIn.impersonation === undefined
      const beside = isOwner ? await findConsole(request) : undefined
      await logOut(deps, signedIn, { beside, client: callerOf(request) })
      if (beside) clearCookie(reply, deps.config, 'admin_id')
      if (isOwner && readCookie(request, deps.config, 'refresh_token')) clearCookie(reply, deps.config, 'refresh_token')
      return reply.code(204).send()
    },
  })
  currentRoute(app, deps)
  checkRoute(app, deps)
  const listFault = faults(...listSessionsRefusals)
  app.route({
    method: 'GET',
    url: '/v0/auth/sessions',
    config: { access: 'session', codes: listFault.codes },
    schema: {
      operationId: 'listSessions',
      summary: 'List the live sessions of the account',
      tags: ['sessions'],
      response: { 200: sessionList },
    },
    handler: async (request) => ({
      sessions: await listSessions({ ...deps, fault: listFault }, signedInUser(request)),
    }),
  })
  app.route({
    method: 'DELETE',
    url: '/v0/auth/sessions/:management_id',
    config: { access: 'session', codes: fault.codes },
    schema: {
      operationId: 'endSession',
      summary: 'End one of the account’s sessions',
      tags: ['sessions'],
      params: z.object({ management_id: z.string() }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { management_id: managementId } = request.params
      if (!isUuid(managementId)) throw fault('system:not_found')
      await revokeSession(ctx, signedInUser(request), { managementId, client: callerOf(request) })
      return reply.code(204).send()
    },
  })
  app.route({
    method: 'POST',
    url: '/v0/auth/sessions/revoke-others',
    config: { access: 'session', fresh: true },
    schema: {
      operationId: 'endOtherSessions',
      summary: 'End every other session of the account',
      tags: ['sessions'],
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      await revokeOtherSessions(deps, signedInUser(request), callerOf(request))
      return reply.code(204).send()
    },
  })
  deviceRoutes(app, deps)
}

/** In the query and not in a header, as the proxy's operator writes the URL, while clients can write headers. */
const checkQuery = z.object({
  identity: z
    .enum(['jwt'])
    .optional()
    .meta({ description: 'adds X-Postern-Identity to the answer; `docs/forward-auth.md` says how to verify it' }),
})

const identityHeaders = {
  'X-User-Id': 'the account',
  'X-User-Roles': 'separated by commas, the highest first',
  'X-Session-Id': 'the session, as in the list of sessions',
  'X-Impersonator-Id': 'the administrator who is in the account; empty if none is',
  'X-Impersonation-Read-Only': 'beside it: whether the application should change nothing',
  'X-Postern-Identity': 'where the query has identity=jwt: the same, signed by a published key, for 60 seconds',
}

function checkRoute(app: App, deps: Deps): void {
  const fault = faults(...signIdentityRefusals)
  const signIdentity = identitySigner()
  app.route({
    method: 'GET',
    url: '/v0/auth/check',
    // Reverse proxies ask for all their users from one address.
    config: {
      access: 'session or access token',
      limit: 'none',
      repeatable: true,
      codes: fault.codes,
      successHeaders: identityHeaders,
    },
    schema: {
      operationId: 'checkSession',
      summary: "Forward-auth of reverse proxies: the answer's headers say who is signed in",
      tags: ['sessions'],
      querystring: checkQuery,
      response: { 204: z.void() },
    },
    handler: (request, reply) => {
      const signedIn = signedInUser(request)
      const { sessionId, user, impersonation } = signedIn
      reply.headers({
        'x-user-id': user.id,
        'x-user-roles': user.roles.join(','),
        'x-session-id': sessionId,
        // There also without a value: in the place of a missing one Caddy passes on the name of its own variable [AT6].
        'x-impersonator-id': impersonation?.by ?? '',
        'x-impersonation-read-only': impersonation ? String(impersonation.readOnly) : '',
      })
      if (request.query.identity) reply.header('x-postern-identity', signIdentity({ ...deps, fault }, signedIn))
      reply.code(204).send()
    },
  })
}

function deviceRoutes(app: App, deps: Deps): void {
  const fault = faults(...forgetDeviceRefusals)
  app.route({
    method: 'GET',
    url: '/v0/auth/devices',
    config: { access: 'session' },
    schema: {
      operationId: 'listDevices',
      summary: 'List the devices that the account knows',
      tags: ['sessions'],
      response: { 200: deviceList },
    },
    handler: async (request) => ({ devices: await listDevices(deps.db, signedInUser(request)) }),
  })
  app.route({
    method: 'DELETE',
    url: '/v0/auth/devices/:id',
    config: { access: 'session', codes: fault.codes },
    schema: {
      operationId: 'forgetDevice',
      summary: 'Forget a device: its next sign-in needs a mailed link',
      tags: ['sessions'],
      params: z.object({ id: z.string() }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { id: deviceId } = request.params
      if (!isUuid(deviceId)) throw fault('system:not_found')
      const ctx = { ...deps, fault }
      await forgetDevice(ctx, signedInUser(request), { deviceId, client: callerOf(request) })
      return reply.code(204).send()
    },
  })
}
