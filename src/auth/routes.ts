import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { hashingClientOf } from '../http/client.ts'
import { readCookie } from '../http/cookies.ts'
import { signedInUser } from '../http/credential.ts'
import { deliveryRefusals } from '../mail/confirm.ts'
import { deviceHeader, openedInApp, replyInApp, replyInBrowser, toBeContinued } from '../sessions/reply.ts'
import {
  displayName,
  email,
  handle,
  isPersonalPassword,
  knownPassword,
  newPassword,
  optionalKnownPassword,
} from '../users/fields.ts'
import { login } from './login.ts'
import { reauthenticateByCode, reauthenticateByPassword } from './reauthenticate.ts'
import { signUp } from './sign-up.ts'

export function authRoutes(app: App, deps: Deps): void {
  const signUpFault = faults('user:handle_already_exists', 'rate_limit:exceeded', ...deliveryRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/signup',
    config: { access: 'public', limit: 'sign-up', turnstile: true, hashes: true, codes: signUpFault.codes },
    schema: {
      summary: 'Sign up; no account exists until the mailed link is used',
      tags: ['auth'],
      body: signUpBody(deps),
      response: { 202: z.object({ message: z.string() }) },
    },
    handler: async (request, reply) => {
      const { display_name: displayName, ...rest } = request.body
      await signUp({ ...deps, fault: signUpFault }, { ...rest, displayName }, hashingClientOf(request))
      return reply.code(202).send({ message: 'If the address can be used, a link is on its way to it.' })
    },
  })

  reauthenticateRoute(app, deps)

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
        await login(ctx, { ...rest, rememberMe, deviceToken, client: hashingClientOf(request) }),
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
      return replyInApp(reply, await login(ctx, { ...rest, rememberMe, deviceToken, client: hashingClientOf(request) }))
    },
  })
}

/** Exactly one proof. */
const reauthenticateBody = z.object({ password: optionalKnownPassword, code: z.string().optional() })

function reauthenticateRoute(app: App, deps: Deps): void {
  const fault = faults(
    'general:bad_request',
    'user:password_not_set',
    'password:incorrect',
    'totp:not_enabled',
    'totp:invalid_code',
    'totp:backup_code_exhausted',
    'rate_limit:exceeded',
    'system:hashing_error',
    'user:invalid_session',
  )
  const ctx = { ...deps, fault }
  app.route({
    method: 'POST',
    url: '/v0/auth/reauthenticate',
    config: { access: 'session', evenBanned: true, limit: 'sign-in', codes: fault.codes },
    schema: {
      summary: 'Prove again who is signed in: the session is fresh for five minutes',
      tags: ['auth'],
      body: reauthenticateBody,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { password, code } = request.body
      if ((password === undefined) === (code === undefined)) {
        throw fault('general:bad_request', { details: 'Send exactly one of password and code.' })
      }
      const [signedIn, client] = [signedInUser(request), hashingClientOf(request)]
      if (password !== undefined) await reauthenticateByPassword(ctx, signedIn, { password, client })
      else if (code !== undefined) await reauthenticateByCode(ctx, signedIn, { code, client })
      return reply.code(204).send()
    },
  })
}

const signUpBody = ({ config, isCommonPassword }: Deps) =>
  z
    .object({
      email,
      handle,
      display_name: displayName,
      password: newPassword({ minLength: config.passwordMinLength, isCommon: isCommonPassword }),
    })
    .superRefine(({ password, email, handle, display_name: displayName }, context) => {
      if (!isPersonalPassword(password, { email, handle, displayName })) return
      context.addIssue({ code: 'custom', path: ['password'], params: { rule: 'personal' } })
    })

const loginBody = z.object({ email, password: knownPassword, remember_me: z.boolean().optional() })
