import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import { faults } from '../errors/fault.ts'
import type { Guard } from '../errors/plugin.ts'
import { clientOf } from '../http/client.ts'
import { readCookie } from '../http/cookies.ts'
import { freshGuard, sessionGuard, signedInUser } from '../http/credential.ts'
import { ruledText } from '../http/validation.ts'
import { deliveryRefusals } from '../mail/confirm.ts'
import type { LoginOutcome } from '../sessions/reply.ts'
import {
  appLoginReplies,
  browserLoginReplies,
  deviceHeader,
  replyInApp,
  replyInBrowser,
  setSessionCookie,
} from '../sessions/reply.ts'
import { displayName, handle } from '../users/fields.ts'
import { adminRoutes } from './admin-routes.ts'
import { ensureAnonymousUser, findAnonymousUser } from './anonymous-user.ts'
import { authorize } from './authorize.ts'
import { completeSignUp } from './complete-sign-up.ts'
import { listConnections, unlink } from './connections.ts'
import { listProviders } from './find-provider.ts'
import { linkIdentity } from './link.ts'
import { loginThroughProvider } from './login.ts'
import { type NativeProof, signInNatively } from './native.ts'
import { issueOneTapNonce, loginByOneTap } from './one-tap.ts'
import type { NewAccount } from './sign-in.ts'

const params = z.object({ provider: z.string() })
const arrivalBody = z.object({
  code: ruledText({ meta: {} }),
  state: ruledText({ meta: {} }),
  iss: z.string().optional(),
})

const arrivalCodes = [
  'oauth:provider_not_found',
  'oauth:invalid_auth_url',
  'oauth:invalid_state',
  'oauth:state_expired',
  'oauth:token_exchange_failed',
  'oauth:user_info_fetch_failed',
  'oauth:user_info_parse_failed',
] as const satisfies readonly ErrorCode[]

const signInCodes = [
  'user:banned',
  'oauth:email_not_verified',
  'oauth:email_already_exists',
  'rate_limit:exceeded',
  ...deliveryRefusals,
] as const satisfies readonly ErrorCode[]

export function oauthRoutes(app: App, deps: Deps): void {
  app.route({
    method: 'GET',
    url: '/v0/auth/oauth/providers',
    config: { access: 'public' },
    schema: {
      summary: 'Through whom users can sign in',
      tags: ['oauth'],
      response: { 200: z.object({ providers: z.array(z.object({ slug: z.string(), name: z.string() })) }) },
    },
    handler: async () => ({ providers: await listProviders(deps) }),
  })
  authorizeRoute(app, deps)
  loginRoute(app, deps)
  linkRoutes(app, deps)
  completeRoutes(app, deps)
  nativeRoute(app, deps)
  oneTapRoutes(app, deps)
  adminRoutes(app, deps)
}

const flows = ['login', 'link'] as const

const authorizeQuery = z.object({
  flow: ruledText({
    findBreach: (text) => (flows.some((flow) => flow === text) ? undefined : { rule: 'one_of', values: [...flows] }),
    meta: { description: 'login or link; login unless said otherwise' },
  }).optional(),
  redirect_to: z
    .string()
    .optional()
    .meta({ description: 'comes back as X-Redirect-To', examples: ['/'] }),
})

const isLink = (request: FastifyRequest): boolean => (request.query as { flow?: unknown }).flow === 'link'

/** A guard that only a link has to pass. */
function forLinks(guard: Guard): Guard {
  const check: (request: FastifyRequest, reply: FastifyReply) => Promise<void> = async (request, reply) => {
    if (isLink(request)) await guard(request, reply)
  }
  return Object.assign(check, { codes: guard.codes })
}

function authorizeRoute(app: App, deps: Deps): void {
  const fault = faults('oauth:provider_not_found', 'oauth:invalid_redirect_url', 'oauth:invalid_auth_url')
  app.route({
    method: 'GET',
    url: '/v0/auth/oauth/:provider/authorize',
    config: { access: 'public', limit: 'authorize', codes: fault.codes },
    onRequest: [forLinks(sessionGuard(deps)), forLinks(freshGuard)],
    schema: {
      summary: 'The URL at the provider to send the browser to',
      tags: ['oauth'],
      params,
      querystring: authorizeQuery,
      response: { 200: z.object({ auth_url: z.string() }) },
    },
    handler: async (request, reply) => {
      const { flow = 'login', redirect_to: redirectTo = '/' } = request.query
      const authUrl = await authorize(
        { ...deps, fault },
        {
          slug: request.params.provider,
          flow: flow === 'link' ? 'link' : 'login',
          redirectTo,
          anonymousDigest: ensureAnonymousUser(deps, request, reply),
          sessionId: isLink(request) ? signedInUser(request).sessionId : undefined,
        },
      )
      return { auth_url: authUrl }
    },
  })
}

const pendingInBrowser = z.object({
  pending_token: z.string().meta({ description: 'for complete-signup' }),
  email: z.string(),
  suggested_handle: z.string().optional(),
})

const browserReplies = { 200: pendingInBrowser, ...browserLoginReplies }

function replySignInInBrowser(reply: FastifyReply, { config }: Deps, outcome: LoginOutcome | NewAccount): FastifyReply {
  if (outcome.next !== 'sign-up') return replyInBrowser(reply, config, outcome)
  const { pendingToken, email, suggestedHandle } = outcome
  return reply.code(200).send({
    pending_token: pendingToken,
    email,
    ...(suggestedHandle !== undefined && { suggested_handle: suggestedHandle }),
  })
}

function loginRoute(app: App, deps: Deps): void {
  const fault = faults(...arrivalCodes, ...signInCodes)
  app.route({
    method: 'POST',
    url: '/v0/auth/oauth/:provider/login',
    config: { access: 'public', limit: 'sign-in', codes: fault.codes, setsCookie: true },
    schema: {
      summary: 'Sign in with what the provider sent the browser back with',
      tags: ['oauth'],
      params,
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

type Arriving = FastifyRequest<{ Params: z.infer<typeof params>; Body: z.infer<typeof arrivalBody> }>

const arrivalOf = (deps: Deps, request: Arriving) => ({
  slug: request.params.provider,
  code: request.body.code,
  state: request.body.state,
  iss: request.body.iss,
  anonymousDigest: findAnonymousUser(deps, request),
  client: clientOf(request),
})

const connectionList = z.object({
  connections: z.array(z.object({ provider: z.string(), email: z.string().optional(), created_at: z.iso.datetime() })),
})

function linkRoutes(app: App, deps: Deps): void {
  const linkFault = faults(...arrivalCodes, 'oauth:account_already_linked')
  app.route({
    method: 'POST',
    url: '/v0/auth/oauth/:provider/link',
    config: { access: 'session', codes: linkFault.codes },
    schema: {
      summary: 'Connect the account with what the provider sent the browser back with',
      tags: ['oauth'],
      params,
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
    schema: { summary: 'The connections of the account', tags: ['oauth'], response: { 200: connectionList } },
    handler: async (request) => ({ connections: await listConnections(deps.db, signedInUser(request)) }),
  })
  const unlinkFault = faults('oauth:connection_not_found', 'oauth:cannot_unlink_last_connection')
  app.route({
    method: 'POST',
    url: '/v0/auth/oauth/connections/unlink',
    config: { access: 'session', fresh: true, codes: unlinkFault.codes },
    schema: {
      summary: 'Disconnect the account from a provider; its last way in stays',
      tags: ['oauth'],
      body: z.object({ provider: ruledText({ meta: {} }) }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const ctx = { ...deps, fault: unlinkFault }
      await unlink(ctx, signedInUser(request), { slug: request.body.provider, client: clientOf(request) })
      return reply.code(204).send()
    },
  })
}

const completeBody = z.object({
  pending_token: ruledText({ meta: { description: 'From the sign-in through the provider' } }),
  handle,
  display_name: displayName,
})

function completeRoutes(app: App, deps: Deps): void {
  const fault = faults(
    'user:invalid_token',
    'user:token_expired',
    'user:handle_already_exists',
    'oauth:email_already_exists',
  )
  const ctx = { ...deps, fault }
  const config = { access: 'public', codes: fault.codes, missing: { handle: 'oauth:handle_required' } } as const
  const summary = 'Choose a handle: the sign-up through a provider is an account'
  const wishOf = (request: FastifyRequest<{ Body: z.infer<typeof completeBody> }>) => ({
    pendingToken: request.body.pending_token,
    handle: request.body.handle,
    displayName: request.body.display_name,
    client: clientOf(request),
  })
  app.route({
    method: 'POST',
    url: '/v0/auth/complete-signup',
    config: { ...config, setsCookie: true },
    schema: { summary, tags: ['oauth'], body: completeBody, response: { 204: z.void() } },
    handler: async (request, reply) => {
      const anonymousDigest = findAnonymousUser(deps, request)
      const session = await completeSignUp(ctx, { ...wishOf(request), anonymousDigest, isApp: false })
      setSessionCookie(reply, deps.config, session)
      return reply.code(204).send()
    },
  })
  app.route({
    method: 'POST',
    url: '/v0/app/auth/complete-signup',
    config,
    schema: { summary, tags: ['oauth'], body: completeBody, response: { 200: z.object({ token: z.string() }) } },
    handler: async (request) => {
      const { token } = await completeSignUp(ctx, { ...wishOf(request), anonymousDigest: undefined, isApp: true })
      return { token }
    },
  })
}

const nativeBody = z.object({
  id_token: z.string().optional(),
  nonce: z.string().optional(),
  access_token: z.string().optional(),
})

const appReplies = {
  200: z.union([appLoginReplies[200], z.object({ pending_token: z.string(), email: z.string() })]),
  202: appLoginReplies[202],
}

/** Exactly one of the two tokens. */
function proofOf({ id_token: idToken, access_token: accessToken, nonce }: z.infer<typeof nativeBody>) {
  if ((idToken === undefined) === (accessToken === undefined)) return undefined
  return (idToken === undefined ? { accessToken } : { idToken, nonce }) as NativeProof
}

function nativeRoute(app: App, deps: Deps): void {
  const fault = faults(
    'general:bad_request',
    'oauth:provider_not_found',
    'oauth:invalid_auth_url',
    'oauth:invalid_id_token',
    'oauth:user_info_fetch_failed',
    'oauth:user_info_parse_failed',
    ...signInCodes,
  )
  app.route({
    method: 'POST',
    url: '/v0/app/auth/oauth/:provider/token',
    config: { access: 'public', limit: 'sign-in', codes: fault.codes },
    schema: {
      summary: "Sign in in an app with a token that the provider's own library gave it",
      tags: ['oauth'],
      params,
      headers: deviceHeader,
      body: nativeBody,
      response: appReplies,
    },
    handler: async (request, reply) => {
      const proof = proofOf(request.body)
      if (proof === undefined) {
        throw fault('general:bad_request', { details: 'Send exactly one of id_token and access_token.' })
      }
      const outcome = await signInNatively(
        { ...deps, fault },
        {
          slug: request.params.provider,
          proof,
          deviceToken: request.headers['x-device-token'],
          client: clientOf(request),
        },
      )
      if (outcome.next !== 'sign-up') return replyInApp(reply, outcome)
      return reply.code(200).send({ pending_token: outcome.pendingToken, email: outcome.email })
    },
  })
}

function oneTapRoutes(app: App, deps: Deps): void {
  const nonceFault = faults('oauth:provider_not_found', 'oauth:invalid_auth_url')
  app.route({
    method: 'GET',
    url: '/v0/auth/oauth/google/one-tap/nonce',
    config: { access: 'public', limit: 'authorize', codes: nonceFault.codes },
    schema: {
      summary: 'A nonce for Google One Tap in this browser, good once',
      tags: ['oauth'],
      response: { 200: z.object({ nonce: z.string() }) },
    },
    handler: async (request, reply) => {
      const anonymousDigest = ensureAnonymousUser(deps, request, reply)
      return { nonce: await issueOneTapNonce({ ...deps, fault: nonceFault }, anonymousDigest) }
    },
  })
  const fault = faults(
    'oauth:provider_not_found',
    'oauth:invalid_auth_url',
    'oauth:invalid_id_token',
    'oauth:user_info_fetch_failed',
    ...signInCodes,
  )
  app.route({
    method: 'POST',
    url: '/v0/auth/oauth/google/one-tap/login',
    config: { access: 'public', limit: 'sign-in', codes: fault.codes, setsCookie: true },
    schema: {
      summary: 'Sign in with a credential of Google One Tap',
      tags: ['oauth'],
      body: z.object({ credential: ruledText({ meta: {} }) }),
      response: browserReplies,
    },
    handler: async (request, reply) => {
      const outcome = await loginByOneTap(
        { ...deps, fault },
        {
          credential: request.body.credential,
          anonymousDigest: findAnonymousUser(deps, request),
          deviceToken: readCookie(request, deps.config, 'device_id'),
          client: clientOf(request),
        },
      )
      return replySignInInBrowser(reply, deps, outcome)
    },
  })
}
