import { join } from 'node:path'
import type { RouteOptions } from 'fastify'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { catalogue, errorCodes } from '../errors/catalogue.ts'
import { problemType } from '../errors/document.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { publishedCodes } from '../http/published-codes.ts'
import { addVary } from '../http/vary.ts'
import type { Language } from '../messages/language.ts'
import type { Messages } from '../messages/messages.ts'
import { assetRoutes } from '../pages/asset-routes.ts'
import { etagOf, isKnown, sendUnlessKnown } from '../pages/etag.ts'
import { asPage, pagePolicy } from '../pages/layout.ts'
import { packageRoot } from '../process/package-root.ts'
import { readIfThere } from '../process/read-if-there.ts'
import { once } from '../waiting/once.ts'
import { describeContract } from './contract.ts'
import type { LoadSite } from './load-site.ts'
import { documentOf } from './operations.ts'

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

const texts = z.array(z.string())
const contractShape = z.object({
  version: z.string(),
  digest: z.string(),
  operations: z.array(
    z
      .object({
        method: z.string(),
        route: z.string(),
        needs: texts,
        statuses: z.array(z.int()),
        fields: texts,
        codes: texts,
      })
      .meta({ id: 'ContractOperation', description: 'What callers of an operation rely on' }),
  ),
  status: z.record(z.string(), z.int()),
  since: z.record(z.string(), z.string()),
})

const open = { access: 'public', database: 'none' } as const

type About = {
  readonly config: Config
  readonly messages: Messages
  readonly routes: readonly RouteOptions[]
  readonly site: LoadSite
}

/**
 * The API's description of itself: OpenAPI and the catalogue, as JSON and as pages that load nothing from other sites.
 */
export function docsRoutes(app: App, { config, messages, routes, site }: About): void {
  catalogueRoute(app, config, messages)
  contractRoute(app, routes)
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

/** As problem documents, the list has its titles in the request's language; descriptions are for developers. */
function catalogueRoute(app: App, { publicUrl }: Config, messages: Messages): void {
  const lists = new Map<Language, { readonly errors: z.infer<typeof errorList>['errors']; readonly etag: string }>()
  const listIn = (language: Language) => {
    const known = lists.get(language)
    if (known) return known
    const errors = errorCodes.map((code) => {
      const { status, description } = catalogue[code]
      const title = language.format(`title.${code}`, {}, String)
      return { code, status, title, description, doc_url: problemType(publicUrl, code) }
    })
    const made = { errors, etag: etagOf(JSON.stringify(errors)) }
    lists.set(language, made)
    return made
  }
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
      const language = messages.accepted(request.headers['accept-language']) ?? messages.fallback
      const { errors, etag } = listIn(language)
      reply.headers({ etag, 'cache-control': 'public, max-age=300', 'content-language': language.tag })
      addVary(reply, 'Accept-Language')
      if (isKnown(etag, request.headers['if-none-match'])) return reply.code(304).send()
      return reply.code(200).send({ errors })
    },
  })
}

/** For whoever compares it with the one that a front end was written against: docs/contract.md. */
function contractRoute(app: App, routes: readonly RouteOptions[]): void {
  // Made at the first request, as few ask.
  const made = once(async () => {
    const contract = describeContract(documentOf(app), publishedCodes(routes))
    return { contract, etag: etagOf(JSON.stringify(contract)) }
  })
  app.route({
    method: 'GET',
    url: '/v0/contract',
    config: open,
    schema: {
      operationId: 'getContract',
      summary: 'Get what callers rely on: each operation with what it needs, gives and refuses with',
      tags: ['service'],
      response: { 200: contractShape, 304: z.void() },
    },
    handler: async (request, reply) => {
      const { contract, etag } = await made()
      reply.headers({ etag, 'cache-control': 'public, max-age=300' })
      if (isKnown(etag, request.headers['if-none-match'])) return reply.code(304).send()
      return reply.code(200).send(contract)
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
