import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { tokenDigest } from '../crypto/secret-token.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { clientOf, hashingClientOf } from '../http/client.ts'
import { findCredential, signedInUser, stateGuard } from '../http/credential.ts'
import { ruledText } from '../http/validation.ts'
import { deliveryRefusals } from '../mail/confirm.ts'
import { findAnonymousUsers } from '../oauth/anonymous-user.ts'
import { forApp, openedInApp, replyOpened } from '../sessions/reply.ts'
import { email, knownPassword, mailedToken } from '../users/fields.ts'
import { changeEmail } from './change-email.ts'
import { confirmDevice } from './confirm-device.ts'
import { confirmEmailChange } from './confirm-email-change.ts'
import { resendVerification } from './resend-verification.ts'
import { undoEmailChange } from './undo-email-change.ts'
import { verifyEmail } from './verify-email.ts'

export function tokenRoutes(app: App, deps: Deps): void {
  verifyEmailRoutes(app, deps)
  deviceRoutes(app, deps)
  emailChangeRoutes(app, deps)

  const fault = faults('email:already_verified', 'rate_limit:exceeded', ...deliveryRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/resend-verification-email',
    config: { access: 'optional', limit: 'mail', turnstile: true, codes: fault.codes },
    schema: {
      summary: 'Mail a fresh verification link; the answer is the same for every address',
      tags: ['auth'],
      body: z.object({ email }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const ownEmail = request.signedIn?.user.email
      await resendVerification({ ...deps, fault }, { email: request.body.email, ownEmail, client: clientOf(request) })
      return reply.code(204).send()
    },
  })
}

/** A live session that came in a cookie: who is signed in in that browser. */
const browserUser = (request: FastifyRequest, { config }: Deps) =>
  findCredential(request, config)?.source === 'cookie' ? request.signedIn?.user : undefined

const verification = z.object({ token: mailedToken, email: email.optional() })
const pendingToken = ruledText({ meta: { description: 'Of a sign-up through a provider: that of the sign-in' } })
const verificationInApp = verification.extend({ pending_token: pendingToken.optional() })

function digestsOf(pendingToken: string | undefined): readonly Buffer[] {
  const digest = pendingToken === undefined ? undefined : tokenDigest('pendingOauth', pendingToken)
  return digest === undefined ? [] : [digest]
}

function verifyEmailRoutes(app: App, deps: Deps): void {
  const fault = faults(
    'token:invalid_verification',
    'token:expired_verification',
    'token:email_mismatch',
    'email:already_verified',
    'user:email_already_exists',
    'FORBIDDEN',
  )
  const ctx = { ...deps, fault }
  const proofOf = (request: FastifyRequest, { token, email }: z.infer<typeof verification>) => ({
    token,
    email,
    isSignedIn: browserUser(request, deps) !== undefined,
    client: clientOf(request),
  })
  app.route({
    method: 'POST',
    url: '/v0/auth/verify-email',
    config: { access: 'optional', setsCookie: true, codes: fault.codes },
    schema: {
      summary: 'Use a verification link in a browser: the account is created and signed in',
      tags: ['auth'],
      body: verification,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const proof = { ...proofOf(request, request.body), held: findAnonymousUsers(deps, request) }
      return replyOpened(reply, deps.config, await verifyEmail(ctx, proof))
    },
  })
  app.route({
    method: 'POST',
    url: '/v0/app/auth/verify-email',
    config: { access: 'optional', codes: fault.codes },
    schema: {
      summary: 'Use a verification link in an app: the account is created and signed in',
      tags: ['auth'],
      body: verificationInApp,
      response: { 200: openedInApp },
    },
    handler: async (request) => {
      const held = digestsOf(request.body.pending_token)
      return forApp(await verifyEmail(ctx, { ...proofOf(request, request.body), held }))
    },
  })
}

const deviceProof = z.object({ token: mailedToken })

function deviceRoutes(app: App, deps: Deps): void {
  const fault = faults('token:invalid_device_verify', 'FORBIDDEN')
  const confirm = (request: FastifyRequest, token: string) =>
    confirmDevice(
      { ...deps, fault },
      { token, browserUserId: browserUser(request, deps)?.id, client: clientOf(request) },
    )
  app.route({
    method: 'POST',
    url: '/v0/auth/device/verify',
    config: { access: 'optional', setsCookie: true, codes: fault.codes },
    schema: {
      summary: 'Use a device link in a browser: it is known from now on, and signed in',
      tags: ['auth'],
      body: deviceProof,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => replyOpened(reply, deps.config, await confirm(request, request.body.token)),
  })
  app.route({
    method: 'POST',
    url: '/v0/app/auth/device/verify',
    config: { access: 'optional', codes: fault.codes },
    schema: {
      summary: 'Use a device link in an app: it is known from now on, and signed in',
      tags: ['auth'],
      body: deviceProof,
      response: { 200: z.object({ token: z.string(), device_token: z.string() }) },
    },
    handler: async (request) => {
      const { token, deviceToken } = await confirm(request, request.body.token)
      return { token, device_token: deviceToken }
    },
  })
}

const demandsPassword = stateGuard('user:password_not_set', ({ hasPassword }) => hasPassword)

function emailChangeRoutes(app: App, deps: Deps): void {
  const changeFault = faults(
    'general:validation_error',
    'password:incorrect',
    'user:email_already_exists',
    'rate_limit:exceeded',
    'system:hashing_error',
    'user:invalid_session',
    ...deliveryRefusals,
  )
  app.route({
    method: 'POST',
    url: '/v0/auth/change-email',
    config: { access: 'session', limit: 'sign-in', codes: changeFault.codes },
    onRequest: demandsPassword,
    schema: {
      summary: 'Ask for another address: a link goes there, a notice to the old one',
      tags: ['email'],
      body: z.object({ password: knownPassword, new_email: email }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { password, new_email: newEmail } = request.body
      const wish = { password, newEmail, client: hashingClientOf(request) }
      await changeEmail({ ...deps, fault: changeFault }, signedInUser(request), wish)
      return reply.code(204).send()
    },
  })

  const confirmFault = faults('token:invalid_email_change', 'token:email_mismatch', 'user:email_already_exists')
  app.route({
    method: 'POST',
    url: '/v0/auth/confirm-email-change',
    config: { access: 'public', codes: confirmFault.codes },
    schema: {
      summary: 'Use the link in the new mailbox: the address changes and every session ends',
      tags: ['email'],
      body: z.object({ token: mailedToken, email: email.optional() }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      await confirmEmailChange({ ...deps, fault: confirmFault }, { ...request.body, client: clientOf(request) })
      return reply.code(204).send()
    },
  })

  const undoFault = faults('token:invalid_email_change', 'user:email_already_exists', 'rate_limit:exceeded')
  app.route({
    method: 'POST',
    url: '/v0/auth/undo-email-change',
    config: { access: 'public', limit: 'sign-in', codes: undoFault.codes },
    schema: {
      summary: 'Use the link in the old mailbox: the old address is back and nobody is signed in',
      tags: ['email'],
      body: z.object({ token: mailedToken }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { token } = request.body
      await undoEmailChange({ ...deps, fault: undoFault }, { token, client: hashingClientOf(request) })
      return reply.code(204).send()
    },
  })
}
