import { z } from 'zod'
import { displayName } from '../accounts/fields.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { isUuid, oneOf } from '../http/validation.ts'
import { askAgain, askAgainRefusals } from './ask-again.ts'
import { newCredential } from './credential.ts'
import { deletePasskey, deletePasskeyRefusals } from './delete.ts'
import { listPasskeys } from './list.ts'
import { offerRegistration, offerRegistrationRefusals } from './offer-registration.ts'
import { attachments, creationOptions, requestOptions } from './options.ts'
import { registerPasskey, registerPasskeyRefusals } from './register.ts'
import { renamePasskey, renamePasskeyRefusals } from './rename.ts'

export function passkeyRoutes(app: App, deps: Deps): void {
  registrationRoutes(app, deps)
  reauthenticationRoute(app, deps)
  app.route({
    method: 'GET',
    url: '/v0/auth/passkeys',
    config: { access: 'session' },
    schema: {
      operationId: 'listPasskeys',
      summary: 'List the passkeys of the account, newest first',
      tags: ['passkeys'],
      response: { 200: passkeyList },
    },
    handler: (request) => listPasskeys(deps.db, deps.config, signedInUser(request)),
  })
  changeRoutes(app, deps)
}

const passkey = z
  .object({
    id: z.uuid(),
    credential_id: z.string().meta({ description: 'the id that browsers use for it, in base64url' }),
    name: z.string(),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().optional(),
    backed_up: z.boolean().meta({ description: 'whether it is also stored outside its device' }),
    aaguid: z.uuid().optional().meta({ description: 'identifies the model of its authenticator' }),
    transports: z.array(z.string()).optional(),
    is_current: z.boolean().meta({ description: 'whether it opened this session' }),
  })
  .meta({ id: 'Passkey', description: 'A passkey of the account' })

const passkeyList = z.object({
  rp_id: z.string(),
  user_handle: z.string().optional().meta({
    description:
      'the account’s user handle in passkeys, once registration was offered; absent if PASSKEY_SIGNALS is off',
  }),
  passkeys: z.array(passkey),
})

const offerBody = z.object({
  mediation: oneOf(['conditional'], { description: 'conditional' }).optional(),
  attachment: oneOf(attachments, { description: attachments.join(' or ') }).optional(),
})

function reauthenticationRoute(app: App, deps: Deps): void {
  const fault = faults(...askAgainRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/passkeys/reauthentication/options',
    config: { access: 'session', evenBanned: true, codes: fault.codes },
    schema: {
      operationId: 'askForPasskeyAgain',
      summary: 'Get the options to confirm with a passkey who is signed in',
      tags: ['passkeys'],
      response: { 200: requestOptions },
    },
    handler: (request) => askAgain({ ...deps, fault }, signedInUser(request)),
  })
}

function registrationRoutes(app: App, deps: Deps): void {
  const offerFault = faults(...offerRegistrationRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/passkeys/registration/options',
    config: { access: 'session', fresh: true, codes: offerFault.codes },
    schema: {
      operationId: 'offerPasskey',
      summary: 'Get the options for navigator.credentials.create() to register a passkey',
      tags: ['passkeys'],
      body: offerBody,
      response: { 200: creationOptions },
    },
    handler: (request) => {
      const { mediation, attachment } = request.body
      const wish = { isConditional: mediation !== undefined, attachment: attachments.find((one) => one === attachment) }
      return offerRegistration({ ...deps, fault: offerFault }, signedInUser(request), wish)
    },
  })
  const registerFault = faults(...registerPasskeyRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/passkeys',
    config: { access: 'session', fresh: true, codes: registerFault.codes },
    schema: {
      operationId: 'addPasskey',
      summary: 'Register the passkey that the browser created',
      tags: ['passkeys'],
      body: z.object({ credential: newCredential, name: displayName.optional() }),
      response: { 201: passkey },
    },
    handler: async (request, reply) => {
      const { credential, name = 'Passkey' } = request.body
      const registration = { credential, name, client: callerOf(request) }
      const made = await registerPasskey({ ...deps, fault: registerFault }, signedInUser(request), registration)
      return reply.code(201).send(made)
    },
  })
}

const params = z.object({ id: z.string() })

function changeRoutes(app: App, deps: Deps): void {
  const renameFault = faults(...renamePasskeyRefusals)
  app.route({
    method: 'PATCH',
    url: '/v0/auth/passkeys/:id',
    config: { access: 'session', codes: renameFault.codes },
    schema: {
      operationId: 'renamePasskey',
      summary: 'Rename a passkey',
      tags: ['passkeys'],
      params,
      body: z.object({ name: displayName }),
      response: { 200: passkey },
    },
    handler: (request) => {
      const { id: passkeyId } = request.params
      if (!isUuid(passkeyId)) throw renameFault('system:not_found')
      const renaming = { passkeyId, name: request.body.name, client: callerOf(request) }
      return renamePasskey({ ...deps, fault: renameFault }, signedInUser(request), renaming)
    },
  })
  const deleteFault = faults(...deletePasskeyRefusals)
  app.route({
    method: 'DELETE',
    url: '/v0/auth/passkeys/:id',
    config: { access: 'session', fresh: true, codes: deleteFault.codes },
    schema: {
      operationId: 'deletePasskey',
      summary: 'Delete a passkey, and end the other sessions that it opened',
      tags: ['passkeys'],
      params,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      const { id: passkeyId } = request.params
      if (!isUuid(passkeyId)) throw deleteFault('system:not_found')
      const deletion = { passkeyId, client: callerOf(request) }
      await deletePasskey({ ...deps, fault: deleteFault }, signedInUser(request), deletion)
      return reply.code(204).send()
    },
  })
}
