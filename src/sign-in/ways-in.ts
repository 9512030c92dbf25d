import type { Config } from '../config/config.ts'
import type { Transaction } from '../db/transaction.ts'
import { rooms } from './hallway.ts'
import type { LockedAccount } from './lock-account.ts'

const waysIn = rooms.flatMap((room) => ('waysIn' in room ? [room.waysIn] : []))

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
