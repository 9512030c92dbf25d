import type { Config } from '../config/config.ts'
import type { Transaction } from '../db/transaction.ts'
import { connectionWaysIn } from '../oauth/way-in.ts'
import { passwordWayIn } from '../password/way-in.ts'
import type { LockedAccount } from './lock-account.ts'
import type { WaysIn } from './way-in.ts'

/** Every way in, one line a room. */
const waysIn: readonly WaysIn[] = [passwordWayIn, connectionWaysIn]

/**
 * Whether nothing else lets its owner in: the last way in that works stays [TK7 FD7]. Under the account's lock, so that
 * of two only one goes.
 */
export async function isLastWayIn(
  tx: Transaction,
  config: Config,
  { account, way }: { readonly account: LockedAccount; readonly way: string },
): Promise<boolean> {
  let isOne = false
  for (const find of waysIn) {
    for (const found of await find(tx, config, account)) {
      if (found !== way) return false
      isOne = true
    }
  }
  return isOne
}
