import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { replicas } from '../db/schema/replicas.ts'

/** Longest time that a process answers from memory without proof that it hears of changes [D2]. */
export const leaseMs = 2000
/** Higher than the number of any transaction of PostgreSQL. */
export const anyTransaction = Number.MAX_SAFE_INTEGER

type Options = {
  readonly db: Database
  readonly id: string
  /** Called when the lease begins, also anew: nothing read before this transaction ended may be used any more. */
  readonly onBegin: (transaction: number) => void
}

/**
 * The right of this process to answer from memory, which PostgreSQL records. This process counts the lease from before
 * it sent the renewal, so for this process it ends earlier than in PostgreSQL.
 */
export function openLease({ db, id, onBegin }: Options) {
  let endsAt = Number.NEGATIVE_INFINITY
  /** Shows that the machine was suspended, while its monotonic clock may have stood still. */
  let wallClockEndsAt = Number.NEGATIVE_INFINITY
  let databaseAhead = 0

  const isLive = (): boolean => performance.now() < endsAt && Date.now() < wallClockEndsAt

  return {
    isLive,
    databaseNow: () => performance.now() + databaseAhead,
    renew: async () => {
      const sentAt = performance.now()
      const wallClockSentAt = Date.now()
      const renewed = await prolongLease(db, id)
      const ahead = (renewed ?? 0) - sentAt
      const isUnbroken = renewed !== undefined && isLive() && Math.abs(ahead - databaseAhead) < 1000
      if (!isUnbroken) {
        endsAt = Number.NEGATIVE_INFINITY
        databaseAhead = (await takeLease(db, id)) - sentAt
        // Asked only once the lease is recorded: any change that did not see the lease was committed before this.
        onBegin((await findLeased(db)).transaction)
      } else databaseAhead = ahead
      endsAt = sentAt + leaseMs
      wallClockEndsAt = wallClockSentAt + leaseMs
    },
    end: async () => {
      endsAt = Number.NEGATIVE_INFINITY
      await db.execute(sql`delete from ${replicas} where ${replicas.id} = ${id}`)
    },
  }
}

const until = sql`clock_timestamp() + make_interval(secs => ${leaseMs / 1000})`
const nowMs = sql`(extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"`

/** Gives PostgreSQL's time in milliseconds since 1970. Returns undefined if another process ended the lease. */
async function prolongLease(db: Database, id: string): Promise<number | undefined> {
  const { rows } = await db.execute<{ nowMs: number }>(
    sql`update ${replicas} set lease_until = ${until} where ${replicas.id} = ${id} returning ${nowMs}`,
  )
  return rows[0]?.nowMs
}

async function takeLease(db: Database, id: string): Promise<number> {
  // Leases of processes that were killed.
  await db.execute(sql`delete from ${replicas}
      where ${replicas.leaseUntil} < clock_timestamp() - interval '1 minute'`)
  const { rows } = await db.execute<{ nowMs: number }>(
    sql`insert into ${replicas} (id, lease_until) values (${id}, ${until})
      on conflict (id) do update set lease_until = excluded.lease_until returning ${nowMs}`,
  )
  return rows[0]?.nowMs ?? 0
}

/** The processes that may answer from memory now, and a number higher than that of every transaction that has ended. */
export async function findLeased(db: Database): Promise<{ leased: readonly string[]; transaction: number }> {
  const { rows } = await db.execute<{ leased: string[]; transaction: number }>(sql`
    select array(select ${replicas.id}::text from ${replicas}
        where ${replicas.leaseUntil} > clock_timestamp()) as leased,
      pg_snapshot_xmax(pg_current_snapshot())::text::float8 as transaction`)
  return rows[0] ?? { leased: [], transaction: anyTransaction }
}

/**
 * Afterwards these processes no longer answer from memory. Renaming a lease keeps its process from prolonging it, and
 * this waits until it has run out. Until then the row stays, so that other changes wait for it as well.
 */
export async function endLeases(db: Database, ids: readonly string[]): Promise<void> {
  const { rows } = await db.execute<{ leftMs: number }>(sql`
    update ${replicas} set id = gen_random_uuid() where ${replicas.id} = any(${sql.param(ids)}::uuid[])
    returning (extract(epoch from lease_until - clock_timestamp()) * 1000)::float8 as "leftMs"`)
  // A lease that was not found has just been renamed by another change, and may have all its time left.
  const areAllFound = rows.length === ids.length
  const leftMs = areAllFound ? Math.max(0, ...rows.map((row) => row.leftMs)) : leaseMs
  // Bounded, as the database's clock may have been set back meanwhile.
  await sleep(Math.min(leftMs, leaseMs))
}
