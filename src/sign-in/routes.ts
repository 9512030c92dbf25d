import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { mailedToken } from '../accounts/fields.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { browserUser, signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf, hashingCallerOf } from '../http/caller.ts'
import { confirmDevice } from './confirm-device.ts'
import { reauthenticate } from './reauthenticate.ts'
import { replyOpened } from './reply.ts'
import { reproofBody, reproofNames, reproofs } from './reproofs.ts'

export function signInRoutes(app: App, deps: Deps): void {
  reauthenticateRoute(app, deps)
  deviceRoutes(app, deps)
}

function reauthenticateRoute(app: App, deps: Deps): void {
  const codes = Object.values(reproofs).flatMap((reproof) => [...reproof.codes])
  const fault = faults('general:bad_request', 'user:invalid_session', ...codes)
  const ctx = { ...deps, fault }
  app.route({
    method: 'POST',
    url: '/v0/auth/reauthenticate',
    config: { access: 'session', evenBanned: true, limit: 'sign-in', codes: fault.codes },
    schema: {
      summary: 'Prove again who is signed in: the session is fresh for five minutes',
      tags: ['auth'],
      body: reproofBody,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const given = reproofNames.flatMap((by) => {
        const text = request.body[by]
        return text === undefined ? [] : [{ by, given: text }]
      })
      const [one] = given
      if (one === undefined || given.length > 1) {
        throw fault('general:bad_request', { details: `Send exactly one of ${reproofNames.join(' and ')}.` })
      }
      await reauthenticate(ctx, signedInUser(request), { ...one, client: hashingCallerOf(request) })
      return reply.code(204).send()
    },
  })
}

const deviceProof = z.object({ token: mailedToken })

function deviceRoutes(app: App, deps: Deps): void {
  const fault = faults('token:invalid_device_verify', 'FORBIDDEN')
  const confirm = (request: FastifyRequest, token: string) =>
    confirmDevice(
      { ...deps, fault },
      { token, browserUserId: browserUser(request, deps)?.id, client: callerOf(request) },
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
