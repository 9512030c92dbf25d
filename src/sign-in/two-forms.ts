import type { FastifyContextConfig, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { App } from '../http/app.ts'
import { readCookie } from '../http/cookies.ts'
import { anonymousUserOf, findAnonymousUsers, giveName } from './browser.ts'
import type { OpenedSession } from './open-session.ts'
import { deviceHeader, forApp, openedInApp, replyOpened } from './reply.ts'

/** What a step of a sign-in gets in both forms. */
type Asked<Body> = {
  readonly request: FastifyRequest
  /** The body as its schema let it through. Fastify's types cannot follow a schema that is itself a parameter. */
  readonly body: Body
  /** The token that the client sent for its device, unchecked. */
  readonly deviceToken: string | undefined
  /** Digests of the browser's names; undefined for an app. */
  readonly anonymousDigests: readonly Buffer[] | undefined
  /**
   * Gives the browser a name if it has none, for a flow that begins in it. Returns the digest; undefined for an app.
   */
  readonly nameBrowser: () => Buffer | undefined
}

type Step<Body, Wait, SignUp> = {
  /** The id of the browser's route. The app's has `InApp` at its end. */
  readonly operationId: string
  /** The path after `/v0/auth` and `/v0/app/auth`. */
  readonly path: string
  readonly config: FastifyContextConfig
  /** The summary of each route. */
  readonly summary: (where: 'in a browser' | 'in an app') => string
  readonly tag: string
  readonly body: z.ZodType<Body>
  /** Set if an app sends more than a browser. */
  readonly bodyInApp?: z.ZodType<Body>
  /** Whether an app may send its device token. */
  readonly takesDevice?: boolean
  /** The answer that opens a session in an app, if it is not `openedInApp`. */
  readonly sessionInApp?: z.ZodType<z.infer<typeof openedInApp>>
  /** The answer while there is no session yet, sent with 202. */
  readonly wait?: z.ZodType<Wait>
  /** The answer if a new account waits for its handle, sent with 200. */
  readonly signUp?: z.ZodType<SignUp>
  readonly take: (asked: Asked<Body>) => Promise<OpenedSession | { readonly wait: Wait } | { readonly signUp: SignUp }>
}

/**
 * Declares a step of a sign-in once, as two routes: for browsers, whose session is a cookie, and for apps, which get
 * their tokens in the body.
 */
export function twoForms<Body, Wait = never, SignUp = never>(
  app: App,
  deps: { readonly config: Config; readonly keyring: Keyring },
  {
    operationId,
    path,
    config,
    summary,
    tag,
    body,
    bodyInApp = body,
    takesDevice,
    sessionInApp,
    wait,
    signUp,
    take,
  }: Step<Body, Wait, SignUp>,
): void {
  const waits = wait && { 202: wait }
  const opened = sessionInApp ?? openedInApp
  app.route({
    method: 'POST',
    url: `/v0/auth${path}`,
    config: { ...config, setsCookie: true },
    schema: {
      operationId,
      summary: summary('in a browser'),
      tags: [tag],
      body,
      response: { ...(signUp && { 200: signUp }), ...waits, 204: z.void() },
    },
    handler: async (request, reply) => {
      const taken = await take({
        request,
        body: request.body as Body,
        deviceToken: readCookie(request, deps.config, 'device_id'),
        anonymousDigests: findAnonymousUsers(deps, request),
        nameBrowser: () => {
          const browser = anonymousUserOf(deps, request)
          giveName(reply, deps.config, browser)
          return browser.digest
        },
      })
      if ('signUp' in taken) return reply.code(200).send(taken.signUp)
      return 'wait' in taken ? reply.code(202).send(taken.wait) : replyOpened(reply, deps.config, taken)
    },
  })
  app.route({
    method: 'POST',
    url: `/v0/app/auth${path}`,
    config,
    schema: {
      operationId: `${operationId}InApp`,
      summary: summary('in an app'),
      tags: [tag],
      body: bodyInApp,
      ...(takesDevice && { headers: deviceHeader }),
      response: { 200: signUp ? z.union([opened, signUp]) : opened, ...waits },
    },
    handler: async (request, reply) => {
      const taken = await take({
        request,
        body: request.body as Body,
        deviceToken: takesDevice ? deviceTokenOf(request) : undefined,
        anonymousDigests: undefined,
        nameBrowser: () => undefined,
      })
      if ('wait' in taken) return reply.code(202).send(taken.wait)
      // The schema is one of two, which Fastify's types cannot follow either.
      return reply.code(200).send(('signUp' in taken ? taken.signUp : forApp(taken)) as never)
    },
  })
}

function deviceTokenOf({ headers: { 'x-device-token': text } }: FastifyRequest): string | undefined {
  return typeof text === 'string' ? text : undefined
}
