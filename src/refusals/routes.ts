import type { z } from 'zod'
import type { Deps } from '../deps.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import { faults } from '../errors/fault.ts'
import { adminRead } from '../guards/console.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { canonicalAddress } from '../http/client-address.ts'
import { instantOf, placeOf } from '../http/list-query.ts'
import type { RefusalFilter } from './find.ts'
import { listRefused, listRefusedRefusals } from './list.ts'
import { refusalsPage, refusalsQuery } from './schemas.ts'

const filterOf = ({ ip, ...query }: z.infer<typeof refusalsQuery>): RefusalFilter => ({
  requestId: query.request_id,
  userId: query.user_id,
  email: query.email,
  code: query.code as ErrorCode | undefined,
  route: query.route,
  address: ip === undefined ? undefined : canonicalAddress(ip),
  from: instantOf(query.from),
  to: instantOf(query.to),
})

export function refusalRoutes(app: App, deps: Deps): void {
  const fault = faults(...listRefusedRefusals)
  app.route({
    method: 'GET',
    url: '/v0/admin/refusals',
    config: { ...adminRead, codes: fault.codes },
    schema: {
      operationId: 'listRefusals',
      summary: 'List the refusals of the last seven days, newest first, with the advice of their codes',
      tags: ['admin'],
      querystring: refusalsQuery,
      response: { 200: refusalsPage },
    },
    handler: (request) => {
      const { limit = '20', cursor } = request.query
      const page = { limit: Number(limit), after: placeOf(cursor) }
      return listRefused({ ...deps, fault }, signedInUser(request), filterOf(request.query), page)
    },
  })
}
