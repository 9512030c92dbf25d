import { codes, type OurSideCode, ourSide } from './api.ts'
import type { CallError, ClientError, ServerError } from './errors.ts'

/** What nobody can mend by asking in another way. */
export type OurSide = ServerError<OurSideCode> | ClientError

/**
 * Whether it is the service's affair: an outage, a wait, a server that is set up wrongly, no answer at all. What is
 * left where this is false are the codes that a form has something to say about, and a `switch` names those alone.
 */
export const isOurSide = (error: CallError<string>): error is OurSide =>
  error.from === 'client' || ((ourSide >> BigInt(codes.indexOf(error.code))) & 1n) === 1n
