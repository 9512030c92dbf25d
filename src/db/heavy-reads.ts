import type pg from 'pg'
import { type FairQueue, fairQueue } from '../waiting/fair-queue.ts'
import type { Database } from './database.ts'
import { readWithin } from './transaction.ts'

/**
 * Reads that grow with what one account wrote or with the size of the site. None takes a connection but through here:
 * together they have a third of the pool, no kind has all of that, and no owner two places of a kind. After those that
 * are work for PostgreSQL or for this process, which is where their rows become JSON, their place rests, so that a
 * storm of them leaves most of both to others.
 */
const kinds = {
  /** Pages of an account's own data. An export that has begun may wait: as many as may be under way at once. */
  export: { mostWaiting: 32, deadlineMs: 30_000, rest: 3 },
  /** Searches of users, by networks. */
  search: { mostWaiting: 64, deadlineMs: 2000, rest: 1 },
  /** Pages of histories, logs and lists, by accounts. */
  history: { mostWaiting: 64, deadlineMs: 2000 },
} as const

type HeavyKind = keyof typeof kinds

/** Who reads: turns go round the owners of a kind. */
export type Reader = { readonly kind: HeavyKind; readonly owner: string }

/** @throws {QueueFullError} where it would have to wait too long */
export type HeavyReads = <Result>(reader: Reader, read: (db: Database) => Promise<Result>) => Promise<Result>

const shareOfPool = 1 / 3
/** Less than the wait for a lock may take, which is a quarter. */
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
