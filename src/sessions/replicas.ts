import { randomUUIDv7 } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../db/client.ts'
import { replicas } from '../db/schema/replicas.ts'
import { describeCause } from '../errors/cause.ts'
import type { Broadcast } from '../ports/broadcast.ts'
import { within } from '../within.ts'

/** Longest time for which a process answers from memory without having proven that it hears of changes. */
const leaseMs = 2000
const renewEveryMs = 500
/** A process that hears takes a few milliseconds. */
const confirmWithinMs = 300
/** Beyond any transaction of PostgreSQL. */
const anyTransaction = Number.MAX_SAFE_INTEGER

/** What remembers sessions, and is told what to forget. Transactions are PostgreSQL's numbers of them, which only grow. */
export type Memory = {
  /** Nothing of these accounts that was read before that transaction ended may be answered from, or stored. */
  forget(userIds: readonly string[], transaction: number): void
  /** Nothing at all that was read before. */
  forgetAll(transaction: number): void
}

export type Replicas = {
  /** Whether this process may answer from what it remembers. */
  isLeased(): boolean
  /** PostgreSQL's time by this process's monotonic clock, as good as the last renewal; in milliseconds since 1970. */
  databaseNow(): number
  /** Afterwards no process answers from what it knew of these accounts: each has said so, or its lease is over [SE5]. */
  forget(userIds: readonly string[]): Promise<void>
  close(): Promise<void>
}

type Options = {
  readonly db: Database
  readonly channel: Broadcast
  readonly log: FastifyBaseLogger
  /** None: it changes, but answers nothing. */
  readonly memory: Memory | undefined
}

type ChangeMessage = {
  readonly change: string
  readonly from: string
  readonly users: readonly string[]
  readonly transaction: number
}
type Message = { readonly ping: string } | { readonly heard: string; readonly by: string } | ChangeMessage

/** Whoever may write to the channel may write anything. */
function parseMessage(text: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(text)
    if (typeof message !== 'object' || message === null) return undefined
    const isOurs = 'ping' in message || 'heard' in message || ('change' in message && 'users' in message)
    return isOurs ? (message as Message) : undefined
  } catch {
    return undefined
  }
}

type Change = { readonly waiting: Set<string>; readonly confirmed: PromiseWithResolvers<void> }

/**
 * Keeps the memories of all API processes true. Who may answer from memory stands in PostgreSQL, as a lease; a process renews
 * its own only after it heard itself on the channel, so one that is stopped or cut off has none two seconds later. The process's own view
 * of its lease counts from before the renewal was sent, and ends before PostgreSQL's.
 */
export function openReplicas({ db, channel, log, memory }: Options): Replicas {
  const id = randomUUIDv7()
  const changes = new Map<string, Change>()
  const lease = openLease({ db, id, memory })
  let heardPing: { readonly ping: string; readonly heard: () => void } | undefined

  const send = (message: Message): Promise<void> => channel.send([JSON.stringify(message)])

  function obey({ change, from, users, transaction }: ChangeMessage): void {
    if (memory === undefined || from === id) return
    memory.forget(users, transaction)
    send({ heard: change, by: id }).catch((error: unknown) => {
      log.debug({ cause: describeCause(error) }, 'a change could not be confirmed: whoever waits does so for the lease')
    })
  }

  function hear(text: string): void {
    const message = parseMessage(text)
    if (message === undefined) return
    if ('change' in message) {
      obey(message)
      return
    }
    if ('ping' in message) {
      if (message.ping === heardPing?.ping) heardPing.heard()
      return
    }
    const change = changes.get(message.heard)
    if (change?.waiting.delete(message.by) && change.waiting.size === 0) change.confirmed.resolve()
  }
  let isHeard: Promise<void> | undefined
  const listen = (): Promise<void> => (isHeard ??= channel.subscribe(hear))

  async function renew(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    heardPing = { ping: randomUUIDv7(), heard: resolve }
    await send({ ping: heardPing.ping })
    await promise
    await lease.renew()
  }

  const closing = new AbortController()
  async function keepLease(): Promise<void> {
    await listen()
    while (!closing.signal.aborted) {
      await within(leaseMs, renew()).catch((error: unknown) => {
        log.debug({ cause: describeCause(error) }, 'the lease could not be renewed: sessions are read from PostgreSQL')
      })
      await sleep(renewEveryMs, undefined, { ref: false, signal: closing.signal }).catch(() => undefined)
    }
  }
  if (memory !== undefined) void keepLease()

  async function tell(userIds: readonly string[], others: readonly string[], transaction: number): Promise<void> {
    const change = randomUUIDv7()
    const confirmed = Promise.withResolvers<void>()
    const waiting = new Set(others)
    changes.set(change, { waiting, confirmed })
    const toldAll = async (): Promise<void> => {
      await listen()
      await send({ change, from: id, users: userIds, transaction })
      await confirmed.promise
    }
    try {
      await within(confirmWithinMs, toldAll())
    } catch (error) {
      log.debug({ cause: describeCause(error), waiting: [...waiting] }, 'replicas did not confirm: their leases end')
      // Without PostgreSQL nobody prolongs any.
      const areOver = endLeases(db, [...waiting]).catch(() => sleep(leaseMs))
      await Promise.race([confirmed.promise, areOver])
    } finally {
      changes.delete(change)
    }
  }

  return {
    isLeased: lease.isLive,
    databaseNow: lease.databaseNow,
    forget: async (userIds) => {
      const known = await findLeased(db).catch((error: unknown) => {
        log.warn({ cause: describeCause(error) }, 'the replicas cannot be asked for: their leases must run out')
        return undefined
      })
      memory?.forget(userIds, known?.transaction ?? anyTransaction)
      if (known === undefined) return void (await sleep(leaseMs))
      const others = known.leased.filter((other) => other !== id)
      if (others.length > 0) await tell(userIds, others, known.transaction)
    },
    close: async () => {
      closing.abort()
      await lease.end().catch((error: unknown) => {
        log.debug({ cause: describeCause(error) }, 'the lease could not be given back: it runs out')
      })
      await channel.close()
    },
  }
}

type LeaseOptions = { readonly db: Database; readonly id: string; readonly memory: Memory | undefined }

function openLease({ db, id, memory }: LeaseOptions) {
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
        memory?.forgetAll((await findLeased(db)).transaction)
      } else databaseAhead = ahead
      endsAt = sentAt + leaseMs
      wallClockEndsAt = wallClockSentAt + leaseMs
    },
    end: async () => {
      endsAt = Number.NEGATIVE_INFINITY
      if (memory !== undefined) await db.execute(sql`delete from ${replicas} where ${replicas.id} = ${id}`)
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
  await db.execute(sql`delete from ${replicas} where ${replicas.leaseUntil} < clock_timestamp() - interval '1 minute'`)
  const { rows } = await db.execute<{ nowMs: number }>(
    sql`insert into ${replicas} (id, lease_until) values (${id}, ${until})
      on conflict (id) do update set lease_until = excluded.lease_until returning ${nowMs}`,
  )
  return rows[0]?.nowMs ?? 0
}

/** Who may answer from memory now, and a number that every transaction which ended by now is below. */
async function findLeased(db: Database): Promise<{ leased: readonly string[]; transaction: number }> {
  const { rows } = await db.execute<{ leased: string[]; transaction: number }>(sql`
    select array(select ${replicas.id}::text from ${replicas} where ${replicas.leaseUntil} > clock_timestamp()) as leased,
      pg_snapshot_xmax(pg_current_snapshot())::text::float8 as transaction`)
  return rows[0] ?? { leased: [], transaction: anyTransaction }
}

/** Afterwards these answer from memory no more: they cannot prolong what is not there, and what they had is over. */
async function endLeases(db: Database, ids: readonly string[]): Promise<void> {
  const { rows } = await db.execute<{ leftMs: number }>(sql`
    delete from ${replicas} where ${replicas.id} = any(${sql.param(ids)}::uuid[])
    returning (extract(epoch from lease_until - clock_timestamp()) * 1000)::float8 as "leftMs"`)
  const leftMs = Math.max(0, ...rows.map((row) => row.leftMs))
  // The database's clock may have been set back meanwhile.
  await sleep(Math.min(leftMs, leaseMs))
}
