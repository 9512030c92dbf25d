import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { signedInUser, stateGuard } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import { ruledText } from '../http/validation.ts'
import { twoForms } from '../sign-in/two-forms.ts'
import { disableTotp, disableTotpRefusals } from './disable.ts'
import { enableTotp, enableTotpRefusals, hasSecret } from './enable.ts'
import { regenerateBackupCodes, regenerateBackupCodesRefusals } from './regenerate.ts'
import { setUpTotp, setUpTotpRefusals } from './setup.ts'
import { totpStatus } from './status.ts'
import { verifyLogin, verifyLoginRefusals } from './verify.ts'

const demandsOff = stateGuard('totp:already_enabled', ({ totpEnabled }) => !totpEnabled)
const demandsOn = stateGuard('totp:not_enabled', ({ totpEnabled }) => totpEnabled)

const code = ruledText({ meta: { description: 'Spaces and hyphens are ignored', examples: ['123 456'] } })
const codeBody = z.object({ code })
const backupCodes = z.object({ backup_codes: z.array(z.string()).length(10) })

export function totpRoutes(app: App, deps: Deps): void {
  setupRoutes(app, deps)
  const disableFault = faults(...disableTotpRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/totp/disable',
    config: { access: 'session', codes: disableFault.codes },
    onRequest: demandsOn,
    schema: {
      operationId: 'disableTotp',
      summary: 'Switch TOTP off, with a code or a backup code',
      tags: ['totp'],
      body: codeBody,
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      await disableTotp({ ...deps, fault: disableFault }, signedInUser(request), codeOf(request))
      return reply.code(204).send()
    },
  })
  const regenerateFault = faults(...regenerateBackupCodesRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/totp/backup-codes/regenerate',
    config: { access: 'session', codes: regenerateFault.codes },
    onRequest: demandsOn,
    schema: {
      operationId: 'regenerateBackupCodes',
      summary: 'Create ten new backup codes; the old ones stop working',
      tags: ['totp'],
      body: codeBody,
      response: { 200: backupCodes },
    },
    handler: async (request) => ({
      backup_codes: await regenerateBackupCodes(
        { ...deps, fault: regenerateFault },
        signedInUser(request),
        codeOf(request),
      ),
    }),
  })
  app.route({
    method: 'GET',
    url: '/v0/auth/totp/status',
    config: { access: 'session' },
    schema: {
      operationId: 'getTotpStatus',
      summary: 'Get whether TOTP is on',
      tags: ['totp'],
      response: { 200: status },
    },
    handler: (request) => totpStatus(deps.db, signedInUser(request)),
  })
  verifyRoutes(app, deps)
}

const codeOf = (request: FastifyRequest<{ Body: z.infer<typeof codeBody> }>) => ({
  code: request.body.code,
  client: callerOf(request),
})

const status = z.object({
  enabled: z.boolean(),
  enabled_at: z.iso.datetime().optional(),
  backup_codes_remaining: z.int().optional(),
})

const setup = z.object({
  qr_code_base64: z.string().meta({ description: 'PNG in plain base64' }),
  qr_code_uri: z.string(),
  secret: z.string().meta({ description: 'base32, for users who cannot scan the QR code' }),
})

function setupRoutes(app: App, deps: Deps): void {
  const setupFault = faults(...setUpTotpRefusals)
  app.route({
    method: 'POST',
    url: '/v0/auth/totp/setup',
    config: { access: 'session', fresh: true, codes: setupFault.codes },
    onRequest: demandsOff,
    schema: {
      operationId: 'setUpTotp',
      summary: 'Create a secret for an authenticator app, to be confirmed',
      tags: ['totp'],
      response: { 200: setup },
    },
    handler: async (request) => {
      const { secret, uri, qrPng } = await setUpTotp({ ...deps, fault: setupFault }, signedInUser(request))
      return { secret, qr_code_uri: uri, qr_code_base64: qrPng.toString('base64') }
    },
  })
  const enableFault = faults('totp:not_enabled', ...enableTotpRefusals)
  const demandsSecret = async (request: FastifyRequest) => {
    if (!(await hasSecret(deps.db, signedInUser(request).user.id))) {
      throw enableFault('totp:not_enabled', { details: 'Post to /v0/auth/totp/setup first.' })
    }
  }
  app.route({
    method: 'POST',
    url: '/v0/auth/totp/enable',
    config: { access: 'session', fresh: true, codes: enableFault.codes },
    onRequest: [demandsOff, demandsSecret],
    schema: {
      operationId: 'enableTotp',
      summary: 'Confirm the secret by its first code; shows the backup codes, only once',
      tags: ['totp'],
      body: codeBody,
      response: { 200: backupCodes },
    },
    handler: async (request) => ({
      backup_codes: await enableTotp({ ...deps, fault: enableFault }, signedInUser(request), codeOf(request)),
    }),
  })
}

function verifyRoutes(app: App, deps: Deps): void {
  const fault = faults(...verifyLoginRefusals)
  twoForms(app, deps, {
    operationId: 'verifyTotp',
    path: '/totp/verify',
    config: { access: 'public', limit: 'sign-in', codes: fault.codes },
    summary: (where) => `Complete the second step of a sign-in ${where}`,
    tag: 'totp',
    body: z.object({ temp_token: ruledText({ meta: { description: 'From the login' } }), code }),
    takesDevice: true,
    take: ({ request, body: { temp_token: tempToken, code }, deviceToken }) =>
      verifyLogin({ ...deps, fault }, { tempToken, code, deviceToken, client: callerOf(request) }),
  })
}
