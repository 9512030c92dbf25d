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
  /** PostgreSQL without a pooler. */
  readonly directUrl: string
  /** Of the server's own hashes, by which others are measured. */
  readonly hashCost: Argon2Cost
}

/** What becomes of each of a batch, and makes it so, or only says it. */
type Decide = (wishes: readonly Wish[]) => Promise<Fate[]>

const mostTries = 3

/** Writes them together; where somebody else was faster with an address or handle of one, each by itself. */
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

/** Nothing where one of them met a conflict: then none was written. */
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

/** As if those before were accounts already; remembered where there may be any number of them. */
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
