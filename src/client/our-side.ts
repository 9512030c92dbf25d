import { codes, type OurSideCode, ourSide } from './api.ts'
import type { BrowserError } from './browser-error.ts'
import type { CallError, ClientError, ServerError } from './errors.ts'

/** Errors that no other input would avoid. */
export type OurSide = ServerError<OurSideCode> | ClientError | Extract<BrowserError, { code: 'browser:failed' }>

/**
 * Whether the cause is on the service's side: an outage, a rate limit, a misconfigured server, or no response at all.
 * Otherwise a form has something to say about the code, and a `switch` need only name such codes.
 * @example
 * if (isOurSide(error)) return 'Please try again in a moment.'
 */
export const isOurSide = (error: CallError<string> | BrowserError): error is OurSide =>
  error.from === 'server'
    ? ((ourSide >> BigInt(codes.indexOf(error.code))) & 1n) === 1n
    : error.from === 'client' || error.code === 'browser:failed'
