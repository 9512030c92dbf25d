import { join } from 'node:path'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { catalogue, errorCodes } from '../errors/catalogue.ts'
import { problemType } from '../errors/document.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { assetRoutes } from '../pages/asset-routes.ts'
import { etagOf, isKnown, sendUnlessKnown } from '../pages/etag.ts'
import { asPage, pagePolicy } from '../pages/layout.ts'
import { packageRoot } from '../process/package-root.ts'
import { readIfThere } from '../process/read-if-there.ts'
import type { LoadSite } from './load-site.ts'

const errorList = z.object({
  errors: z.array(
    z
      .object({
        code: z.string(),
        status: z.int(),
        title: z.string(),
        description: z.string(),
        doc_url: z.string(),
      })
      .meta({ id: 'CatalogueEntry', description: 'An error of the catalogue' }),
  ),
})

const open = { access: 'public', database: 'none' } as const

/**
 * The API's description of itself: OpenAPI and the catalogue, as JSON and as pages that load nothing from other sites.
 */
export function docsRoutes(app: App, config: Config, site: LoadSite): void {
  catalogueRoute(app, config)
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: open,
    schema: { hide: true },
    handler: async (_request, reply) => reply.header('cache-control', 'public, max-age=300').send(app.swagger()),
  })
  pageRoutes(app, site)
  assetRoutes(app, { at: '/docs/assets', folder: 'docs' })
  if (config.appEnv !== 'production') pictureRoute(app)
  if (config.appEnv === 'development') {
    app.route({
      method: 'GET',
      url: '/',
      config: open,
      schema: { hide: true },
      handler: async (_request, reply) => reply.redirect('/docs'),
    })
  }
}

function catalogueRoute(app: App, { publicUrl }: Config): void {
  const errors = errorCodes.map((code) => ({ code, ...catalogue[code], doc_url: problemType(publicUrl, code) }))
  const etag = etagOf(JSON.stringify(errors))
  app.route({
    method: 'GET',
    url: '/v0/errors',
    config: open,
    schema: {
      operationId: 'listErrors',
      summary: 'Get the catalogue of errors',
      tags: ['service'],
      response: { 200: errorList, 304: z.void() },
    },
    handler: async (request, reply) => {
      reply.headers({ etag, 'cache-control': 'public, max-age=300' })
      if (isKnown(etag, request.headers['if-none-match'])) return reply.code(304).send()
      return reply.code(200).send({ errors })
    },
  })
}

function pageRoutes(app: App, site: LoadSite): void {
  const fault = faults('system:not_found')
  for (const url of ['/docs', '/docs/*']) {
    app.route({
      method: 'GET',
      url,
      config: { ...open, codes: fault.codes },
      schema: { hide: true },
      handler: async (request, reply) => {
        const place = placeOf(request.url)
        const { pageAt } = await site()
        const page = pageAt(place)
        if (page === undefined) {
          const withoutSlash = place.replace(/\/$/, '')
          if (pageAt(withoutSlash)) return reply.redirect(withoutSlash)
          throw fault('system:not_found')
        }
        return sendUnlessKnown(request, asPage(reply, pagePolicy), page)
      },
    })
  }
}

/** The path without the query; an error's colon may be escaped. */
function placeOf(url: string): string {
  const [path = ''] = url.split('?', 1)
  return path.replaceAll(/%3a/gi, ':')
}

/** Serves the pictures of the guides. */
function pictureRoute(app: App): void {
  const fault = faults('system:not_found')
  app.route({
    method: 'GET',
    url: '/docs/pictures/:name',
    config: { ...open, codes: fault.codes },
    schema: { hide: true, params: z.object({ name: z.string() }) },
    handler: async (request, reply) => {
      const { name } = request.params
      const body = /^[a-z-]+\.png$/.test(name) ? await readIfThere(join(packageRoot, 'docs/pictures', name)) : undefined
      if (body === undefined) throw fault('system:not_found')
      return sendUnlessKnown(request, reply.type('image/png'), { body, etag: etagOf(body) })
    },
  })
}
