import { randomUUIDv7 } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { z } from 'zod'
import type { Database } from '../db/database.ts'
import { DatabaseFailure } from '../db/failure.ts'
import { describeCause } from '../errors/cause.ts'
import type { Broadcast } from '../ports/broadcast.ts'
import { within } from '../waiting/within.ts'
import { anyTransaction, endLeases, findLeased, leaseMs, openLease } from './lease.ts'

const renewEveryMs = 500
/** A process that hears a change confirms it within a few milliseconds. */
const confirmWithinMs = 300
const insistEveryMs = 100

/** A memory of sessions that is told what to forget. Transactions are numbers of PostgreSQL, which only grow. */
export type Memory = {
  /** Forgets these accounts. Nothing that was read of them before this transaction ended may be used or stored. */
  forget(userIds: readonly string[], transaction: number): void
  /** Forgets all accounts in the same way. */
  forgetAll(transaction: number): void
}

export type Replicas = {
  /** Whether this process may answer from memory. */
  isLeased(): boolean
  /**
   * PostgreSQL's time in milliseconds since 1970, by this process's monotonic clock; as exact as the last renewal of
   * the lease.
   */
  databaseNow(): number
  /**
   * Afterwards no process answers from what it knew of these accounts: each has confirmed that, or its lease is over
   * [SE5].
   * @throws {DatabaseFailure} if that cannot be known: some processes may answer so for half a minute
   */
  forget(userIds: readonly string[]): Promise<void>
  close(): Promise<void>
}

type Options = {
  readonly db: Database
  readonly channel: Broadcast
  readonly log: FastifyBaseLogger
  /** Undefined for a process that changes accounts but answers no session checks. */
  readonly memory: Memory | undefined
}

const changeMessage = z.object({
  change: z.string(),
  from: z.string(),
  users: z.array(z.string()).readonly(),
  transaction: z.number(),
})
const message = z.union([
  changeMessage,
  z.object({ ping: z.string() }),
  z.object({ heard: z.string(), by: z.string() }),
])
type Message = z.infer<typeof message>

/** Returns undefined if the message is not ours, as anything may be written to the channel. */
function parseMessage(text: string): Message | undefined {
  try {
    return message.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/**
 * Retries for as long as a lease lasts, then fails. If PostgreSQL does not answer this process, it may still renew the
 * leases of others, so it is not known that they forgot.
 */
async function insist<Value>(act: () => Promise<Value>): Promise<Value> {
  const until = performance.now() + leaseMs
  for (;;) {
    try {
      return await act()
    } catch (error) {
      if (performance.now() > until) throw new DatabaseFailure('transaction', error)
      await sleep(insistEveryMs)
    }
  }
}

type Change = { readonly waiting: Set<string>; readonly confirmed: PromiseWithResolvers<void> }

/**
 * Keeps the memories of all API processes true. Leases in PostgreSQL say which processes may answer from memory. A
 * process renews its lease only after it heard itself on the channel, so a process that is stopped or cut off has no
 * lease two seconds later.
 */
export function openReplicas({ db, channel, log, memory }: Options): Replicas {
  const id = randomUUIDv7()
  const changes = new Map<string, Change>()
  const lease = openLease({ db, id, onBegin: (transaction) => memory?.forgetAll(transaction) })
  let heardPing: { readonly ping: string; readonly heard: () => void } | undefined

  const send = (message: Message): Promise<void> => channel.send([JSON.stringify(message)])

  function obey({ change, from, users, transaction }: z.infer<typeof changeMessage>): void {
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
      await Promise.race([confirmed.promise, insist(() => endLeases(db, [...waiting]))])
    } finally {
      changes.delete(change)
    }
  }

  return {
    isLeased: lease.isLive,
    databaseNow: lease.databaseNow,
    forget: async (userIds) => {
      const known = await findLeased(db).catch((error: unknown) => {
        log.warn({ cause: describeCause(error) }, 'the replicas cannot be asked for')
        memory?.forget(userIds, anyTransaction)
        return insist(() => findLeased(db))
      })
      memory?.forget(userIds, known.transaction)
      const others = known.leased.filter((other) => other !== id)
      if (others.length > 0) await tell(userIds, others, known.transaction)
    },
    close: async () => {
      closing.abort()
      if (memory !== undefined)
        await lease.end().catch((error: unknown) => {
          log.debug({ cause: describeCause(error) }, 'the lease could not be given back: it runs out')
        })
      await channel.close()
    },
  }
}
