import { z } from 'zod'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { readProgramAsset } from '../pages/assets.ts'
import { sendUnlessKnown } from '../pages/etag.ts'
import { asPage } from '../pages/layout.ts'
import { assetsAt, consolePage, consolePolicy } from './page.ts'

/** The page of administrators. What it shows it asks of published routes; it is where they are. */
export function consolePageRoutes(app: App): void {
  const fault = faults('system:not_found')
  const page = { access: 'public', database: 'none', codes: fault.codes } as const
  app.route({
    method: 'GET',
    url: '/console',
    config: page,
    schema: { hide: true },
    handler: (_request, reply) => asPage(reply, consolePolicy).send(consolePage),
  })
  app.route({
    method: 'GET',
    url: `${assetsAt}/*`,
    config: { ...page, limit: 'none' },
    schema: { hide: true, params: z.object({ '*': z.string() }) },
    handler: async (request, reply) => {
      const asset = await readProgramAsset(request.params['*'])
      if (asset === undefined) throw fault('system:not_found')
      return sendUnlessKnown(request, reply.type(asset.type), asset)
    },
  })
}
