import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { callerOf } from '../http/caller.ts'
import type { HasHeaders } from '../http/cookies.ts'
import { ruledText } from '../http/validation.ts'
import { anonymousUserOf, findLastingUser, giveName } from '../sign-in/browser.ts'
import { twoForms } from '../sign-in/two-forms.ts'
import { askForPasskey } from './ask.ts'
import { assertion } from './credential.ts'
import { requestOptions } from './options.ts'
import { askForSecondStep, askForSecondStepRefusals, finishByPasskey, finishByPasskeyRefusals } from './second-step.ts'
import { signInWithPasskey, signInWithPasskeyRefusals } from './sign-in.ts'

export function passkeySignInRoutes(app: App, deps: Deps): void {
  optionsRoutes(app, deps)
  const fault = faults(...signInWithPasskeyRefusals)
  twoForms(app, deps, {
    operationId: 'signInWithPasskey',
    path: '/passkeys/sign-in',
    config: { access: 'public', limit: 'sign-in', codes: fault.codes },
    summary: (where) => `Sign in ${where} with a passkey, which identifies the account by itself`,
    tag: 'passkeys',
    body: z.object({ credential: assertion, remember_me: z.boolean().optional() }),
    takesDevice: true,
    take: ({ request, body, ...asked }) => {
      const { credential, remember_me: rememberMe = false } = body
      return signInWithPasskey({ ...deps, fault }, { ...asked, credential, rememberMe, client: callerOf(request) })
    },
  })
  secondStepRoutes(app, deps)
}

/** Everybody gets the same options, so that they tell nothing about accounts [PK5]. */
function optionsRoutes(app: App, deps: Deps): void {
  const askBrowser = (digest: Buffer) => askForPasskey(deps, { purpose: 'sign-in', binding: digest })
  const askApp = () => askForPasskey(deps, { purpose: 'app sign-in', binding: '' })
  const alike = (request: HasHeaders) => {
    const digest = findLastingUser(deps, request)
    return digest && askBrowser(digest)
  }
  app.route({
    method: 'POST',
    url: '/v0/auth/passkeys/sign-in/options',
    config: { access: 'public', setsCookie: true, database: 'none', alike },
    schema: {
      operationId: 'askForPasskey',
      summary: 'Get the options for navigator.credentials.get() in this browser',
      tags: ['passkeys'],
      response: { 200: requestOptions },
    },
    handler: (request, reply) => {
      const browser = anonymousUserOf(deps, request)
      giveName(reply, deps.config, browser)
      void reply.send(askBrowser(browser.digest))
    },
  })
  app.route({
    method: 'POST',
    url: '/v0/app/auth/passkeys/sign-in/options',
    config: { access: 'public', database: 'none', alike: askApp },
    schema: {
      operationId: 'askForPasskeyInApp',
      summary: 'Get the options with which an app asks for a passkey',
      tags: ['passkeys'],
      response: { 200: requestOptions },
    },
    handler: (_, reply) => {
      void reply.send(askApp())
    },
  })
}

const tempToken = ruledText({ meta: { description: 'From the login' } })

function secondStepRoutes(app: App, deps: Deps): void {
  const askFault = faults(...askForSecondStepRefusals)
  for (const [form, suffix] of [
    ['', ''],
    ['/app', 'InApp'],
  ] as const) {
    app.route({
      method: 'POST',
      url: `/v0${form}/auth/passkeys/second-step/options`,
      config: { access: 'public', limit: 'sign-in', codes: askFault.codes },
      schema: {
        operationId: `askForPasskeyAsSecondStep${suffix}`,
        summary: `Get the options to use a passkey instead of a code${form && ', in an app'}`,
        tags: ['passkeys'],
        body: z.object({ temp_token: tempToken }),
        response: { 200: requestOptions },
      },
      handler: (request) => askForSecondStep({ ...deps, fault: askFault }, request.body.temp_token),
    })
  }
  const fault = faults(...finishByPasskeyRefusals)
  twoForms(app, deps, {
    operationId: 'finishWithPasskey',
    path: '/passkeys/second-step',
    config: { access: 'public', limit: 'sign-in', codes: fault.codes },
    summary: (where) => `Complete the second step of a sign-in ${where} with a passkey`,
    tag: 'passkeys',
    body: z.object({ temp_token: tempToken, credential: assertion }),
    takesDevice: true,
    take: ({ request, body: { temp_token: tempToken, credential }, deviceToken }) =>
      finishByPasskey({ ...deps, fault }, { tempToken, credential, deviceToken, client: callerOf(request) }),
  })
}
