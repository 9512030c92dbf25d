import { sql } from 'drizzle-orm'
import { handles, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { handleKey } from '../users/fields.ts'
import { numberedHandles, plainHandles } from './handles.ts'
import type { Wish } from './read-wish.ts'

/** What becomes of an account. `as`: how its handle came about. */
export type Fate =
  | { readonly kind: 'new'; readonly handle: string; readonly as: 'kept' | 'made' | 'numbered' }
  | { readonly kind: 'known' }
  | { readonly kind: 'refused'; readonly why: string }

/** What accounts of the same run have taken: addresses, with the handle of each, and handles. */
export type Taken = { readonly emails: Map<string, string>; readonly handles: Set<string> }

export const nothingTaken = (): Taken => ({ emails: new Map(), handles: new Set() })

/**
 * What becomes of each, in order, as if the one before were an account already. Nothing is reserved by it: the unique keys decide when they
 * are written. What they take is added to `taken`.
 */
export async function placeAccounts(tx: Transaction, wishes: readonly Wish[], taken: Taken): Promise<Fate[]> {
  const owners = await findOwners(tx, wishes)
  const wanted = wishes.map(wantedHandles)
  const reserved = await findReserved(tx, wanted.flat())
  const counts = Map.groupBy(wanted.flat(), (key) => key)
  const numbered = wishes.map((wish, index) => {
    const isShared = (key: string): boolean =>
      reserved.has(key) || taken.handles.has(key) || (counts.get(key)?.length ?? 0) > 1
    return 'madeOf' in wish.handle && (wanted[index] ?? []).every(isShared) ? numberedHandles(wish.handle.madeOf) : []
  })
  const reservedNumbers = await findReserved(tx, numbered.flat().map(handleKey))
  const isFree = (handle: string): boolean => {
    const key = handleKey(handle)
    return !(reserved.has(key) || reservedNumbers.has(key) || taken.handles.has(key))
  }
  return wishes.map((wish, index) => {
    const owner = taken.emails.get(wish.emailKey) ?? owners.get(wish.emailKey)
    const fate = owner === undefined ? placeNew(wish, numbered[index] ?? [], isFree) : placeKnown(wish, owner)
    if (fate.kind === 'new') {
      taken.emails.set(wish.emailKey, handleKey(fate.handle))
      taken.handles.add(handleKey(fate.handle))
    }
    return fate
  })
}

const wantedHandles = ({ handle }: Wish): readonly string[] =>
  ('exact' in handle ? [handle.exact] : plainHandles(handle.madeOf)).map(handleKey)

/** The same account where its handle is the same, or where it was made here. */
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

async function findOwners(tx: Transaction, wishes: readonly Wish[]): Promise<Map<string, string>> {
  const keys = wishes.map((wish) => wish.emailKey)
  const found = await tx
    .select({ emailKey: users.emailKey, handle: users.handle })
    .from(users)
    .where(sql`${users.emailKey} = any(${sql.param(keys)}::text[])`)
  return new Map(found.map(({ emailKey, handle }) => [emailKey, handleKey(handle)]))
}

async function findReserved(tx: Transaction, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set()
  const found = await tx
    .select({ key: handles.key })
    .from(handles)
    .where(sql`${handles.key} = any(${sql.param([...keys])}::text[]) and coalesce(${handles.expiresAt} > now(), true)`)
  return new Set(found.map(({ key }) => key))
}
