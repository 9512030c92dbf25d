import { z } from 'zod'
import { email, knownPassword } from '../accounts/fields.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { hashingCallerOf } from '../http/caller.ts'
import { sessionOrWait, toBeContinued } from '../sign-in/reply.ts'
import { twoForms } from '../sign-in/two-forms.ts'
import { login, loginRefusals } from './login.ts'

export function passwordSignInRoutes(app: App, deps: Deps): void {
  const fault = faults(...loginRefusals)
  twoForms(app, deps, {
    operationId: 'signIn',
    path: '/login',
    config: { access: 'public', limit: 'sign-in', turnstile: true, hashes: true, codes: fault.codes },
    summary: (where) => `Sign in ${where}`,
    tag: 'auth',
    body: z.object({ email, password: knownPassword, remember_me: z.boolean().optional() }),
    takesDevice: true,
    wait: toBeContinued,
    take: async ({ request, body, deviceToken, nameBrowser }) => {
      const { email, password, remember_me: rememberMe = false } = body
      const client = hashingCallerOf(request)
      const attempt = { email, password, rememberMe, deviceToken, nameBrowser, client }
      return sessionOrWait(await login({ ...deps, fault }, attempt))
    },
  })
}
