import type pg from 'pg'
import { type FairQueue, fairQueue } from '../waiting/fair-queue.ts'
import type { Database } from './database.ts'
import { readWithin } from './transaction.ts'

/**
 * Reads that grow with one account's data or with the site. Together they have a third of the pool, no kind all of
 * that, no owner two places of a kind. `rest` keeps a place empty that many times as long as its read took, as turning
 * rows into JSON keeps this process from other work.
 */
const kinds = {
  /** Pages of an account's own data. An export that has begun may wait; 32 exports may be under way at once. */
  export: { mostWaiting: 32, deadlineMs: 30_000, rest: 3 },
  /** Searches of users. The owner is the network that asks. */
  search: { mostWaiting: 64, deadlineMs: 2000, rest: 1 },
  /** Pages of histories, logs and lists. The owner is the account that asks. */
  history: { mostWaiting: 64, deadlineMs: 2000 },
} as const

type HeavyKind = keyof typeof kinds

/** Owners of a kind take turns. */
export type Reader = { readonly kind: HeavyKind; readonly owner: string }

/** @throws {QueueFullError} if the queue is full or the wait is longer than the kind's deadline */
export type HeavyReads = <Result>(reader: Reader, read: (db: Database) => Promise<Result>) => Promise<Result>

const shareOfPool = 1 / 3
/** Bounds a statement of a heavy read; less than the share of `lock_timeout`, which is a quarter. */
const shareOfTimeout = 1 / 5
const mostWaitingOfOne = 16
const modestMs = 250

type Options = { readonly pool: pg.Pool; readonly poolSize: number; readonly timeoutMs: number }

export function openHeavyReads({ pool, poolSize, timeoutMs }: Options): HeavyReads {
  const places = Math.max(1, Math.floor(poolSize * shareOfPool))
  const placesOfKind = Math.max(1, places - 1)
  const statementMs = Math.ceil(timeoutMs * shareOfTimeout)
  const all = fairQueue({
    places,
    placesOfOne: placesOfKind,
    mostWaiting: placesOfKind * Object.keys(kinds).length,
    mostWaitingOfOne: placesOfKind,
    modestMs: Number.POSITIVE_INFINITY,
    deadlineMs: Math.max(...Object.values(kinds).map(({ deadlineMs }) => deadlineMs)),
  })
  const ofKind = Object.fromEntries(
    Object.entries(kinds).map(([kind, bounds]) => [
      kind,
      fairQueue({ ...bounds, places: placesOfKind, placesOfOne: 1, mostWaitingOfOne, modestMs }),
    ]),
  ) as Record<HeavyKind, FairQueue>
  return ({ kind, owner }, read) => ofKind[kind](owner, () => all(kind, () => readWithin(pool, statementMs, read)))
}
