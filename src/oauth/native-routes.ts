import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { readCookie } from '../http/cookies.ts'
import { ruledText } from '../http/validation.ts'
import { anonymousUserOf, findAnonymousUsers, giveName } from '../sign-in/browser.ts'
import { deviceHeader, factorWanted, openedInApp, replyInApp } from '../sign-in/reply.ts'
import { type NativeProof, signInNatively, signInNativelyRefusals } from './native.ts'
import { issueOneTapNonce, issueOneTapNonceRefusals, loginByOneTap, loginByOneTapRefusals } from './one-tap.ts'
import { browserReplies, providerParams, replySignInInBrowser } from './reply.ts'

const nativeBody = z
  .object({
    id_token: z.string().optional(),
    nonce: z.string().optional(),
    access_token: z.string().optional(),
    remember_me: z.boolean().optional(),
  })
  .meta({ minProperties: 1 })

const appReplies = {
  200: z.union([openedInApp, z.object({ pending_token: z.string(), email: z.string() })]),
  202: factorWanted,
}

/** Returns undefined unless exactly one of the two tokens was sent. */
function proofOf({ id_token: idToken, access_token: accessToken, nonce }: z.infer<typeof nativeBody>) {
  if ((idToken === undefined) === (accessToken === undefined)) return undefined
  return (idToken === undefined ? { accessToken } : { idToken, nonce }) as NativeProof
}

export function nativeRoutes(app: App, deps: Deps): void {
  oneTapRoutes(app, deps)
  const fault = faults('general:bad_request', ...signInNativelyRefusals)
  app.route({
    method: 'POST',
    url: '/v0/app/auth/oauth/:provider/token',
    config: { access: 'public', limit: 'sign-in', codes: fault.codes },
    schema: {
      operationId: 'signInWithProviderToken',
      summary: "Sign in in an app with a token from the provider's own library",
      tags: ['oauth'],
      params: providerParams,
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
          rememberMe: request.body.remember_me ?? false,
          client: callerOf(request),
        },
      )
      if (outcome.next !== 'sign-up') return replyInApp(reply, outcome)
      return reply.code(200).send({ pending_token: outcome.pendingToken, email: outcome.email })
    },
  })
}

function oneTapRoutes(app: App, deps: Deps): void {
  const nonceFault = faults(...issueOneTapNonceRefusals)
  app.route({
    method: 'GET',
    url: '/v0/auth/oauth/google/one-tap/nonce',
    config: { access: 'public', limit: 'authorize', codes: nonceFault.codes },
    schema: {
      operationId: 'getOneTapNonce',
      summary: 'Get a nonce for Google One Tap in this browser; it works once',
      tags: ['oauth'],
      response: { 200: z.object({ nonce: z.string() }) },
    },
    handler: async (request, reply) => {
      const browser = anonymousUserOf(deps, request)
      const nonce = await issueOneTapNonce({ ...deps, fault: nonceFault }, browser.digest)
      giveName(reply, deps.config, browser)
      return { nonce }
    },
  })
  const fault = faults(...loginByOneTapRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/oauth/google/one-tap/login',
    config: { access: 'public', limit: 'sign-in', codes: fault.codes, setsCookie: true },
    schema: {
      operationId: 'signInWithOneTap',
      summary: 'Sign in with a credential of Google One Tap',
      tags: ['oauth'],
      body: z.object({ credential: ruledText({ meta: {} }), remember_me: z.boolean().optional() }),
      response: browserReplies,
    },
    handler: async (request, reply) => {
      const outcome = await loginByOneTap(
        { ...deps, fault },
        {
          credential: request.body.credential,
          anonymousDigests: findAnonymousUsers(deps, request),
          deviceToken: readCookie(request, deps.config, 'device_id'),
          rememberMe: request.body.remember_me ?? false,
          client: callerOf(request),
        },
      )
      return replySignInInBrowser(reply, deps, outcome)
    },
  })
}
