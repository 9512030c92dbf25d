import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { clientOf } from '../http/client.ts'
import { ruledText } from '../http/validation.ts'
import { forApp, openedInApp, replyOpened } from '../sessions/reply.ts'
import { displayName, handle } from '../users/fields.ts'
import { findAnonymousUsers } from './anonymous-user.ts'
import { completeSignUp } from './complete-sign-up.ts'

const completeBody = z.object({
  pending_token: ruledText({ meta: { description: 'From the sign-in through the provider' } }),
  handle,
  display_name: displayName,
})

export function completeRoutes(app: App, deps: Deps): void {
  const fault = faults(
    'user:invalid_token',
    'user:token_expired',
    'user:handle_already_exists',
    'oauth:email_already_exists',
  )
  const ctx = { ...deps, fault }
  const config = { access: 'public', codes: fault.codes, missing: { handle: 'oauth:handle_required' } } as const
  const summary = 'Choose a handle: the sign-up through a provider is an account'
  const wishOf = (request: FastifyRequest<{ Body: z.infer<typeof completeBody> }>) => ({
    pendingToken: request.body.pending_token,
    handle: request.body.handle,
    displayName: request.body.display_name,
    client: clientOf(request),
  })
  app.route({
    method: 'POST',
    url: '/v0/auth/complete-signup',
    config: { ...config, setsCookie: true },
    schema: { summary, tags: ['oauth'], body: completeBody, response: { 204: z.void() } },
    handler: async (request, reply) => {
      const anonymousDigests = findAnonymousUsers(deps, request)
      return replyOpened(reply, deps.config, await completeSignUp(ctx, { ...wishOf(request), anonymousDigests }))
    },
  })
  app.route({
    method: 'POST',
    url: '/v0/app/auth/complete-signup',
    config,
    schema: { summary, tags: ['oauth'], body: completeBody, response: { 200: openedInApp } },
    handler: async (request) => forApp(await completeSignUp(ctx, { ...wishOf(request), anonymousDigests: undefined })),
  })
}
