import { z } from 'zod'
import { email, knownPassword, mailedToken, mostPasswordLength, newPassword } from '../accounts/fields.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { signedInUser, stateGuard } from '../guards/credential.ts'
import { normalized } from '../hashing/password-hasher.ts'
import type { App } from '../http/app.ts'
import { callerOf, hashingCallerOf } from '../http/caller.ts'
import { changePassword, changePasswordRefusals } from './change.ts'
import { forgotPassword, forgotPasswordRefusals } from './forgot.ts'
import { resetPassword, resetPasswordRefusals } from './reset.ts'
import { setInitialPassword, setInitialPasswordRefusals } from './set-initial.ts'

export function passwordRoutes(app: App, deps: Deps): void {
  const { passwordMinLength: minLength } = deps.config
  const chosenPassword = newPassword({ minLength, isCommon: deps.isCommonPassword })
  rulesRoute(app, deps)
  changeRoute(app, deps, chosenPassword)
  setInitialRoute(app, deps, chosenPassword)
  forgotRoute(app, deps)
  resetRoute(app, deps, chosenPassword)
}

const passwordRules = z
  .object({
    min_length: z.int(),
    max_length: z.int(),
    breached_check: z.boolean(),
  })
  .meta({
    id: 'PasswordRules',
    description: 'Lengths in code points after NFKC, and whether leaked ones are looked up',
  })

function rulesRoute(app: App, { config }: Deps): void {
  const rules: z.infer<typeof passwordRules> = {
    min_length: config.passwordMinLength,
    max_length: mostPasswordLength,
    breached_check: config.breachedPasswordsUrl !== undefined,
  }
  app.route({
    method: 'GET',
    url: '/v0/auth/password-rules',
    config: { access: 'public', database: 'none' },
    schema: {
      operationId: 'getPasswordRules',
      summary: 'Get the rules that a new password must follow',
      tags: ['password'],
      response: { 200: passwordRules },
    },
    handler: async (_request, reply) => reply.header('cache-control', 'public, max-age=300').send(rules),
  })
}

type ChosenPassword = ReturnType<typeof newPassword>

const demandsPassword = stateGuard('password:cannot_update_oauth_only', ({ hasPassword }) => hasPassword)
const demandsNoPassword = stateGuard('password:already_set', ({ hasPassword }) => !hasPassword)

function changeRoute(app: App, deps: Deps, chosenPassword: ChosenPassword): void {
  const fault = faults(...changePasswordRefusals)
  const ctx = { ...deps, fault }
  app.route({
    method: 'POST',
    url: '/v0/auth/change-password',
    config: {
      access: 'session',
      limit: 'sign-in',
      codes: fault.codes,
      missing: { current_password: 'password:required_for_update', new_password: 'password:new_password_missing' },
    },
    onRequest: demandsPassword,
    schema: {
      operationId: 'changePassword',
      summary: 'Change the password, and end the other sessions',
      tags: ['password'],
      body: changeBody(chosenPassword),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { current_password: currentPassword, new_password: newPassword, forget_devices = false } = request.body
      const change = { currentPassword, newPassword, forgetDevices: forget_devices, client: hashingCallerOf(request) }
      await changePassword(ctx, signedInUser(request), change)
      return reply.code(204).send()
    },
  })
}

const changeBody = (chosenPassword: ChosenPassword) =>
  z
    .object({
      current_password: knownPassword,
      new_password: chosenPassword,
      forget_devices: z.boolean().optional().meta({ description: 'Every device needs a mailed link again' }),
    })
    .superRefine(({ current_password: current, new_password: chosen }, context) => {
      if (normalized(chosen) !== normalized(current)) return
      context.addIssue({ code: 'custom', path: ['new_password'], params: { rule: 'unchanged' } })
    })

function setInitialRoute(app: App, deps: Deps, chosenPassword: ChosenPassword): void {
  const fault = faults(...setInitialPasswordRefusals)
  const ctx = { ...deps, fault }
  app.route({
    method: 'POST',
    url: '/v0/auth/set-initial-password',
    config: {
      access: 'session',
      limit: 'sign-in',
      fresh: true,
      codes: fault.codes,
      missing: { new_password: 'password:new_password_missing' },
    },
    onRequest: demandsNoPassword,
    schema: {
      operationId: 'setInitialPassword',
      summary: 'Set the first password of an account without one, and end the other sessions',
      tags: ['password'],
      body: z.object({ new_password: chosenPassword }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { new_password: newPassword } = request.body
      await setInitialPassword(ctx, signedInUser(request), { newPassword, client: hashingCallerOf(request) })
      return reply.code(204).send()
    },
  })
}

function forgotRoute(app: App, deps: Deps): void {
  const fault = faults(...forgotPasswordRefusals)
  const ctx = { ...deps, fault }
  app.route({
    method: 'POST',
    url: '/v0/auth/forgot-password',
    config: { access: 'public', limit: 'mail', turnstile: true, codes: fault.codes },
    schema: {
      operationId: 'forgotPassword',
      summary: 'Mail a link to set a new password; the answer is the same for every address',
      tags: ['password'],
      body: z.object({ email }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      await forgotPassword(ctx, { email: request.body.email, client: callerOf(request) })
      return reply.code(204).send()
    },
  })
}

function resetRoute(app: App, deps: Deps, chosenPassword: ChosenPassword): void {
  const fault = faults(...resetPasswordRefusals)
  const ctx = { ...deps, fault }
  app.route({
    method: 'POST',
    url: '/v0/auth/reset-password',
    config: {
      access: 'public',
      limit: 'sign-in',
      codes: fault.codes,
      missing: { new_password: 'password:new_password_missing' },
    },
    schema: {
      operationId: 'resetPassword',
      summary: 'Set a new password by a mailed link; ends every session and forgets every device',
      tags: ['password'],
      body: z.object({ token: mailedToken, new_password: chosenPassword, email: email.optional() }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { token, new_password: newPassword, email } = request.body
      await resetPassword(ctx, { token, newPassword, email, client: hashingCallerOf(request) })
      return reply.code(204).send()
    },
  })
}
