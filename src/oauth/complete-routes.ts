import { z } from 'zod'
import { displayName, handle, locale } from '../accounts/fields.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { ruledText } from '../http/validation.ts'
import { twoForms } from '../sign-in/two-forms.ts'
import { completeSignUp, completeSignUpRefusals } from './complete-sign-up.ts'

const completeBody = z.object({
  pending_token: ruledText({ meta: { description: 'From the sign-in through the provider' } }),
  handle,
  display_name: displayName,
  locale: locale.optional(),
})

/** The reply if the provider did not vouch for the address: opening the mailed link makes the account. */
const mailed = z.object({ status: z.literal('email_verification_required') })
const mailIsOut: z.infer<typeof mailed> = { status: 'email_verification_required' }

export function completeRoutes(app: App, deps: Deps): void {
  const fault = faults(...completeSignUpRefusals)
  twoForms(app, deps, {
    operationId: 'completeSignUp',
    path: '/complete-signup',
    config: { access: 'public', signsUp: true, codes: fault.codes, missing: { handle: 'oauth:handle_required' } },
    summary: () => 'Choose a handle and create the account after a sign-up through a provider',
    tag: 'oauth',
    body: completeBody,
    wait: mailed,
    take: async ({ request, body, anonymousDigests }) => {
      const { pending_token: pendingToken, handle, display_name: displayName, locale } = body
      const wish = { pendingToken, handle, displayName, locale, anonymousDigests, client: callerOf(request) }
      const completed = await completeSignUp({ ...deps, fault }, wish)
      return completed.next === 'mail' ? { wait: mailIsOut } : completed.session
    },
  })
}
