import { z } from 'zod'
import type { Config } from '../config/config.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import type { Guard } from '../http/guard.ts'
import { accountPages } from '../mailed-tokens/link.ts'
import { sendUnlessKnown } from '../pages/etag.ts'
import { asPage } from '../pages/layout.ts'
import { inboxRoutes } from './inbox-routes.ts'
import { localOnlyGuard } from './local-only.ts'

/** What a first start needs in place of a mail server and a front end; production has neither. */
export function devRoutes(app: App, { config, inbox }: Deps): void {
  const local = localOnlyGuard(config)
  if (inbox) inboxRoutes(app, inbox, local)
  if (config.appEnv !== 'production') exampleRoutes(app, config, local)
}

/** Loaded at the first request, so that no start waits for it and production never loads it. */
const example = () => import('./example-app.ts')

/**
 * The front end in `examples/web`. If no other front end is configured, it also serves the pages that mailed links and
 * providers lead to.
 */
function exampleRoutes(app: App, { publicUrl, frontendIsDefault, appEnv }: Config, local: Guard): void {
  const fault = faults('system:not_found')
  const config = { access: 'public', limit: 'none', database: 'none', codes: fault.codes } as const
  const linked = ['oauth/:provider/callback', 'impersonate', ...accountPages].map((page) => `/account/${page}`)
  for (const url of ['/dev/app', ...(appEnv === 'development' && frontendIsDefault ? linked : [])]) {
    app.route({
      method: 'GET',
      url,
      config,
      onRequest: local,
      schema: { hide: true },
      handler: async (_request, reply) => {
        const { readPage } = await example()
        const page = await readPage(publicUrl)
        if (page === undefined) throw fault('system:not_found')
        return asPage(reply, page.policy).send(page.html)
      },
    })
  }
  app.route({
    method: 'GET',
    url: '/dev/app/*',
    config,
    onRequest: local,
    schema: { hide: true, params: z.object({ '*': z.string() }) },
    handler: async (request, reply) => {
      const { readExampleAsset } = await example()
      const asset = await readExampleAsset(request.params['*'])
      if (asset === undefined) throw fault('system:not_found')
      return sendUnlessKnown(request, reply.type(asset.type), asset)
    },
  })
}
