import { askInDialog, authenticatorOf, type PasskeyAnswer, type PasskeyOptions, type Steps } from './ask-passkey.ts'
import type { Assertion } from './authenticator.ts'
import { askInAutofill } from './autofill.ts'
import { unsupported } from './browser-error.ts'
import type { Answer, CallOptions, CodeOf, DataOf, InitOf } from './calls.ts'
import type { Client } from './client.ts'
import { passkeyCapabilities } from './passkey-capabilities.ts'

export type SignInOptions = PasskeyOptions & {
  /** A function is called once the passkey has answered, for instance to read a checkbox beside autofill. */
  readonly remember_me?: boolean | (() => boolean)
  /**
   * Offers passkeys in the autofill of a field with `autocomplete="username webauthn"` until `signal` aborts. Call it
   * when the form is shown.
   */
  readonly mediation?: 'conditional'
}

const remembered = ({ remember_me }: SignInOptions) =>
  remember_me === undefined ? {} : { remember_me: typeof remember_me === 'function' ? remember_me() : remember_me }

/**
 * Signs in to the account that the passkey belongs to, without an address and without a second step.
 * @example
 * const { error } = await signInWithPasskey(auth)
 * if (!error) location.assign('/')
 */
export const signInWithPasskey = (
  auth: Client,
  options: SignInOptions = {},
): Promise<PasskeyAnswer<DataOf<'signInWithPasskey'>, CodeOf<'askForPasskey' | 'signInWithPasskey'>>> =>
  signIn(options, {
    ask: auth.askForPasskey,
    send: (credential, init) => auth.signInWithPasskey({ ...init, body: { credential, ...remembered(options) } }),
  })

/** Signs in as `signInWithPasskey` does, for a client in `bearer` mode. */
export const signInWithPasskeyInApp = (
  auth: Client,
  options: SignInOptions = {},
): Promise<PasskeyAnswer<DataOf<'signInWithPasskeyInApp'>, CodeOf<'askForPasskeyInApp' | 'signInWithPasskeyInApp'>>> =>
  signIn(options, {
    ask: auth.askForPasskeyInApp,
    send: (credential, init) => auth.signInWithPasskeyInApp({ ...init, body: { credential, ...remembered(options) } }),
  })

async function signIn<Data, Asked extends string, Sent extends string>(
  options: SignInOptions,
  steps: Steps<Data, Asked, Sent>,
): Promise<PasskeyAnswer<Data, Asked | Sent>> {
  if (options.mediation === undefined) return inDialog(options, steps)
  const authenticator = authenticatorOf(options)
  const isOffered = options.authenticator || (await passkeyCapabilities()).autofill
  return authenticator && isOffered ? askInAutofill(authenticator, options, steps) : { error: unsupported }
}

async function inDialog<Data, Asked extends string, Sent extends string>(
  options: PasskeyOptions,
  steps: Steps<Data, Asked, Sent>,
): Promise<PasskeyAnswer<Data, Asked | Sent>> {
  const authenticator = authenticatorOf(options)
  return authenticator ? askInDialog(authenticator, options, steps) : { error: unsupported }
}

export type SecondStepOptions = PasskeyOptions & Pick<InitOf<'finishWithPasskey'>['body'], 'temp_token'>

/**
 * Completes a sign-in with a passkey instead of a code, if `methods` of the first step includes `passkey`.
 * @example
 * await finishWithPasskey(auth, { temp_token })
 */
export const finishWithPasskey = (
  auth: Client,
  { temp_token, ...options }: SecondStepOptions,
): Promise<PasskeyAnswer<DataOf<'finishWithPasskey'>, CodeOf<'askForPasskeyAsSecondStep' | 'finishWithPasskey'>>> =>
  inDialog(options, {
    ask: (init) => auth.askForPasskeyAsSecondStep({ ...init, body: { temp_token } }),
    send: (credential, init) => auth.finishWithPasskey({ ...init, body: { temp_token, credential } }),
  })

/** Completes a sign-in as `finishWithPasskey` does, for a client in `bearer` mode. */
export const finishWithPasskeyInApp = (
  auth: Client,
  { temp_token, ...options }: SecondStepOptions,
): Promise<
  PasskeyAnswer<DataOf<'finishWithPasskeyInApp'>, CodeOf<'askForPasskeyAsSecondStepInApp' | 'finishWithPasskeyInApp'>>
> =>
  inDialog(options, {
    ask: (init) => auth.askForPasskeyAsSecondStepInApp({ ...init, body: { temp_token } }),
    send: (credential, init) => auth.finishWithPasskeyInApp({ ...init, body: { temp_token, credential } }),
  })

/**
 * Proves with a passkey that the person is still there, for any call that takes a `credential`. If the call refuses
 * the passkey as unknown, the authenticator is told to forget it.
 * @example
 * await withPasskey(auth, (credential, init) => auth.deleteMe({ ...init, body: { credential } }))
 */
export const withPasskey = <Data, Code extends string>(
  auth: Client,
  call: (credential: Assertion, init: CallOptions) => Promise<Answer<Data, Code>>,
  options: PasskeyOptions = {},
): Promise<PasskeyAnswer<Data, CodeOf<'askForPasskeyAgain'> | Code>> =>
  inDialog(options, { ask: auth.askForPasskeyAgain, send: call })

/**
 * Makes the session fresh again, after `user:reauthentication_required`.
 * @example
 * const { error } = await reauthenticateWithPasskey(auth)
 */
export const reauthenticateWithPasskey = (
  auth: Client,
  options: PasskeyOptions = {},
): Promise<PasskeyAnswer<DataOf<'reauthenticate'>, CodeOf<'askForPasskeyAgain' | 'reauthenticate'>>> =>
  withPasskey(auth, (credential, init) => auth.reauthenticate({ ...init, body: { credential } }), options)
