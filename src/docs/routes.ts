import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { catalogue, errorCodes } from '../errors/catalogue.ts'
import { problemType } from '../errors/document.ts'
import type { App } from '../http/app.ts'
import { assetRoutes } from '../pages/asset-routes.ts'
import { isKnown } from '../pages/etag.ts'
import { explorerPolicy } from '../pages/layout.ts'
import { docsPage, errorsPage } from './pages.ts'

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

/** What the API says of itself: OpenAPI and the catalogue, as JSON and as pages that need no other site. */
export function docsRoutes(app: App, config: Config): void {
  const errors = errorCodes.map((code) => ({ code, ...catalogue[code], doc_url: problemType(config.publicUrl, code) }))
  const etag = `"${createHash('sha256').update(JSON.stringify(errors)).digest('base64url')}"`
  app.route({
    method: 'GET',
    url: '/v0/errors',
    config: { access: 'public', database: 'none' },
    schema: {
      operationId: 'listErrors',
      summary: 'The catalogue of errors',
      tags: ['service'],
      response: { 200: errorList, 304: z.void() },
    },
    handler: async (request, reply) => {
      reply.headers({ etag, 'cache-control': 'public, max-age=300' })
      if (isKnown(etag, request.headers['if-none-match'])) return reply.code(304).send()
      return reply.code(200).send({ errors })
    },
  })
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { access: 'public', database: 'none' },
    schema: { hide: true },
    handler: async (_request, reply) => reply.header('cache-control', 'public, max-age=300').send(app.swagger()),
  })
  page(app, '/docs/errors', () => errorsPage(errors))
  page(app, '/docs', () => docsPage)
  assetRoutes(app, { at: '/docs/assets', folder: 'docs' })
  for (const [name, read] of Object.entries(assets)) asset(app, name, read)
}

function page(app: App, url: string, render: () => string): void {
  app.route({
    method: 'GET',
    url,
    config: { access: 'public', database: 'none' },
    schema: { hide: true },
    handler: async (_request, reply) =>
      reply.type('text/html; charset=utf-8').header('content-security-policy', explorerPolicy).send(render()),
  })
}

function asset(app: App, name: string, read: () => Promise<string | Buffer>): void {
  app.route({
    method: 'GET',
    url: `/docs/assets/${name}`,
    config: { access: 'public', database: 'none' },
    schema: { hide: true },
    handler: async (_request, reply): Promise<FastifyReply> => {
      const type = name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8'
      return reply
        .type(type)
        .header('cache-control', 'public, max-age=3600')
        .send(await read())
    },
  })
}

const readPackaged = (url: string) => (): Promise<Buffer> => readFile(fileURLToPath(url))

const assets: Record<string, () => Promise<string | Buffer>> = {
  'swagger-ui.css': readPackaged(import.meta.resolve('swagger-ui-dist/swagger-ui.css')),
  'swagger-ui-bundle.js': readPackaged(import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js')),
  'start.js': async () =>
    "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', deepLinking: true, validatorUrl: null })\n",
}
