import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { HashingCaller } from '../http/caller.ts'
import type { Proven } from './proven.ts'

type Prove<Code extends ErrorCode, Given> = {
  readonly codes: readonly Code[]
  readonly prove: (ctx: Context<Code>, signedIn: SignedIn, given: Given, client: HashingCaller) => Promise<Proven>
}

type Named = {
  /** The name of the field that the proof is sent in. */
  readonly name: string
}

/** A way to prove again who is signed in, as its folder declares it. */
export type Reproof<Code extends ErrorCode = never, DeletionCode extends ErrorCode = never, Given = string> = Prove<
  Code,
  Given
> &
  Named & {
    readonly field: z.ZodType<Given | undefined>
    /** Whether the account has this kind of proof; true if only a table can tell, which `canBeShown` then asks. */
    readonly isHeld: (user: SignedIn['user']) => boolean
    /** The same when the account is deleted, with a name and codes of its own. */
    readonly deletion: Prove<DeletionCode, Given> &
      Named & {
        /** Whether the account can really show it, if `isHeld` is not enough. */
        readonly canBeShown?: (ctx: Context<never>, user: SignedIn['user']) => Promise<boolean>
      }
  }

/** A way that may also change the account's address. */
export type AddressReproof<Code extends ErrorCode, Given = string> = {
  readonly emailChange: Prove<Code, Given>
}
