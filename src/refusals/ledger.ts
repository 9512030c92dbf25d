import { randomUUIDv7 } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import { addressDigest } from '../accounts/address-digest.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { Database } from '../db/database.ts'
import { databaseFailureKind } from '../db/failure.ts'
import { describeCause } from '../errors/cause.ts'
import { networksOf } from '../http/client-address.ts'
import { emailKey } from '../text/email.ts'
import { ledgerAdmission, ledgerBounds } from './admit.ts'

type Refusal = {
  readonly requestId: string
  readonly method: string
  readonly route: string
  readonly code: string
  readonly clientAddress: string
  /** Whose session it was. */
  readonly userId: string | undefined
  /** The address in the body, of anybody. */
  readonly email: string | undefined
  readonly contract: string | undefined
}

export type RefusalLedger = {
  /** Takes the refusal for the next batch, or only counts it. */
  note(refusal: Refusal): void
  /** Refusals that were written down, and those that were only counted. */
  readonly counts: { readonly written: number; readonly onlyCounted: number }
  flush(): Promise<void>
  close(): Promise<void>
}

type Deps = { readonly db: Database; readonly keyring: Keyring; readonly log: FastifyBaseLogger }

const flushEveryMs = 1000
/** What waits while PostgreSQL does not answer; the last quarter is not for strangers. */
const mostWaiting = 1000

type Waiting = Refusal & { readonly id: string; readonly at: string; readonly network: string }

/** Writes refusals down in batches, apart from the requests: none waits for it, and none fails because of it. */
export function openLedger({ db, keyring, log }: Deps): RefusalLedger {
  const admits = ledgerAdmission(ledgerBounds, Date.now)
  const counts = { written: 0, onlyCounted: 0 }
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined
  let isFailing = false

  async function write(): Promise<void> {
    const batch = waiting
    if (batch.length === 0) return
    waiting = []
    try {
      await insert(db, keyring, batch)
      counts.written += batch.length
      isFailing = false
    } catch (error) {
      if (databaseFailureKind(error) === 'mistake') {
        // Another try would fail as well, and those behind it wait.
        counts.onlyCounted += batch.length
        log.error({ cause: describeCause(error), refusals: batch.length }, 'refusals could not be written')
        return
      }
      // The oldest are the first that anybody asks for.
      const all = [...batch, ...waiting]
      waiting = all.slice(0, mostWaiting)
      counts.onlyCounted += all.length - waiting.length
      if (!isFailing) log.warn({ cause: describeCause(error), refusals: batch.length }, 'refusals wait to be written')
      isFailing = true
    }
  }
  /** One batch at a time. */
  const flush = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = undefined
    })
    return writing
  }
  const timer = setInterval(() => void flush(), flushEveryMs)
  timer.unref()
  return {
    counts,
    note: (refusal) => {
      const { primary: network, wide } = networksOf(refusal.clientAddress)
      const { userId } = refusal
      const party = userId === undefined ? { isKnown: false, name: network, wide } : { isKnown: true, name: userId }
      const room = party.isKnown ? mostWaiting : (mostWaiting * 3) / 4
      if (waiting.length >= room || !admits(party)) {
        counts.onlyCounted += 1
        return
      }
      waiting.push({ ...refusal, network, id: randomUUIDv7(), at: new Date().toISOString() })
    },
    flush,
    close: async () => {
      clearInterval(timer)
      await flush()
      await flush()
    },
  }
}

/** PostgreSQL takes no half of a character, and the key of what is no address may have one. */
const wellFormed = (_: string, value: unknown): unknown => (typeof value === 'string' ? value.toWellFormed() : value)

/** An address that opens an account is that account's; an erased account gets no row any more. */
async function insert(db: Database, keyring: Keyring, batch: readonly Waiting[]): Promise<void> {
  const rows = batch.map(({ id, at, requestId, method, route, code, userId, email, network, contract }) => {
    const key = email === undefined ? undefined : emailKey(email)
    const digest = key === undefined ? undefined : addressDigest(keyring, key)
    return { id, at, requestId, method, route, code, userId, key, digest, network, contract }
  })
  await db.execute(sql`
    insert into refusals
      (id, request_id, method, route, code, user_id, address_digest, network, contract, refused_at)
    select one.id, one."requestId", one.method, one.route, one.code,
      coalesce(own.id, named.id), one.digest, one.network, one.contract, one.at
    from jsonb_to_recordset(${JSON.stringify(rows, wellFormed)}::jsonb) as one (id uuid, at timestamptz,
      "requestId" text, method text, route text, code text, "userId" uuid, key text, digest text, network text,
      contract text)
    left join users own on own.id = one."userId" and own.deleted_at is null
    left join users named on named.email_key = one.key and named.deleted_at is null
    where one."userId" is null or own.id is not null
    on conflict (id) do nothing`)
}
