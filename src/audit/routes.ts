import type { z } from 'zod'
import { hasRole } from '../accounts/roles.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { adminRead } from '../guards/console.ts'
import { signedInUser } from '../guards/credential.ts'
import { accepts } from '../http/accepts.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { canonicalAddress } from '../http/client-address.ts'
import { instantOf, placeOf } from '../http/list-query.ts'
import { addVary } from '../http/vary.ts'
import type { AuditFilter, EntryType } from './find.ts'
import { listAudit, readAuditRefusals, streamAudit } from './read.ts'
import { auditPage, auditQuery } from './schemas.ts'

const acceptsLines = accepts('application/x-ndjson')

const filterOf = (query: z.infer<typeof auditQuery>): AuditFilter => ({
  actorId: query.actor_id,
  userId: query.user_id,
  types: query.types?.split(',') as EntryType[] | undefined,
  from: instantOf(query.from),
  to: instantOf(query.to),
  ip: query.ip === undefined ? undefined : canonicalAddress(query.ip),
  requestId: query.request_id,
})

export function auditRoutes(app: App, deps: Deps): void {
  const fault = faults(...readAuditRefusals)
  app.route({
    method: 'GET',
    url: '/v0/admin/audit',
    config: { ...adminRead, role: 'mod', codes: fault.codes, alsoProduces: 'application/x-ndjson' },
    schema: {
      operationId: 'readAudit',
      summary:
        'List what happened to accounts and what administrators did, newest first; with Accept: application/x-ndjson ' +
        'all of it, at most a million lines',
      tags: ['admin'],
      querystring: auditQuery,
      response: { 200: auditPage },
    },
    handler: async (request, reply) => {
      const by = signedInUser(request)
      const { query, headers } = request
      const filter = { ...filterOf(query), onlyOfUsers: !hasRole(by.user.roles, 'admin') }
      const after = placeOf(query.cursor)
      addVary(reply, 'Accept')
      if (!acceptsLines(headers.accept))
        return listAudit({ ...deps, fault }, by, filter, { limit: Number(query.limit ?? 20), after })
      const lines = await streamAudit({ ...deps, fault }, { by, client: callerOf(request) }, filter, after)
      // The serializer knows only the page.
      return reply
        .type('application/x-ndjson')
        .serializer(String)
        .send(lines as never)
    },
  })
}
