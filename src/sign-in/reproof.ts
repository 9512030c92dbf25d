import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { HashingCaller } from '../http/caller.ts'
import type { Proven } from './proven.ts'

/** A way to prove again who is signed in, as the room that has it declares it; reproofs.ts joins them. */
export type Reproof<Code extends ErrorCode> = {
  readonly codes: readonly Code[]
  readonly prove: (ctx: Context<Code>, signedIn: SignedIn, given: string, client: HashingCaller) => Promise<Proven>
}
