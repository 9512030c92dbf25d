import type { AccountTransaction } from '../credentials/change-accounts.ts'
import type { users } from '../db/schema/users.ts'
import type { Deps } from '../deps.ts'
import type { Opening } from './opening.ts'
import type { Reproof } from './reproof.ts'
import type { WaysIn } from './way-in.ts'

export type OperatorDeps = Pick<Deps, 'config' | 'pool' | 'replicas' | 'keyring' | 'jobs' | 'searchIndex'>

/** What an act may be told besides. */
export type ActOptions = {
  /** Of `take-back`: the moment from which on what was added is somebody else's. */
  readonly since?: Date | undefined
  /** Of `ban`: its end; for good without one. */
  readonly until?: Date | undefined
  /** Of `ban`: what its owner reads. */
  readonly reason?: string | undefined
  /** Of `delete-passkeys`: the one; all without it. */
  readonly passkey?: string | undefined
}

/**
 * What an operator may do for a user, who asked for it; says what was done.
 * @throws {OperatorError} where what was asked for cannot be
 */
export type OperatorAct = (
  tx: AccountTransaction,
  deps: OperatorDeps,
  user: typeof users.$inferSelect,
  options: ActOptions,
) => Promise<string>

/** What a room has a part in of signing in, as it declares it in its hallway.ts; sign-in/hallway.ts joins them. */
export type Room = {
  readonly waysIn?: WaysIn
  /** Typed by its codes where it is declared. */
  readonly reproof?: Pick<Reproof<never, never, unknown>, 'name' | 'isHeld'>
  readonly openings?: readonly Opening[]
  /** By the name that `npm run admin -- user` knows them by. */
  readonly operatorActs?: Readonly<Record<string, OperatorAct>>
}
