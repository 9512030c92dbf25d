import type { Method } from '../credentials/methods.ts'
import type { Transaction } from '../db/transaction.ts'
import type { LockedAccount } from './lock-account.ts'

/** A proof of identity by a user who is already signed in. */
export type Proven = {
  readonly method: Method
  /** The passkey, if it was one. */
  readonly passkeyId?: string
  /**
   * Uses up the proof, in the transaction of what it allows and under the account's lock. Refuses if it was used or
   * became void meanwhile.
   */
  readonly claim: (tx: Transaction, account: LockedAccount) => Promise<void>
}
