import { sql } from 'drizzle-orm'
import { handleKey } from '../../accounts/fields.ts'
import type { Database } from '../../db/database.ts'
import { handles, users } from '../../db/schema/users.ts'
import { numberedHandles, plainHandles } from './handles.ts'
import type { Wish } from './read-wish.ts'

/** What becomes of an account. `as` says how its handle was found. */
export type Fate =
  | { readonly kind: 'new'; readonly handle: string; readonly as: 'kept' | 'made' | 'numbered' }
  | { readonly kind: 'known' }
  | { readonly kind: 'refused'; readonly why: string }

/** Taken addresses, each with the key of its account's handle, and taken handles. */
export type Taken = {
  findOwners(emailKeys: readonly string[]): Promise<ReadonlyMap<string, string>>
  findReserved(handleKeys: readonly string[]): Promise<ReadonlySet<string>>
}

/**
 * Decides each account in order, as if those before it were accounts already. Reserves nothing: the unique keys decide
 * when the accounts are written.
 */
export async function placeAccounts(taken: Taken, wishes: readonly Wish[]): Promise<Fate[]> {
  const owners = new Map(await taken.findOwners(wishes.map(({ emailKey }) => emailKey)))
  const wanted = wishes.map(wantedHandles)
  const reserved = new Set(await taken.findReserved(wanted.flat()))
  const counts = Map.groupBy(wanted.flat(), (key) => key)
  const numbered = wishes.map((wish, index) => {
    const isShared = (key: string): boolean => reserved.has(key) || (counts.get(key)?.length ?? 0) > 1
    return 'madeOf' in wish.handle && (wanted[index] ?? []).every(isShared) ? numberedHandles(wish.handle.madeOf) : []
  })
  for (const key of await taken.findReserved(numbered.flat().map(handleKey))) reserved.add(key)
  const isFree = (handle: string): boolean => !reserved.has(handleKey(handle))
  return wishes.map((wish, index) => {
    const owner = owners.get(wish.emailKey)
    const fate = owner === undefined ? placeNew(wish, numbered[index] ?? [], isFree) : placeKnown(wish, owner)
    if (fate.kind === 'new') {
      owners.set(wish.emailKey, handleKey(fate.handle))
      reserved.add(handleKey(fate.handle))
    }
    return fate
  })
}

const wantedHandles = ({ handle }: Wish): readonly string[] =>
  ('exact' in handle ? [handle.exact] : plainHandles(handle.madeOf)).map(handleKey)

/** The account is the same one if its exact handle is the same, or if the handle was to be made here. */
const placeKnown = ({ handle }: Wish, owner: string): Fate =>
  'exact' in handle && handleKey(handle.exact) !== owner
    ? { kind: 'refused', why: 'email is taken' }
    : { kind: 'known' }

function placeNew({ handle }: Wish, numbered: readonly string[], isFree: (handle: string) => boolean): Fate {
  if ('exact' in handle)
    return isFree(handle.exact)
      ? { kind: 'new', handle: handle.exact, as: 'kept' }
      : { kind: 'refused', why: 'handle is taken' }
  const plain = plainHandles(handle.madeOf).find(isFree)
  if (plain !== undefined) return { kind: 'new', handle: plain, as: plain === handle.had ? 'kept' : 'made' }
  const free = numbered.find(isFree)
  return free === undefined
    ? { kind: 'refused', why: 'no handle is free' }
    : { kind: 'new', handle: free, as: 'numbered' }
}

/** Reads the taken addresses and handles from the database. */
export const takenIn = (db: Database): Taken => ({
  findOwners: async (keys) => {
    const found = await db
      .select({ emailKey: users.emailKey, handle: users.handle })
      .from(users)
      .where(sql`${users.emailKey} = any(${sql.param([...keys])}::text[])`)
    return new Map(found.map(({ emailKey, handle }) => [emailKey, handleKey(handle)]))
  },
  findReserved: async (keys) => {
    if (keys.length === 0) return new Set()
    const isHeld = sql`coalesce(${handles.expiresAt} > now(), true)`
    const found = await db
      .select({ key: handles.key })
      .from(handles)
      .where(sql`${handles.key} = any(${sql.param([...keys])}::text[]) and ${isHeld}`)
    return new Set(found.map(({ key }) => key))
  },
})
