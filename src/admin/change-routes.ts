import { z } from 'zod'
import { bio, displayName, email, handle, locale } from '../accounts/fields.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { adminWrite } from '../guards/console.ts'
import type { App } from '../http/app.ts'
import { ruledText } from '../http/validation.ts'
import {
  changeUser,
  changeUserEmail,
  changeUserEmailRefusals,
  changeUserRefusals,
  deleteUser,
  deleteUserRefusals,
} from './change-user.ts'
import { orderOf, reasonBody, userParams } from './user-order.ts'

/** What changes or erases the account itself. */
export function changeRoutes(app: App, deps: Deps): void {
  profileRoute(app, deps)
  const emailFault = faults(...changeUserEmailRefusals)
  app.route({
    method: 'POST',
    url: '/v0/admin/users/:id/change-email',
    config: { ...adminWrite, codes: emailFault.codes },
    schema: {
      operationId: 'changeEmailOfAccount',
      summary: 'Mail a link to a new address of an account, and a notice to the old one; the link changes it',
      tags: ['admin'],
      params: userParams,
      body: reasonBody.extend({ new_email: email }),
      response: { 202: z.object({ message: z.string() }) },
    },
    handler: async (request, reply) => {
      const order = orderOf(request, emailFault)
      await changeUserEmail({ ...deps, fault: emailFault }, order, request.body.new_email)
      return reply.code(202).send({ message: 'A link is on its way to the new address.' })
    },
  })
  const deleteFault = faults(...deleteUserRefusals)
  app.route({
    method: 'DELETE',
    url: '/v0/admin/users/:id',
    config: { ...adminWrite, codes: deleteFault.codes },
    schema: {
      operationId: 'deleteAccount',
      summary: 'Erase an account; its handle confirms that it is this one',
      tags: ['admin'],
      params: userParams,
      body: reasonBody.extend({ confirm: ruledText({ meta: { description: 'the handle of the account' } }) }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      await deleteUser({ ...deps, fault: deleteFault }, orderOf(request, deleteFault), request.body.confirm)
      return reply.code(204).send()
    },
  })
}

const profile = z
  .object({
    id: z.uuid(),
    handle: z.string(),
    display_name: z.string(),
    bio: z.string().optional(),
    locale: z.string().optional(),
  })
  .meta({ id: 'ChangedProfile', description: 'The profile of an account after a change' })

function profileRoute(app: App, deps: Deps): void {
  const fault = faults('general:bad_request', ...changeUserRefusals)
  app.route({
    method: 'PATCH',
    url: '/v0/admin/users/:id',
    config: { ...adminWrite, codes: fault.codes },
    schema: {
      operationId: 'changeAccount',
      summary: 'Change handle, display name, bio or language of an account',
      tags: ['admin'],
      params: userParams,
      body: reasonBody.extend({
        handle: handle.optional(),
        display_name: displayName.optional(),
        bio: bio.nullable().optional(),
        locale: locale.nullable().optional(),
      }),
      response: { 200: profile },
    },
    handler: async (request) => {
      const { handle, display_name: displayName, bio, locale } = request.body
      const change = { handle, displayName, bio: bio === '' ? null : bio, locale }
      if (Object.values(change).every((value) => value === undefined))
        throw fault('general:bad_request', { details: 'Send at least one of handle, display_name, bio and locale.' })
      const order = orderOf(request, fault)
      const changed = await changeUser({ ...deps, fault }, order, change)
      return {
        id: order.userId,
        handle: changed.handle,
        display_name: changed.displayName,
        bio: changed.bio ?? undefined,
        locale: changed.locale ?? undefined,
      }
    },
  })
}
