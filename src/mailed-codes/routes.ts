import { z } from 'zod'
import { email } from '../accounts/fields.ts'
import { codeToken, linkOrDigits, linkOrDigitsForms, readLinkOrDigits } from '../accounts/link-or-digits.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { browserUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { inOneForm } from '../http/validation.ts'
import { startedFlow } from '../mailed-tokens/started.ts'
import { anonymousUserOf, findAnonymousUsers, giveName } from '../sign-in/browser.ts'
import { describeFactors, describeSignUp, factorWanted, signUpWanted } from '../sign-in/reply.ts'
import { twoForms } from '../sign-in/two-forms.ts'
import { resendCode, resendCodeRefusals } from './resend.ts'
import { startEmailSignIn, startEmailSignInRefusals } from './start.ts'
import { signInByEmail, signInByEmailRefusals } from './verify.ts'

export function mailedCodeRoutes(app: App, deps: Deps): void {
  resendRoutes(app, deps)
  if (deps.config.emailSignIn === 'off') return
  startRoutes(app, deps)
  verifyRoutes(app, deps)
}

const forms = [
  { path: '/v0/auth', suffix: '', where: 'in a browser', isApp: false },
  { path: '/v0/app/auth', suffix: 'InApp', where: 'in an app', isApp: true },
] as const

function startRoutes(app: App, deps: Deps): void {
  const fault = faults(...startEmailSignInRefusals)
  for (const { path, suffix, where, isApp } of forms)
    app.route({
      method: 'POST',
      url: `${path}/email-sign-in`,
      config: { access: 'public', limit: 'mail', turnstile: true, setsCookie: !isApp, codes: fault.codes },
      schema: {
        operationId: `askToSignInByEmail${suffix}`,
        summary: `Mail a link and a code to sign in with ${where}; the answer is the same for every address`,
        tags: ['auth'],
        body: z.object({ email, remember_me: z.boolean().optional() }),
        response: { 202: startedFlow },
      },
      handler: async (request, reply) => {
        const { email, remember_me: rememberMe = false } = request.body
        const browser = isApp ? undefined : anonymousUserOf(deps, request)
        // Even if the mail cannot be sent: the pair exists then, too, and is bound to this browser.
        if (browser) giveName(reply, deps.config, browser)
        const wish = { email, rememberMe, anonymousDigest: browser?.digest, client: callerOf(request) }
        return reply.code(202).send(await startEmailSignIn({ ...deps, fault }, wish))
      },
    })
}

function resendRoutes(app: App, deps: Deps): void {
  const fault = faults(...resendCodeRefusals)
  for (const { path, suffix, where, isApp } of forms)
    app.route({
      method: 'POST',
      url: `${path}/mailed-code/resend`,
      config: { access: 'public', limit: 'mail', turnstile: true, codes: fault.codes },
      schema: {
        operationId: `resendCode${suffix}`,
        summary: `Mail the same code again, to be entered ${where}`,
        tags: ['auth'],
        body: z.object({ code_token: codeToken }),
        response: { 202: startedFlow },
      },
      handler: async (request, reply) => {
        const home = isApp ? undefined : findAnonymousUsers(deps, request)
        const wish = { codeToken: request.body.code_token, home, client: callerOf(request) }
        return reply.code(202).send(await resendCode({ ...deps, fault }, wish))
      },
    })
}

const verifyBody = inOneForm(z.object({ ...linkOrDigits, email: email.optional() }), linkOrDigitsForms)

function verifyRoutes(app: App, deps: Deps): void {
  const fault = faults(...signInByEmailRefusals)
  twoForms(app, deps, {
    operationId: 'signInByEmail',
    path: '/email-sign-in/verify',
    config: { access: 'optional', cookieAlone: true, limit: 'sign-in', codes: fault.codes },
    summary: (where) => `Sign in ${where} with the link or the code that was mailed`,
    tag: 'auth',
    body: verifyBody,
    takesDevice: true,
    wait: factorWanted,
    signUp: signUpWanted,
    take: async ({ request, body, deviceToken, anonymousDigests: home, nameBrowser }) => {
      const shown = readLinkOrDigits(body)
      const browserEmail = home && browserUser(request, deps)?.email
      const attempt = { shown, home, browserEmail, deviceToken, nameBrowser, client: callerOf(request) }
      const outcome = await signInByEmail({ ...deps, fault }, attempt)
      if (outcome.next === 'sign-up') return { signUp: describeSignUp(outcome) }
      return outcome.next === 'session' ? outcome.session : { wait: describeFactors(outcome) }
    },
  })
}
