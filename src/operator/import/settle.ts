import type pg from 'pg'
import type { Database } from '../../db/database.ts'
import { transaction } from '../../db/transaction.ts'
import type { Argon2Cost } from '../../hashing/argon2.ts'
import { openForeseen } from './foreseen.ts'
import { type Fate, placeAccounts, takenIn } from './place.ts'
import type { Wish } from './read-wish.ts'
import { Conflict, writeAccounts } from './write.ts'

export type Deps = {
  readonly db: Database
  readonly pool: pg.Pool
  /** PostgreSQL past any pooler. */
  readonly directUrl: string
  /** The cost of the server's own hashes; the cost of imported ones is limited to a multiple of it. */
  readonly hashCost: Argon2Cost
}

/** Returns what becomes of each account of a batch; an import also writes them, a dry run does not. */
type Decide = (wishes: readonly Wish[]) => Promise<Fate[]>

const mostTries = 3

/** Writes the batch together. If an address or handle was taken meanwhile, writes each account by itself. */
export const settle =
  (deps: Deps): Decide =>
  async (wishes) => {
    const fates = await tryToSettle(deps, wishes)
    if (fates !== undefined) return fates
    const alone: Fate[] = []
    for (const wish of wishes) alone.push(await settleAlone(deps, wish))
    return alone
  }

async function settleAlone(deps: Deps, wish: Wish): Promise<Fate> {
  for (let attempt = 1; attempt <= mostTries; attempt++) {
    const [fate] = (await tryToSettle(deps, [wish])) ?? []
    if (fate !== undefined) return fate
  }
  return { kind: 'refused', why: 'email or handle is taken at this moment' }
}

/** Returns undefined if one account met a conflict; then nothing was written. */
async function tryToSettle({ pool }: Deps, wishes: readonly Wish[]): Promise<Fate[] | undefined> {
  try {
    return await transaction(pool, async (tx) => {
      const fates = await placeAccounts(takenIn(tx), wishes)
      const accounts = wishes.flatMap((wish, index) => {
        const fate = fates[index]
        return fate?.kind === 'new' ? [{ wish, handle: fate.handle }] : []
      })
      await writeAccounts(tx, accounts)
      return fates
    })
  } catch (error) {
    if (error instanceof Conflict) return undefined
    throw error
  }
}

/** Decides without writing, as if all accounts before were written; a temporary table remembers them. */
export async function foresee({ db, directUrl }: Deps, opened: AsyncDisposableStack): Promise<Decide> {
  const foreseen = await openForeseen(directUrl, takenIn(db))
  opened.defer(foreseen.close)
  return async (wishes) => {
    const fates = await placeAccounts(foreseen, wishes)
    await foreseen.add(
      wishes.flatMap(({ emailKey }, index) => {
        const fate = fates[index]
        return fate?.kind === 'new' ? [{ emailKey, handle: fate.handle }] : []
      }),
    )
    return fates
  }
}
