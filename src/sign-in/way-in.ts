import type { Config } from '../config/config.ts'
import type { Transaction } from '../db/transaction.ts'
import type { LockedAccount } from './lock-account.ts'

/**
 * What a room has that somebody signs in to the account by, as far as it works; hallway.ts joins them. Each has a name
 * among all of them.
 */
export type WaysIn = (tx: Transaction, config: Config, account: LockedAccount) => Promise<readonly string[]>
