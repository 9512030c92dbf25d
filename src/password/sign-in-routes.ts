import { z } from 'zod'
import { email, knownPassword } from '../accounts/fields.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { hashingCallerOf } from '../http/caller.ts'
import { readCookie } from '../http/cookies.ts'
import { deliveryRefusals } from '../mail/confirm.ts'
import { deviceHeader, openedInApp, replyInApp, replyInBrowser, toBeContinued } from '../sign-in/reply.ts'
import { login } from './login.ts'

export function passwordSignInRoutes(app: App, deps: Deps): void {
  const loginFault = faults(
    'auth:invalid_credentials',
    'user:not_verified',
    'user:banned',
    'rate_limit:exceeded',
    'system:hashing_error',
    ...deliveryRefusals,
  )
  const ctx = { ...deps, fault: loginFault }
  const loginConfig = {
    access: 'public',
    limit: 'sign-in',
    turnstile: true,
    hashes: true,
    codes: loginFault.codes,
  } as const
  app.route({
    method: 'POST',
    url: '/v0/auth/login',
    config: { ...loginConfig, setsCookie: true },
    schema: {
      summary: 'Sign in in a browser',
      tags: ['auth'],
      body: loginBody,
      response: { 202: toBeContinued, 204: z.void() },
    },
    handler: async (request, reply) => {
      const deviceToken = readCookie(request, deps.config, 'device_id')
      const { remember_me: rememberMe = false, ...rest } = request.body
      return replyInBrowser(
        reply,
        deps.config,
        await login(ctx, { ...rest, rememberMe, deviceToken, client: hashingCallerOf(request) }),
      )
    },
  })
  app.route({
    method: 'POST',
    url: '/v0/app/auth/login',
    config: loginConfig,
    schema: {
      summary: 'Sign in in an app',
      tags: ['auth'],
      body: loginBody,
      headers: deviceHeader,
      response: { 200: openedInApp, 202: toBeContinued },
    },
    handler: async (request, reply) => {
      const deviceToken = request.headers['x-device-token']
      const { remember_me: rememberMe = false, ...rest } = request.body
      return replyInApp(reply, await login(ctx, { ...rest, rememberMe, deviceToken, client: hashingCallerOf(request) }))
    },
  })
}

const loginBody = z.object({ email, password: knownPassword, remember_me: z.boolean().optional() })
