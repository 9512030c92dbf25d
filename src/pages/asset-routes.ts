import { z } from 'zod'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import type { Guard } from '../http/guard.ts'
import { readPageAsset } from './assets.ts'
import { sendUnlessKnown } from './etag.ts'

type Place = {
  readonly at: string
  /** A folder in `pages/browser`. */
  readonly folder: string
  /** A guard that admits this machine only; the assets then need no rate limit. */
  readonly onRequest?: Guard
}

export function assetRoutes(app: App, { at, folder, onRequest }: Place): void {
  const fault = faults('system:not_found')
  app.route({
    method: 'GET',
    url: `${at}/:name`,
    config: { access: 'public', limit: onRequest ? 'none' : 'default', database: 'none', codes: fault.codes },
    ...(onRequest && { onRequest }),
    schema: { hide: true, params: z.object({ name: z.string() }) },
    handler: async (request, reply) => {
      const asset = await readPageAsset(`${folder}/${request.params.name}`)
      if (asset === undefined) throw fault('system:not_found')
      return sendUnlessKnown(request, reply.type(asset.type), asset)
    },
  })
}
