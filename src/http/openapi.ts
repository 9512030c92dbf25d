import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import type { Config } from '../config/config.ts'
import { catalogue, type ErrorCode } from '../errors/catalogue.ts'
import { version } from '../process/version.ts'
import { wireName } from './cookies.ts'

const fieldProblems = {
  type: 'array',
  description: 'Which field broke which rule; never the value that was sent.',
  items: {
    type: 'object',
    required: ['path', 'rule'],
    properties: {
      path: { type: 'string', description: 'JSON pointer', examples: ['/password'] },
      rule: { type: 'string', examples: ['min_length'] },
      limit: { type: 'integer' },
      values: { type: 'array', items: { type: 'string' } },
    },
  },
}

const uploadBody = {
  type: 'object',
  required: ['file'],
  properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
}

const sessionSecurity = [{ session_cookie: [] }, { session_token: [] }]
const securityOf: Readonly<Record<string, readonly Record<string, readonly string[]>[]>> = {
  session: sessionSecurity,
  'session or access token': [...sessionSecurity, { access_token: [] }],
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What its success is, where that is no JSON. */
    produces?: string
    /** What its success says in headers of its own, and the meaning of each. */
    successHeaders?: Readonly<Record<string, string>>
  }
}

/** Publishes what the routes declare: per operation and status the exact codes that it can answer with. */
export async function publishOpenApi(app: FastifyInstance, config: Config): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Postern', version, description: 'Authentication API whose errors are a contract.' },
      servers: [{ url: config.publicUrl }],
      components: {
        securitySchemes: {
          session_cookie: { type: 'apiKey', in: 'cookie', name: wireName(config, 'session_id') },
          session_token: { type: 'http', scheme: 'bearer' },
          access_token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        },
      },
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document as Parameters<typeof jsonSchemaTransform>[0])
      const { declaredCodes, access, produces, upload, successHeaders } = document.route.config ?? {}
      const success =
        produces === undefined
          ? successResponses(schema.response, successHeaders)
          : { 200: { description: 'OK', content: { [produces]: { schema: { type: 'string' } } } } }
      const response = { ...success, ...errorResponses(declaredCodes ?? new Set()) }
      const security = access && securityOf[access]
      return {
        schema: { ...schema, ...(upload && { body: uploadBody }), ...(security && { security }), response },
        url,
      }
    },
    transformObject: (made) => ('openapiObject' in made ? withOptionalBodies(made.openapiObject) : made.swaggerObject),
  })
}

type Made = { paths?: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>> }
type RequestBody = {
  required?: boolean
  content: Readonly<Record<string, { schema?: { required?: readonly string[] } }>>
}

/** Where every field may be left out, so may the body; the generator demands any that is declared. */
function withOptionalBodies<Document extends Made>(document: Document): Document {
  const operations = Object.values(document.paths ?? {}).flatMap((item) => Object.values(item ?? {}))
  for (const { requestBody: body } of operations as { requestBody?: RequestBody }[]) {
    if (body) body.required = Object.values(body.content).some(({ schema }) => (schema?.required ?? []).length > 0)
  }
  return document
}

/** 204 and 304 have no body, and so no content to describe. */
function successResponses(
  response: unknown,
  described: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const entries = Object.entries(described)
  const headers = Object.fromEntries(entries.map(([name, description]) => [name, { type: 'string', description }]))
  const all = Object.entries((response ?? {}) as Record<string, unknown>)
  return Object.fromEntries(
    all.map(([status, schema]) => [
      status,
      status === '204' || status === '304'
        ? { description: 'No content', type: 'null', ...(entries.length > 0 && { headers }) }
        : schema,
    ]),
  )
}

function errorResponses(codes: ReadonlySet<ErrorCode>): Record<string, unknown> {
  const byStatus = Map.groupBy(codes, (code) => catalogue[code].status)
  return Object.fromEntries(
    [...byStatus].sort(([a], [b]) => a - b).map(([status, list]) => [status, errorResponse(status, list)]),
  )
}

function errorResponse(status: number, codes: readonly ErrorCode[]) {
  const common = { status: { type: 'integer', const: status }, code: { type: 'string', enum: [...codes].sort() } }
  const withFields = codes.some((code) => code === 'general:bad_request' || code === 'general:validation_error')
  const fields = withFields ? { fields: fieldProblems } : {}
  const document = (properties: object, required: string[]) => ({
    schema: { type: 'object', required, properties: { ...common, ...properties, ...fields } },
  })
  return {
    description: codes.map((code) => `${code}: ${catalogue[code].title}`).join('; '),
    content: {
      'application/json': document({ details: { type: 'string' } }, ['status', 'code']),
      'application/problem+json': document(
        { type: { type: 'string', format: 'uri' }, title: { type: 'string' }, detail: { type: 'string' } },
        ['type', 'title', 'status', 'code'],
      ),
    },
  }
}
