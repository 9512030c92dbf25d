import { z } from 'zod'
import { displayName, email, handle, isPersonalPassword, locale, newPassword } from '../accounts/fields.ts'
import { linkOrDigits, linkOrDigitsForms, readLinkOrDigits } from '../accounts/link-or-digits.ts'
import { tokenDigest } from '../crypto/secret-token.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { browserUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf, hashingCallerOf } from '../http/caller.ts'
import { inOneForm, ruledText } from '../http/validation.ts'
import { startedFlow } from '../mailed-tokens/started.ts'
import { findAnonymousUsers } from '../sign-in/browser.ts'
import { twoForms } from '../sign-in/two-forms.ts'
import { resendVerification, resendVerificationRefusals } from './resend-verification.ts'
import { signUp, signUpRefusals } from './sign-up.ts'
import { verifyEmail, verifyEmailRefusals } from './verify-email.ts'

export function signUpRoutes(app: App, deps: Deps): void {
  const signUpFault = faults(...signUpRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/signup',
    config: {
      access: 'public',
      limit: 'sign-up',
      turnstile: true,
      hashes: true,
      signsUp: true,
      codes: signUpFault.codes,
    },
    schema: {
      operationId: 'signUp',
      summary: 'Sign up; no account exists until the mailed link is used',
      tags: ['auth'],
      body: signUpBody(deps),
      response: { 202: z.object({ message: z.string(), ...startedFlow.partial().shape }) },
    },
    handler: async (request, reply) => {
      const { display_name: displayName, email, handle, password, locale } = request.body
      const asker = { client: hashingCallerOf(request), anonymousDigests: findAnonymousUsers(deps, request) }
      const wish = { email, handle, password, displayName, locale }
      const started = await signUp({ ...deps, fault: signUpFault }, wish, asker)
      return reply.code(202).send({ message: 'If the address can be used, a link is on its way to it.', ...started })
    },
  })

  verifyEmailRoutes(app, deps)
  resendRoute(app, deps)
}

function signUpBody({ config, isCommonPassword }: Deps) {
  const chosen = newPassword({ minLength: config.passwordMinLength, isCommon: isCommonPassword })
  const password = config.emailSignUp === 'on' ? chosen.optional() : chosen
  return z
    .object({ email, handle, display_name: displayName, password, locale: locale.optional() })
    .superRefine(({ password, email, handle, display_name: displayName }, context) => {
      if (password === undefined || !isPersonalPassword(password, { email, handle, displayName })) return
      context.addIssue({ code: 'custom', path: ['password'], params: { rule: 'personal' } })
    })
}

function resendRoute(app: App, deps: Deps): void {
  const fault = faults(...resendVerificationRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/resend-verification-email',
    config: { access: 'optional', limit: 'mail', turnstile: true, codes: fault.codes },
    schema: {
      operationId: 'resendVerificationEmail',
      summary: 'Mail a fresh verification link; the answer is the same for every address',
      tags: ['auth'],
      body: z.object({ email }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const ownEmail = request.signedIn?.user.email
      await resendVerification({ ...deps, fault }, { email: request.body.email, ownEmail, client: callerOf(request) })
      return reply.code(204).send()
    },
  })
}

const verification = z.object({ ...linkOrDigits, email: email.optional() })
const pendingToken = ruledText({
  meta: { description: 'For a sign-up through a provider: the pending_token of the sign-in' },
})
const verificationInApp = verification.extend({ pending_token: pendingToken.optional() })

function digestsOf(pendingToken: string | undefined): readonly Buffer[] {
  const digest = pendingToken === undefined ? undefined : tokenDigest('pendingOauth', pendingToken)
  return digest === undefined ? [] : [digest]
}

function verifyEmailRoutes(app: App, deps: Deps): void {
  const fault = faults(...verifyEmailRefusals)
  twoForms<z.infer<typeof verificationInApp>>(app, deps, {
    operationId: 'verifyEmail',
    path: '/verify-email',
    config: { access: 'optional', cookieAlone: true, codes: fault.codes },
    summary: (where) => `Use a verification link or code ${where}: creates the account and signs in`,
    tag: 'auth',
    body: inOneForm(verification, linkOrDigitsForms),
    bodyInApp: inOneForm(verificationInApp, linkOrDigitsForms),
    take: ({ request, body: { pending_token: pendingToken, ...body }, anonymousDigests }) =>
      verifyEmail(
        { ...deps, fault },
        {
          shown: readLinkOrDigits(body),
          home: anonymousDigests,
          isSignedIn: browserUser(request, deps) !== undefined,
          held: anonymousDigests ?? digestsOf(pendingToken),
          client: callerOf(request),
        },
      ),
  })
}
