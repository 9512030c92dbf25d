import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { displayName, handle } from '../accounts/fields.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { ruledText } from '../http/validation.ts'
import { deliveryRefusals } from '../mail/confirm.ts'
import { findAnonymousUsers } from '../sign-in/browser.ts'
import { forApp, openedInApp, replyOpened } from '../sign-in/reply.ts'
import { completeSignUp } from './complete-sign-up.ts'

const completeBody = z.object({
  pending_token: ruledText({ meta: { description: 'From the sign-in through the provider' } }),
  handle,
  display_name: displayName,
})

/** Where nobody has vouched for the address: its link makes the account. */
const mailed = z.object({ status: z.literal('email_verification_required') })
const mailIsOut: z.infer<typeof mailed> = { status: 'email_verification_required' }

export function completeRoutes(app: App, deps: Deps): void {
  const fault = faults(
    'user:invalid_token',
    'user:token_expired',
    'user:handle_already_exists',
    'oauth:email_already_exists',
    'rate_limit:exceeded',
    ...deliveryRefusals,
  )
  const ctx = { ...deps, fault }
  const config = { access: 'public', codes: fault.codes, missing: { handle: 'oauth:handle_required' } } as const
  const summary = 'Choose a handle: the sign-up through a provider is an account'
  const wishOf = (request: FastifyRequest<{ Body: z.infer<typeof completeBody> }>) => ({
    pendingToken: request.body.pending_token,
    handle: request.body.handle,
    displayName: request.body.display_name,
    client: callerOf(request),
  })
  app.route({
    method: 'POST',
    url: '/v0/auth/complete-signup',
    config: { ...config, setsCookie: true },
    schema: { summary, tags: ['oauth'], body: completeBody, response: { 202: mailed, 204: z.void() } },
    handler: async (request, reply) => {
      const anonymousDigests = findAnonymousUsers(deps, request)
      const completed = await completeSignUp(ctx, { ...wishOf(request), anonymousDigests })
      if (completed.next === 'mail') return reply.code(202).send(mailIsOut)
      return replyOpened(reply, deps.config, completed.session)
    },
  })
  app.route({
    method: 'POST',
    url: '/v0/app/auth/complete-signup',
    config,
    schema: { summary, tags: ['oauth'], body: completeBody, response: { 200: openedInApp, 202: mailed } },
    handler: async (request, reply) => {
      const completed = await completeSignUp(ctx, { ...wishOf(request), anonymousDigests: undefined })
      if (completed.next === 'mail') return reply.code(202).send(mailIsOut)
      return reply.code(200).send(forApp(completed.session))
    },
  })
}
