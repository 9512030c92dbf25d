import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { replicas } from '../db/schema/replicas.ts'

/** Longest time for which a process answers from memory without having proven that it hears of changes [D2]. */
export const leaseMs = 2000
/** Beyond any transaction of PostgreSQL. */
export const anyTransaction = Number.MAX_SAFE_INTEGER

type Options = {
  readonly db: Database
  readonly id: string
  /** The lease begins, or begins anew: nothing that was read before that transaction ended may be answered from. */
  readonly onBegin: (transaction: number) => void
}

/**
 * The right of this process to answer from memory, as it stands in PostgreSQL. Its own view counts from before a
 * renewal was sent, and ends before PostgreSQL's.
 */
export function openLease({ db, id, onBegin }: Options) {
  let endsAt = Number.NEGATIVE_INFINITY
  /** A machine that was suspended shows it here: its monotonic clock may have stood still. */
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
        // After the lease stands there: whoever changed something and did not see it committed before this.
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

/** Gives PostgreSQL's time, or nothing where the lease was ended from outside. */
async function prolongLease(db: Database, id: string): Promise<number | undefined> {
  const { rows } = await db.execute<{ nowMs: number }>(
    sql`update ${replicas} set lease_until = ${until} where ${replicas.id} = ${id} returning ${nowMs}`,
  )
  return rows[0]?.nowMs
}

async function takeLease(db: Database, id: string): Promise<number> {
  // What others left behind when they were killed.
  await db.execute(sql`delete from ${replicas}
      where ${replicas.leaseUntil} < clock_timestamp() - interval '1 minute'`)
  const { rows } = await db.execute<{ nowMs: number }>(
    sql`insert into ${replicas} (id, lease_until) values (${id}, ${until})
      on conflict (id) do update set lease_until = excluded.lease_until returning ${nowMs}`,
  )
  return rows[0]?.nowMs ?? 0
}

/** Who may answer from memory now, and a number that every transaction which ended by now is below. */
export async function findLeased(db: Database): Promise<{ leased: readonly string[]; transaction: number }> {
  const { rows } = await db.execute<{ leased: string[]; transaction: number }>(sql`
    select array(select ${replicas.id}::text from ${replicas}
        where ${replicas.leaseUntil} > clock_timestamp()) as leased,
      pg_snapshot_xmax(pg_current_snapshot())::text::float8 as transaction`)
  return rows[0] ?? { leased: [], transaction: anyTransaction }
}

/**
 * Afterwards these answer from memory no more: a lease under another name cannot be prolonged by its process, and what
 * that one had is over. Until then it stands there, so that every other change waits for it as well.
 */
export async function endLeases(db: Database, ids: readonly string[]): Promise<void> {
  const { rows } = await db.execute<{ leftMs: number }>(sql`
    update ${replicas} set id = gen_random_uuid() where ${replicas.id} = any(${sql.param(ids)}::uuid[])
    returning (extract(epoch from lease_until - clock_timestamp()) * 1000)::float8 as "leftMs"`)
  // One that is not there any more was ended by another change a moment ago, and may have all its time left.
  const areAllFound = rows.length === ids.length
  const leftMs = areAllFound ? Math.max(0, ...rows.map((row) => row.leftMs)) : leaseMs
  // The database's clock may have been set back meanwhile.
  await sleep(Math.min(leftMs, leaseMs))
}
