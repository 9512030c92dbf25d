import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { adminWrite } from '../guards/console.ts'
import type { App } from '../http/app.ts'
import {
  mailUserReset,
  mailUserResetRefusals,
  resetUserSecondFactor,
  resetUserSecondFactorRefusals,
} from './reset-user.ts'
import { orderOf, reasonBody, userParams } from './user-order.ts'

/** What lets somebody in again who lost a password or a second factor. */
export function resetRoutes(app: App, deps: Deps): void {
  const passwordFault = faults(...mailUserResetRefusals)
  app.route({
    method: 'POST',
    url: '/v0/admin/users/:id/password-reset',
    config: { ...adminWrite, codes: passwordFault.codes },
    schema: {
      operationId: 'mailPasswordReset',
      summary: 'Mail a user what forgot-password mails: a link to a new password, or the providers that sign in',
      tags: ['admin'],
      params: userParams,
      body: reasonBody,
      response: { 202: z.object({ message: z.string() }) },
    },
    handler: async (request, reply) => {
      await mailUserReset({ ...deps, fault: passwordFault }, orderOf(request, passwordFault))
      return reply.code(202).send({ message: 'The mail is on its way.' })
    },
  })
  const fault = faults(...resetUserSecondFactorRefusals)
  app.route({
    method: 'POST',
    url: '/v0/admin/users/:id/second-factor/reset',
    config: { ...adminWrite, codes: fault.codes },
    schema: {
      operationId: 'resetSecondFactor',
      summary: 'Turn off the second factor of a user, and end every session; with passkeys, these are deleted as well',
      tags: ['admin'],
      params: userParams,
      body: reasonBody.extend({ passkeys: z.boolean().optional() }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { passkeys = false } = request.body
      await resetUserSecondFactor({ ...deps, fault }, orderOf(request, fault), { passkeys })
      return reply.code(204).send()
    },
  })
}
