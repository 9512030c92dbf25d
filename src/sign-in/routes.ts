import { z } from 'zod'
import { linkOrDigits, linkOrDigitsForms, readLinkOrDigits } from '../accounts/link-or-digits.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { consoleFinder } from '../guards/console.ts'
import { browserUser, signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf, hashingCallerOf } from '../http/caller.ts'
import { inOneForm } from '../http/validation.ts'
import { confirmDevice, confirmDeviceRefusals } from './confirm-device.ts'
import { reauthenticate, reauthenticateRefusals } from './reauthenticate.ts'
import { findGiven, listNames, reproofBody, reproofs } from './reproofs.ts'
import { twoForms } from './two-forms.ts'

export function signInRoutes(app: App, deps: Deps): void {
  reauthenticateRoute(app, deps)
  deviceRoutes(app, deps)
}

function reauthenticateRoute(app: App, deps: Deps): void {
  const fault = faults('general:bad_request', ...reauthenticateRefusals)
  const ctx = { ...deps, fault }
  const findConsole = consoleFinder(deps)
  app.route({
    method: 'POST',
    url: '/v0/auth/reauthenticate',
    config: { access: 'session', evenBanned: true, limit: 'sign-in', codes: fault.codes },
    schema: {
      operationId: 'reauthenticate',
      summary:
        'Confirm who is signed in: the session, and the console session beside it, are then fresh for five minutes',
      tags: ['auth'],
      body: reproofBody,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const given = findGiven(reproofs, request.body, ({ name }) => name)
      const [one] = given
      if (one === undefined || given.length > 1) {
        const names = listNames(reproofs.map(({ name }) => name))
        throw fault('general:bad_request', { details: `Send exactly one of ${names}.` })
      }
      const alsoFresh = await findConsole(request)
      await reauthenticate(ctx, signedInUser(request), { ...one, alsoFresh, client: hashingCallerOf(request) })
      return reply.code(204).send()
    },
  })
}

function deviceRoutes(app: App, deps: Deps): void {
  const fault = faults(...confirmDeviceRefusals)
  twoForms(app, deps, {
    operationId: 'verifyDevice',
    path: '/device/verify',
    config: { access: 'optional', cookieAlone: true, codes: fault.codes },
    summary: (where) => `Use a device link or code ${where}: the device becomes known and is signed in`,
    tag: 'auth',
    body: inOneForm(z.object(linkOrDigits), linkOrDigitsForms),
    sessionInApp: z.object({ token: z.string(), device_token: z.string() }),
    take: ({ request, body, anonymousDigests: home }) => {
      const shown = readLinkOrDigits(body)
      const proof = { shown, home, browserUserId: browserUser(request, deps)?.id, client: callerOf(request) }
      return confirmDevice({ ...deps, fault }, proof)
    },
  })
}
