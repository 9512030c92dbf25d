import type { BrowserError } from './browser-error.ts'
import type { ErrorOf } from './calls.ts'

export type { PasskeyAnswer, PasskeyOptions } from './ask-passkey.ts'
export type { Assertion, Authenticator, CreationOptions, NewCredential, RequestOptions } from './authenticator.ts'
export type { BrowserError } from './browser-error.ts'
export { type PasskeyCapabilities, passkeyCapabilities } from './passkey-capabilities.ts'
export { deletePasskey, listPasskeys, signalPasskeyDetails } from './passkey-list.ts'
export {
  finishWithPasskey,
  finishWithPasskeyInApp,
  reauthenticateWithPasskey,
  type SecondStepOptions,
  type SignInOptions,
  signInWithPasskey,
  signInWithPasskeyInApp,
  withPasskey,
} from './passkey-sign-in.ts'
export { type RegisterOptions, registerPasskey } from './register-passkey.ts'

/** Any error of a function of this module, for one function that explains them all. */
export type PasskeyError =
  | BrowserError
  | ErrorOf<
      | 'offerPasskey'
      | 'addPasskey'
      | 'askForPasskey'
      | 'signInWithPasskey'
      | 'askForPasskeyAsSecondStep'
      | 'finishWithPasskey'
      | 'askForPasskeyAgain'
      | 'reauthenticate'
      | 'listPasskeys'
      | 'deletePasskey'
    >
