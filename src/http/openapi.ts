import swagger from '@fastify/swagger'
import type { FastifyContextConfig, FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { Config } from '../config/config.ts'
import { version } from '../process/version.ts'
import { wireName } from './cookies.ts'
import { errorResponses } from './openapi-errors.ts'
import { type Document, tidy } from './openapi-tidy.ts'
import { policySentences } from './route-policy.ts'

const description =
  'Authentication API whose errors are a contract: each operation says with which codes it may refuse, and no other ' +
  'comes. Errors are JSON of their own, or problem details (RFC 9457) where application/problem+json is accepted. ' +
  'A session is shown by the cookie, or its token is sent as a bearer. A request counts for its network’s limit ' +
  '"default" unless its operation names another.'

const tags = {
  auth: 'Signing up and signing in, in browsers (by a cookie) and in apps (by tokens in the body).',
  password: 'Setting, changing and recovering a password.',
  email: 'Changing the address of an account, and taking the change back.',
  sessions: 'Who is signed in, where else, and on which devices.',
  tokens: 'Access tokens for services, and the refresh tokens behind them.',
  totp: 'A second factor: codes of an authenticator app, and backup codes.',
  passkeys: 'Signing in with a passkey, and the passkeys of an account.',
  oauth: 'Signing in through providers, and connecting accounts to them.',
  account: 'What an account says of itself, its pictures, its history, its export and its end.',
  users: 'What anybody may see of others.',
  moderation: 'Bans and roles, and the log of both.',
  admin: 'Console sessions, accounts, invitations and providers, for administrators and moderators.',
  service: 'Whether the server works, and its catalogue of errors.',
}

const uploadBody = {
  type: 'object',
  required: ['file'],
  properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
}

const sessionSecurity = [{ session_cookie: [] }, { session_token: [] }]
/** The credentials that may be sent with a request, by the access of its route. */
const securityOf: Readonly<Record<string, readonly Record<string, readonly string[]>[]>> = {
  public: [],
  probe: [],
  optional: [{}, ...sessionSecurity],
  'optional cookie': [{}, { session_cookie: [] }],
  session: sessionSecurity,
  'session or access token': [...sessionSecurity, { access_token: [] }],
  console: [{ console_cookie: [] }],
  'session or console': [...sessionSecurity, { console_cookie: [] }],
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The media type of a success that is not JSON. */
    produces?: string
    /** Another media type of a success, for a client whose Accept names it. */
    alsoProduces?: string
    /** For a public route: a sentence that says which use of it takes a fresh session. */
    partlyFresh?: string
    /** For an optional session: only the session of a cookie is looked at. */
    cookieAlone?: true
    /** Headers of a success that the route sets itself, each with its meaning. */
    successHeaders?: Readonly<Record<string, string>>
  }
}

const kindOf = ({ access = 'public', partlyFresh, cookieAlone }: FastifyContextConfig): string =>
  cookieAlone ? 'optional cookie' : partlyFresh ? 'optional' : access

/** A route's path in OpenAPI's form: `/v0/auth/sessions/{management_id}`. */
export const documentPath = (url: string): string => url.replace(/:(\w+)/g, '{$1}')

/** Publishes what the routes declare: for each operation and status, the exact codes that it can answer with. */
export async function publishOpenApi(app: FastifyInstance, config: Config): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Postern',
        version,
        description,
        contact: { name: 'This server', url: config.publicUrl },
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: config.publicUrl }],
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          session_cookie: { type: 'apiKey', in: 'cookie', name: wireName(config, 'session_id') },
          session_token: { type: 'http', scheme: 'bearer' },
          console_cookie: { type: 'apiKey', in: 'cookie', name: wireName(config, 'admin_id') },
          access_token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        },
      },
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document as Parameters<typeof jsonSchemaTransform>[0])
      const { config: policy = {} } = document.route
      const { declaredCodes, produces, upload } = policy
      const success =
        produces === undefined
          ? successResponses(schema.response, policy)
          : {
              200: {
                description: 'Done; the body has the answer.',
                content: { [produces]: { schema: { type: 'string' } } },
              },
            }
      const response = { ...success, ...errorResponses(declaredCodes ?? new Set()) }
      const security = securityOf[kindOf(policy)] ?? sessionSecurity
      const description = policySentences(policy)
      return { schema: { ...schema, description, ...(upload && { body: uploadBody }), security, response }, url }
    },
    transformObject: (made) =>
      tidy(jsonSchemaTransformObject(made as Parameters<typeof jsonSchemaTransformObject>[0]) as Document) as never,
  })
}

/** These statuses have no body, and so no content to describe. */
const bodiless: Readonly<Record<string, string>> = {
  204: 'Done.',
  303: 'Done; the browser goes on at Location.',
  304: 'The cached response is still valid.',
}

function successResponses(
  response: unknown,
  { successHeaders: described = {}, alsoProduces }: FastifyContextConfig,
): Record<string, unknown> {
  const entries = Object.entries(described)
  const headers = Object.fromEntries(entries.map(([name, description]) => [name, { type: 'string', description }]))
  const all = Object.entries((response ?? {}) as Record<string, unknown>)
  return Object.fromEntries(
    all.map(([status, schema]) => [
      status,
      bodiless[status] !== undefined
        ? {
            description: bodiless[status],
            type: 'null',
            ...(entries.length > 0 && { headers }),
          }
        : alsoProduces === undefined
          ? schema
          : {
              description: 'Done; the body has the answer.',
              content: { 'application/json': { schema }, [alsoProduces]: { schema: { type: 'string' } } },
            },
    ]),
  )
}
