import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { causes } from '../errors/whose-fault.ts'
import { adminRead } from '../guards/console.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { wholeNumberText } from '../http/validation.ts'
import { readOverview, readOverviewRefusals } from './overview.ts'

const day = z.object({
  day: z.iso.date(),
  sign_ups: z.int(),
  sign_ins: z.int(),
  failed: z.int().meta({ description: 'Wrong passwords and codes' }),
  sessions: z.int().meta({ description: 'Sessions that were opened' }),
  active_users: z.int().meta({ description: 'Accounts that were seen' }),
  mails_sent: z.int(),
  mails_failed: z.int(),
})

const overview = z
  .object({
    days: z.array(day).meta({ description: 'Of UTC, today’s last' }),
    counted_at: z.iso
      .datetime()
      .optional()
      .meta({ description: 'When the worker counted today; it does every few minutes' }),
    errors: z
      .array(z.object({ code: z.string(), cause: z.enum(causes).optional(), count: z.int() }))
      .meta({ description: 'Refusals of the last hour that the ledger has, most frequent first' }),
  })
  .meta({ id: 'Overview', description: 'What happened here' })

export function figureRoutes(app: App, deps: Deps): void {
  const fault = faults(...readOverviewRefusals)
  app.route({
    method: 'GET',
    url: '/v0/admin/overview',
    config: { ...adminRead, codes: fault.codes },
    schema: {
      operationId: 'readOverview',
      summary: 'Count sign-ups, sign-ins, sessions and mails of the last days, and the errors of the last hour',
      tags: ['admin'],
      querystring: z.object({ days: wholeNumberText({ least: 1, most: 365 }).optional() }),
      response: { 200: overview },
    },
    handler: (request) => readOverview({ ...deps, fault }, signedInUser(request), Number(request.query.days ?? 30)),
  })
}
