import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { adminWrite } from '../guards/console.ts'
import type { App } from '../http/app.ts'
import {
  endUserSession,
  endUserSessionRefusals,
  endUserSessions,
  endUserSessionsRefusals,
  forgetUserDevice,
  forgetUserDeviceRefusals,
  forgetUserDevices,
  forgetUserDevicesRefusals,
} from './end-access.ts'
import { deleteUserPasskey, deleteUserPasskeyRefusals, unlinkUser, unlinkUserRefusals } from './remove-ways-in.ts'
import { idOf, orderOf, reasonBody, slugOf, userParams } from './user-order.ts'

/** What ends what opens the account of a user. */
export function accessRoutes(app: App, deps: Deps): void {
  sessionRoutes(app, deps)
  deviceRoutes(app, deps)
  wayInRoutes(app, deps)
}

function sessionRoutes(app: App, deps: Deps): void {
  const allFault = faults(...endUserSessionsRefusals)
  app.route({
    method: 'DELETE',
    url: '/v0/admin/users/:id/sessions',
    config: { ...adminWrite, codes: allFault.codes },
    schema: {
      operationId: 'endSessionsOfAccount',
      summary: 'End every session of a user, every sign-in under way, and every change of the address under way',
      tags: ['admin'],
      params: userParams,
      body: reasonBody,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      await endUserSessions({ ...deps, fault: allFault }, orderOf(request, allFault))
      return reply.code(204).send()
    },
  })
  const fault = faults(...endUserSessionRefusals)
  app.route({
    method: 'DELETE',
    url: '/v0/admin/users/:id/sessions/:management_id',
    config: { ...adminWrite, codes: fault.codes },
    schema: {
      operationId: 'endSessionOfAccount',
      summary: 'End one session of a user',
      tags: ['admin'],
      params: userParams.extend({ management_id: z.string() }),
      body: reasonBody,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const order = orderOf(request, fault)
      await endUserSession({ ...deps, fault }, order, idOf(request.params.management_id, fault))
      return reply.code(204).send()
    },
  })
}

function deviceRoutes(app: App, deps: Deps): void {
  const allFault = faults(...forgetUserDevicesRefusals)
  app.route({
    method: 'DELETE',
    url: '/v0/admin/users/:id/devices',
    config: { ...adminWrite, codes: allFault.codes },
    schema: {
      operationId: 'forgetDevicesOfAccount',
      summary: 'Forget every device of a user: each needs a mailed link at its next sign-in',
      tags: ['admin'],
      params: userParams,
      body: reasonBody,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      await forgetUserDevices({ ...deps, fault: allFault }, orderOf(request, allFault))
      return reply.code(204).send()
    },
  })
  const fault = faults(...forgetUserDeviceRefusals)
  app.route({
    method: 'DELETE',
    url: '/v0/admin/users/:id/devices/:device_id',
    config: { ...adminWrite, codes: fault.codes },
    schema: {
      operationId: 'forgetDeviceOfAccount',
      summary: 'Forget a device of a user: its next sign-in needs a mailed link',
      tags: ['admin'],
      params: userParams.extend({ device_id: z.string() }),
      body: reasonBody,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const order = orderOf(request, fault)
      await forgetUserDevice({ ...deps, fault }, order, idOf(request.params.device_id, fault))
      return reply.code(204).send()
    },
  })
}

function wayInRoutes(app: App, deps: Deps): void {
  const passkeyFault = faults(...deleteUserPasskeyRefusals)
  app.route({
    method: 'DELETE',
    url: '/v0/admin/users/:id/passkeys/:passkey_id',
    config: { ...adminWrite, codes: passkeyFault.codes },
    schema: {
      operationId: 'deletePasskeyOfAccount',
      summary: 'Delete a passkey of a user, unless it is the last way to sign in',
      tags: ['admin'],
      params: userParams.extend({ passkey_id: z.string() }),
      body: reasonBody,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const order = orderOf(request, passkeyFault)
      const passkeyId = idOf(request.params.passkey_id, passkeyFault)
      await deleteUserPasskey({ ...deps, fault: passkeyFault }, order, passkeyId)
      return reply.code(204).send()
    },
  })
  const unlinkFault = faults(...unlinkUserRefusals)
  app.route({
    method: 'DELETE',
    url: '/v0/admin/users/:id/connections/:provider',
    config: { ...adminWrite, codes: unlinkFault.codes },
    schema: {
      operationId: 'unlinkProviderOfAccount',
      summary: 'Disconnect a user from a provider, unless it is the last way to sign in',
      tags: ['admin'],
      params: userParams.extend({ provider: z.string() }),
      body: reasonBody,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const order = orderOf(request, unlinkFault)
      await unlinkUser({ ...deps, fault: unlinkFault }, order, slugOf(request.params.provider, unlinkFault))
      return reply.code(204).send()
    },
  })
}
