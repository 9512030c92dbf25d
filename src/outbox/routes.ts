import { z } from 'zod'
import { reason } from '../accounts/fields.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { adminRead, adminWrite } from '../guards/console.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { pageLimit, uuidText } from '../http/list-query.ts'
import { isUuid, oneOf } from '../http/validation.ts'
import { shownMail } from '../mail/shown-mail.ts'
import { listMails, listMailsRefusals, type Wanted, wantedStates } from './list.ts'
import { retryMail, retryMailRefusals } from './retry.ts'

export function outboxRoutes(app: App, deps: Deps): void {
  const fault = faults(...listMailsRefusals)
  app.route({
    method: 'GET',
    url: '/v0/admin/mails',
    config: { ...adminRead, codes: fault.codes },
    schema: {
      operationId: 'listMails',
      summary: 'List mails that wait or that failed, newest first, without what they say',
      tags: ['admin'],
      querystring: z.object({
        state: oneOf(wantedStates, { enum: [...wantedStates] }),
        limit: pageLimit,
        cursor: uuidText.optional().meta({ description: 'next_cursor of the page before' }),
      }),
      response: { 200: z.object({ data: z.array(shownMail), next_cursor: z.string().optional() }) },
    },
    handler: (request) => {
      const { state, limit = '20', cursor } = request.query
      const page = { limit: Number(limit), cursor }
      return listMails({ ...deps, fault }, signedInUser(request), state as Wanted, page)
    },
  })
  const retryFault = faults(...retryMailRefusals)
  app.route({
    method: 'POST',
    url: '/v0/admin/mails/:id/retry',
    config: { ...adminWrite, codes: retryFault.codes },
    schema: {
      operationId: 'retryMail',
      summary: 'Try a mail that waits again now, not only when its next attempt is due',
      tags: ['admin'],
      params: z.object({ id: z.string() }),
      body: z.object({ reason }),
      response: { 202: z.object({ id: z.uuid() }) },
    },
    handler: async (request, reply) => {
      const { id } = request.params
      if (!isUuid(id)) throw retryFault('system:not_found')
      const act = { id, reason: request.body.reason, client: callerOf(request) }
      await retryMail({ ...deps, fault: retryFault }, signedInUser(request), act)
      return reply.code(202).send({ id })
    },
  })
}
