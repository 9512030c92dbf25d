import type { Doer } from '../accounts/history.ts'
import type { Config } from '../config/config.ts'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import type { users } from '../db/schema/users.ts'
import type { Deps } from '../deps.ts'
import type { MailDeps } from '../mail/outbox.ts'
import type { Opening } from './opening.ts'
import type { Removed } from './removed.ts'
import type { Reproof } from './reproof.ts'
import type { WaysIn } from './way-in.ts'

export type OperatorDeps = Pick<Deps, 'config' | 'pool' | 'replicas' | 'keyring' | 'jobs' | 'searchIndex'>

/** Further options of an act. */
export type ActOptions = {
  /** For `take-back`: what was added after this moment is taken to be somebody else's. */
  readonly since?: Date | undefined
  /** For `ban`: when the ban ends; undefined for a permanent one. */
  readonly until?: Date | undefined
  /** For `ban`: the reason that the owner reads. */
  readonly reason?: string | undefined
  /** For `delete-passkeys`: the id of the passkey to delete; undefined to delete all. */
  readonly passkey?: string | undefined
  /** For `end-sessions`: the id of the one to end; undefined to end all. */
  readonly session?: string | undefined
  /** For `forget-devices`: the id of the one to forget; undefined to forget all. */
  readonly device?: string | undefined
  /** For `unlink`: the provider. */
  readonly provider?: string | undefined
  /** For `change-email`: the new address. */
  readonly to?: string | undefined
  /** For `reset-second-factor`: whether passkeys are deleted as well. */
  readonly passkeys?: boolean | undefined
  /** For `change-profile`: the new handle, and the others; an empty bio or language clears it. */
  readonly handle?: string | undefined
  readonly name?: string | undefined
  readonly bio?: string | undefined
  readonly locale?: string | undefined
}

/**
 * What an operator may do for a user who asked for it. Returns a sentence that says what was done.
 * @throws {OperatorError} if it cannot be done
 */
export type OperatorAct = (
  tx: AccountTransaction,
  deps: OperatorDeps,
  user: typeof users.$inferSelect,
  options: ActOptions,
) => Promise<string>

/** What a reset of the second factor takes from an account, of what the folder adds to it. */
export type FactorReset = {
  /** Whether it is a way in of its own as well, which is taken only where that is asked for. */
  readonly isWayIn: boolean
  /** Afterwards the account has none of it, and its owner is told. Returns what there was. Needs the account's lock. */
  readonly remove: (tx: AccountTransaction, deps: MailDeps, owner: Owner) => Promise<readonly Removed[]>
}

/** What the owner of an account may read of one table, as JSON. */
export type Exported = (db: Database, config: Config, signedIn: SignedIn) => Promise<unknown>

type Owner = { readonly id: string; readonly email: string; readonly by: Doer }

/** What a folder adds to signing in, as it declares it in its hallway.ts; sign-in/hallway.ts joins them. */
export type Room = {
  readonly waysIn?: WaysIn
  /** The full type, with the codes, is where the folder declares it. */
  readonly reproof?: Pick<Reproof<never, never, unknown>, 'name' | 'isHeld'>
  readonly openings?: readonly Opening[]
  readonly factorReset?: FactorReset
  /** What an export of the account has of the folder's rows, by the names of its fields. */
  readonly exported?: Readonly<Record<string, Exported>>
  /** By their names in `npm run admin -- user`. */
  readonly operatorActs?: Readonly<Record<string, OperatorAct>>
}
