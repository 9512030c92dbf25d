import {
  askInDialog,
  authenticatorOf,
  forCalls,
  type PasskeyAnswer,
  type PasskeyOptions,
  type Steps,
  settle,
} from './ask-passkey.ts'
import { askInAutofill } from './autofill.ts'
import { unsupported } from './browser-error.ts'
import type { Answer, CallOptions, CodeOf, DataOf, InitOf } from './calls.ts'
import type { Client } from './client.ts'
import { passkeyCapabilities } from './passkey-capabilities.ts'
import { forgetRefused, signalAccepted, signalDetails } from './passkey-signals.ts'
import { takeTurn } from './passkey-turns.ts'

export type { PasskeyAnswer, PasskeyOptions } from './ask-passkey.ts'
export type { Assertion, Authenticator, CreationOptions, NewCredential, RequestOptions } from './authenticator.ts'
export type { BrowserError } from './browser-error.ts'
export { type PasskeyCapabilities, passkeyCapabilities } from './passkey-capabilities.ts'

export type RegisterOptions = PasskeyOptions & {
  /** Shown in the list of passkeys; defaults to `Passkey`. */
  readonly name?: string
  /** Allows only this device (`platform`), or only a phone or security key (`cross-platform`). */
  readonly attachment?: 'platform' | 'cross-platform'
  /** Shows no dialog: right after signing in with a password, the password manager may add a passkey by itself. */
  readonly mediation?: 'conditional'
}

/**
 * Adds a passkey to the account that is signed in. If the server refuses it, the authenticator is told to forget it.
 * `user:reauthentication_required` is returned before the dialog opens.
 * @example
 * const { data, error } = await registerPasskey(auth, { name: 'Laptop' })
 */
export async function registerPasskey(
  auth: Client,
  { name, attachment, mediation, ...options }: RegisterOptions = {},
): Promise<PasskeyAnswer<DataOf<'addPasskey'>, CodeOf<'offerPasskey' | 'addPasskey'>>> {
  const authenticator = authenticatorOf(options)
  // A browser that does not know the mediation would open its dialog, although nobody asked for it.
  const isSilent = mediation === undefined || options.authenticator || (await passkeyCapabilities()).upgrade
  if (!authenticator || !isSilent) return { error: unsupported }
  return takeTurn(options.signal, async (signal) => {
    const wish = { ...(attachment && { attachment }), ...(mediation && { mediation }) }
    const offer = await auth.offerPasskey({ ...forCalls(options), signal, body: wish })
    if (offer.error) return offer
    const { public_key } = offer.data
    const made = await settle(authenticator.create(public_key, { signal, mediation }))
    if ('error' in made) return made
    const body = { credential: made.credential, ...(name !== undefined && { name }) }
    const answer = await auth.addPasskey({ ...forCalls(options), body })
    await forgetRefused(auth, answer, { rpId: public_key.rp.id, credentialId: made.credential.id })
    return answer
  })
}

export type SignInOptions = PasskeyOptions & {
  /** A function is called once the passkey has answered, for instance to read a checkbox beside autofill. */
  readonly remember_me?: boolean | (() => boolean)
  /**
   * Offers passkeys in the autofill of a field with `autocomplete="username webauthn"` until `signal` aborts. Begin when
   * the form is shown.
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

/** Lists the account's passkeys, and tells this browser's authenticators to offer no others. */
export async function listPasskeys(
  auth: Client,
  options: CallOptions = {},
): Promise<Answer<DataOf<'listPasskeys'>, CodeOf<'listPasskeys'>>> {
  const answer = await auth.listPasskeys(forCalls(options))
  if (answer.data) await signalAccepted(answer.data)
  return answer
}

/** Deletes a passkey, and tells this browser's authenticators. */
export async function deletePasskey(
  auth: Client,
  { id, ...options }: CallOptions & { readonly id: string },
): Promise<Answer<DataOf<'deletePasskey'>, CodeOf<'deletePasskey'>>> {
  const answer = await auth.deletePasskey({ ...forCalls(options), params: { path: { id } } })
  if (!answer.error) await listPasskeys(auth)
  return answer
}

/** Tells this browser's authenticators the account's current address and name; call it after a change of either. */
export async function signalPasskeyDetails(auth: Client): Promise<void> {
  const [{ data: list }, { data: me }] = await Promise.all([auth.listPasskeys(), auth.getMe()])
  if (list && me) await signalDetails(list, me)
}
