import type { Method } from '../credentials/methods.ts'
import type { Transaction } from '../db/transaction.ts'
import type { LockedAccount } from './lock-account.ts'

/** What somebody who is signed in has shown again. */
export type Proven = {
  readonly method: Method
  /** Which passkey, where it was one. */
  readonly passkeyId?: string
  /**
   * Takes it, in the transaction of what it allows and under the account's lock, and refuses where it was taken or
   * changed meanwhile.
   */
  readonly claim: (tx: Transaction, account: LockedAccount) => Promise<void>
}
