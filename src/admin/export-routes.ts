import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { adminWrite } from '../guards/console.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { isUuid } from '../http/validation.ts'
import { exportUser, exportUserRefusals } from './export-user.ts'
import { userParams } from './user-order.ts'

export function exportRoutes(app: App, deps: Deps): void {
  const fault = faults(...exportUserRefusals)
  app.route({
    method: 'GET',
    url: '/v0/admin/users/:id/export',
    config: { ...adminWrite, database: 'write', codes: fault.codes },
    schema: {
      operationId: 'exportAccount',
      summary: 'Export all data of an account, as its owner can; it is noted',
      tags: ['admin'],
      params: userParams,
      response: { 200: z.looseObject({}) },
    },
    handler: async (request, reply) => {
      const { id: userId } = request.params
      if (!isUuid(userId)) throw fault('user:not_found')
      const order = { by: signedInUser(request), userId, reason: '', client: callerOf(request) }
      const stream = await exportUser({ ...deps, fault }, order)
      return reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', 'attachment; filename="postern-export.json"')
        .send(stream as never)
    },
  })
}
