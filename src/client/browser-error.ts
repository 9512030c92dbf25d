import type { ClientError } from './errors.ts'

/** Errors that the browser raises before the server is asked; no server sends these codes. */
export type BrowserError =
  /** The person closed the dialog, let it time out, or has no passkey here; browsers do not say which. Show nothing. */
  | { readonly from: 'browser'; readonly code: 'browser:closed' }
  /** The authenticator already holds a passkey of this account. */
  | { readonly from: 'browser'; readonly code: 'browser:already_registered' }
  /** The browser has no passkeys, none on a page without HTTPS, or not in the requested way. */
  | { readonly from: 'browser'; readonly code: 'browser:unsupported' }
  /** Anything else, such as a page whose origin does not belong to the relying party. */
  | {
      readonly from: 'browser'
      readonly code: 'browser:failed'
      /** The exception that the browser threw. */
      readonly cause: unknown
    }

export const unsupported = { from: 'browser', code: 'browser:unsupported' } as const satisfies BrowserError

export const aborted = { from: 'client', code: 'client:aborted' } as const satisfies ClientError

/** Translates an exception: https://www.w3.org/TR/webauthn-3/#sctn-op-create and #sctn-op-get list them. */
export function readException(cause: unknown): BrowserError | ClientError {
  switch (Object(cause).name) {
    case 'AbortError':
      return aborted
    case 'NotAllowedError':
      return { from: 'browser', code: 'browser:closed' }
    case 'InvalidStateError':
      return { from: 'browser', code: 'browser:already_registered' }
    case 'NotSupportedError':
    case 'ConstraintError':
      return unsupported
    default:
      return { from: 'browser', code: 'browser:failed', cause }
  }
}
