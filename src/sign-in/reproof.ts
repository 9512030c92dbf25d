import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { HashingCaller } from '../http/caller.ts'
import type { Proven } from './proven.ts'

type Proving<Code extends ErrorCode> = {
  /** Of the field that it is sent in. */
  readonly name: string
  readonly codes: readonly Code[]
  readonly prove: (ctx: Context<Code>, signedIn: SignedIn, given: string, client: HashingCaller) => Promise<Proven>
}

/** A way to prove again who is signed in, as the room that has it declares it. */
export type Reproof<Code extends ErrorCode = never, DeletionCode extends ErrorCode = never> = Proving<Code> & {
  readonly field: z.ZodType<string | undefined>
  /** Whether the account has it. */
  readonly isHeld: (user: SignedIn['user']) => boolean
  /** The same where it deletes the account: with a name and codes of its own. */
  readonly deletion: Proving<DeletionCode>
}
