import { z } from 'zod'
import { listedOrigins } from '../config/relying-party.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'

/** For browsers on pages outside the passkeys' domain: https://www.w3.org/TR/webauthn-3/#sctn-related-origins */
export function relatedOriginRoutes(app: App, { config }: Deps): void {
  const fault = faults('system:not_found')
  const origins = [...listedOrigins(config)]
  app.route({
    method: 'GET',
    url: '/.well-known/webauthn',
    config: { access: 'public', limit: 'none', database: 'none', codes: fault.codes },
    schema: {
      operationId: 'listRelatedOrigins',
      summary: 'List the other origins whose pages may use the passkeys of this host; not found if there are none',
      tags: ['passkeys'],
      response: { 200: z.object({ origins: z.array(z.string()) }) },
    },
    handler: (_, reply) => {
      if (origins.length === 0) throw fault('system:not_found')
      void reply.send({ origins })
    },
  })
}
