import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { banGuard, freshGuard, sessionGuard, signedInUser } from '../guards/credential.ts'
import { impersonationGuards } from '../guards/impersonated.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { readCookie } from '../http/cookies.ts'
import { type Guard, guard } from '../http/guard.ts'
import { oneOf, ruledText } from '../http/validation.ts'
import { anonymousUserOf, findAnonymousUsers, giveName } from '../sign-in/browser.ts'
import { adminRoutes } from './admin-routes.ts'
import { authorize, authorizeRefusals } from './authorize.ts'
import { completeRoutes } from './complete-routes.ts'
import { listProviders } from './find-provider.ts'
import { formPostRoutes } from './form-post-routes.ts'
import { linkIdentity, linkIdentityRefusals } from './link.ts'
import { connectionList, listConnections } from './list-connections.ts'
import { loginThroughProvider, loginThroughProviderRefusals } from './login.ts'
import { nativeRoutes } from './native-routes.ts'
import { browserReplies, providerParams, replySignInInBrowser } from './reply.ts'
import { unlink, unlinkRefusals } from './unlink.ts'

const arrivalBody = z.object({
  code: ruledText({ meta: {} }),
  state: ruledText({ meta: {} }),
  iss: z.string().optional(),
})

export async function oauthRoutes(app: App, deps: Deps): Promise<void> {
  app.route({
    method: 'GET',
    url: '/v0/auth/oauth/providers',
    config: { access: 'public' },
    schema: {
      operationId: 'listProviders',
      summary: 'List the providers that users can sign in through',
      tags: ['oauth'],
      response: { 200: z.object({ providers: z.array(z.object({ slug: z.string(), name: z.string() })) }) },
    },
    handler: async () => ({ providers: await listProviders(deps) }),
  })
  authorizeRoute(app, deps)
  loginRoute(app, deps)
  linkRoutes(app, deps)
  await formPostRoutes(app, deps)
  completeRoutes(app, deps)
  nativeRoutes(app, deps)
  adminRoutes(app, deps)
}

const authorizeQuery = z.object({
  flow: oneOf(['login', 'link'], { description: 'login or link; the default is login' }).optional(),
  remember_me: oneOf(['true', 'false'], {
    description: 'true: the resulting session outlives the browser',
  }).optional(),
  redirect_to: z
    .string()
    .optional()
    .meta({ description: 'comes back as X-Redirect-To', examples: ['/'] }),
})

const isLink = (request: FastifyRequest): boolean => (request.query as { flow?: unknown }).flow === 'link'

/** Applies a guard to requests with `flow=link` only. */
const forLinks = (all: Guard): Guard =>
  guard('request', all.codes, async (request, reply) => {
    if (isLink(request)) await all(request, reply)
  })

function authorizeRoute(app: App, deps: Deps): void {
  const fault = faults(...authorizeRefusals)
  app.route({
    method: 'GET',
    url: '/v0/auth/oauth/:provider/authorize',
    config: {
      access: 'public',
      partlyFresh: 'With flow=link it needs a fresh session.',
      limit: 'authorize',
      codes: fault.codes,
    },
    onRequest: [sessionGuard(deps), banGuard, ...impersonationGuards('refused'), freshGuard].map(forLinks),
    schema: {
      operationId: 'authorizeProvider',
      summary: 'Get the URL at the provider to send the browser to',
      tags: ['oauth'],
      params: providerParams,
      querystring: authorizeQuery,
      response: { 200: z.object({ auth_url: z.string() }) },
    },
    handler: async (request, reply) => {
      const { flow = 'login', redirect_to: redirectTo = '/', remember_me: rememberMe } = request.query
      const browser = anonymousUserOf(deps, request)
      const authUrl = await authorize(
        { ...deps, fault },
        {
          slug: request.params.provider,
          flow: flow === 'link' ? 'link' : 'login',
          redirectTo,
          rememberMe: rememberMe === 'true',
          anonymousDigest: browser.digest,
          sessionId: isLink(request) ? signedInUser(request).sessionId : undefined,
        },
      )
      giveName(reply, deps.config, browser)
      return { auth_url: authUrl }
    },
  })
}

function loginRoute(app: App, deps: Deps): void {
  const fault = faults(...loginThroughProviderRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/oauth/:provider/login',
    config: { access: 'public', limit: 'sign-in', codes: fault.codes, setsCookie: true },
    schema: {
      operationId: 'signInWithProvider',
      summary: 'Sign in with the code and state that the provider returned',
      tags: ['oauth'],
      params: providerParams,
      body: arrivalBody,
      response: browserReplies,
    },
    handler: async (request, reply) => {
      const { outcome, redirectTo } = await loginThroughProvider(
        { ...deps, fault },
        {
          ...arrivalOf(deps, request),
          deviceToken: readCookie(request, deps.config, 'device_id'),
        },
      )
      return replySignInInBrowser(reply.header('x-redirect-to', redirectTo), deps, outcome)
    },
  })
}

type Arriving = FastifyRequest<{ Params: z.infer<typeof providerParams>; Body: z.infer<typeof arrivalBody> }>

const arrivalOf = (deps: Deps, request: Arriving) => ({
  slug: request.params.provider,
  code: request.body.code,
  state: request.body.state,
  iss: request.body.iss,
  anonymousDigests: findAnonymousUsers(deps, request),
  client: callerOf(request),
})

function linkRoutes(app: App, deps: Deps): void {
  const linkFault = faults(...linkIdentityRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/oauth/:provider/link',
    config: { access: 'session', codes: linkFault.codes },
    schema: {
      operationId: 'linkProvider',
      summary: 'Connect the account with the code and state that the provider returned',
      tags: ['oauth'],
      params: providerParams,
      body: arrivalBody,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const ctx = { ...deps, fault: linkFault }
      const redirectTo = await linkIdentity(ctx, signedInUser(request), arrivalOf(deps, request))
      return reply.header('x-redirect-to', redirectTo).code(204).send()
    },
  })
  app.route({
    method: 'GET',
    url: '/v0/auth/oauth/connections',
    config: { access: 'session' },
    schema: {
      operationId: 'listConnections',
      summary: 'List the connections of the account',
      tags: ['oauth'],
      response: { 200: connectionList },
    },
    handler: async (request) => ({ connections: await listConnections(deps.db, signedInUser(request)) }),
  })
  const unlinkFault = faults(...unlinkRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/oauth/connections/unlink',
    config: { access: 'session', fresh: true, codes: unlinkFault.codes },
    schema: {
      operationId: 'unlinkProvider',
      summary: 'Disconnect the account from a provider, unless it is the last way to sign in',
      tags: ['oauth'],
      body: z.object({ provider: ruledText({ meta: {} }) }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const ctx = { ...deps, fault: unlinkFault }
      await unlink(ctx, signedInUser(request), { slug: request.body.provider, client: callerOf(request) })
      return reply.code(204).send()
    },
  })
}
