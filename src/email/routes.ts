import { z } from 'zod'
import { email, mailedToken } from '../accounts/fields.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { signedInUser, stateGuard } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf, hashingCallerOf } from '../http/caller.ts'
import { addressReproofFields, addressReproofs, findGiven, listNames } from '../sign-in/reproofs.ts'
import { changeEmail, changeEmailRefusals } from './change-email.ts'
import { confirmEmailChange, confirmEmailChangeRefusals } from './confirm-email-change.ts'
import { undoEmailChange, undoEmailChangeRefusals } from './undo-email-change.ts'

const demandsProof = stateGuard('user:password_not_set', (user) => addressReproofs.some(({ isHeld }) => isHeld(user)))

export function emailRoutes(app: App, deps: Deps): void {
  const changeFault = faults('general:bad_request', 'user:password_not_set', ...changeEmailRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/change-email',
    config: { access: 'session', limit: 'sign-in', codes: changeFault.codes },
    onRequest: demandsProof,
    schema: {
      operationId: 'changeEmail',
      summary: 'Request a new address: mails a link to it, and a notice to the old one',
      tags: ['email'],
      body: z.object({ ...addressReproofFields, new_email: email }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { new_email: newEmail, ...sent } = request.body
      const signedIn = signedInUser(request)
      const [proof, other] = findGiven(addressReproofs, sent, ({ name }) => name)
      if (proof === undefined && !signedIn.user.hasPassword) throw changeFault('user:password_not_set')
      if (proof === undefined || other !== undefined) {
        const names = listNames(addressReproofs.map(({ name }) => name))
        throw changeFault('general:bad_request', { details: `Send exactly one of ${names}.` })
      }
      await changeEmail({ ...deps, fault: changeFault }, signedIn, {
        proof,
        newEmail,
        client: hashingCallerOf(request),
      })
      return reply.code(204).send()
    },
  })

  const confirmFault = faults(...confirmEmailChangeRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/confirm-email-change',
    config: { access: 'public', codes: confirmFault.codes },
    schema: {
      operationId: 'confirmEmailChange',
      summary: 'Use the link from the new mailbox: changes the address and ends every session',
      tags: ['email'],
      body: z.object({ token: mailedToken, email: email.optional() }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      await confirmEmailChange({ ...deps, fault: confirmFault }, { ...request.body, client: callerOf(request) })
      return reply.code(204).send()
    },
  })

  const undoFault = faults(...undoEmailChangeRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/undo-email-change',
    config: { access: 'public', limit: 'sign-in', codes: undoFault.codes },
    schema: {
      operationId: 'undoEmailChange',
      summary: 'Use the link from the old mailbox: restores the old address and ends every session',
      tags: ['email'],
      body: z.object({ token: mailedToken }),
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { token } = request.body
      await undoEmailChange({ ...deps, fault: undoFault }, { token, client: hashingCallerOf(request) })
      return reply.code(204).send()
    },
  })
}
