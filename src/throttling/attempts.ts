import { and, eq, gte, type SQL, sql } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import type { Database } from '../db/database.ts'
import { prepared } from '../db/prepared.ts'
import { failedAttempts } from '../db/schema/limits.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { notifyNobody, notifyOwner } from '../mail/outbox.ts'
import { type AttemptsKey, restPrefix } from './attempts-key.ts'
import { countEvent, scaled } from './quota.ts'

type Attempt = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterSeconds: number }

const longestBlockSeconds = 900
const { key: keyColumn, count, blockedUntil, forgottenAt, toldAt } = failedAttempts

/**
 * Counts one try at a secret before it is checked, so that parallel guesses get no more tries than sequential ones
 * [TH3]. `free` tries go at once; each further one waits, 1 s doubling to 15 minutes, but never for good, so that
 * nobody can lock an owner out [TH2]. Must run outside the caller's transaction: a rollback would give the try back.
 */
export async function countAttempt(db: Database, key: string, free: number): Promise<Attempt> {
  const counted = await countStatement(db).execute({ key, free })
  return counted.length > 0 ? { allowed: true } : { allowed: false, retryAfterSeconds: await secondsLeft(db, key) }
}

const countStatement = prepared((db) => {
  const tries = sql`case when ${forgottenAt} <= now() then 1 else ${count} + 1 end`
  const forgotten = sql`now() + interval '24 hours'`
  return db
    .insert(failedAttempts)
    .values({ key: sql.placeholder('key'), count: 1, blockedUntil: endOfBlock(sql`1`), forgottenAt: forgotten })
    .onConflictDoUpdate({
      target: keyColumn,
      set: { count: tries, blockedUntil: endOfBlock(tries), forgottenAt: forgotten },
      setWhere: sql`${blockedUntil} is null or ${blockedUntil} <= now()`,
    })
    .returning({ key: keyColumn })
    .prepare('count_attempt')
})

/** Resets the count after the secret was right; when the owner was last told of it is kept. */
export async function clearAttempts(db: Database, key: string): Promise<void> {
  await clearStatement(db).execute({ key })
}

const clearStatement = prepared((db) =>
  db
    .update(failedAttempts)
    .set({ count: 0, blockedUntil: null })
    .where(eq(keyColumn, sql.placeholder('key')))
    .prepare('clear_attempts'),
)

/** The exponent is capped at 10, past the longest block: PostgreSQL fails at a power of two beyond `float8`. */
function endOfBlock(tries: SQL): SQL {
  const past = sql`(${tries}) - ${sql.placeholder('free')}::float8`
  const seconds = sql`least(power(2, least(floor(${past}), 10)), ${longestBlockSeconds})`
  return sql`case when ${past} >= 0 then now() + make_interval(secs => ${seconds}) end`
}

async function secondsLeft(db: Database, key: string): Promise<number> {
  const left = sql<number>`ceil(extract(epoch from ${blockedUntil} - now()))::integer`
  const [row] = await db.select({ left }).from(failedAttempts).where(eq(keyColumn, key))
  // Since the try was refused the block may have run out, or a success may have ended it.
  return Math.max(row?.left ?? 1, 1)
}

const freeAttempts = 5
/** Tries a minute of all callers together whose device is not known [TH1]. */
const attemptsOfAll = 6000

/** Counts the try, or refuses it, before anything is hashed [TH3]. */
export async function admitAttempt(ctx: Context<'rate_limit:exceeded'>, key: AttemptsKey): Promise<void> {
  const { rateLimits } = ctx.config
  if (rateLimits === 'off') return
  const verdict = await countAttempt(ctx.db, key, scaled(rateLimits, freeAttempts))
  if (!verdict.allowed) {
    throw ctx.fault('rate_limit:exceeded', {
      retryAfterSeconds: verdict.retryAfterSeconds,
      details: 'Too many wrong tries; each further one waits longer.',
    })
  }
  if (/^(?:codes:)?device:/.test(key)) return
  await countEvent(ctx, {
    key: 'attempts',
    quota: attemptsOfAll,
    windowSeconds: 60,
    details: 'Too many tries by all clients together; devices that the account knows are not affected.',
  })
}

/** A count that blocks tries now, described for the operator. */
export type Lock = { readonly of: string; readonly until: Date }

/** Matches every count of the account and of each of its devices. */
const countsOf = (userId: string): SQL => sql`${keyColumn} in (
  select prefix || own from (values (''), ('codes:'), (${restPrefix})) as kinds (prefix),
    (select 'account:' || ${userId}::text as own
      union all select 'device:' || id from devices where user_id = ${userId}) as owns)`

/** The counts that keep the account's owner waiting now. */
export async function findLocks(db: Database, userId: string): Promise<Lock[]> {
  const rows = await db
    .select({ key: keyColumn, until: blockedUntil })
    .from(failedAttempts)
    .where(and(countsOf(userId), sql`${blockedUntil} > now()`))
    .orderBy(keyColumn)
  return rows.flatMap(({ key, until }) => (until ? [{ of: describeKey(key), until }] : []))
}

function describeKey(key: string): string {
  const [kind, of, id] = key.startsWith('codes:')
    ? ['codes', ...key.slice(6).split(':')]
    : ['passwords', ...key.split(':')]
  return of === 'device' ? `${kind} of the device ${id}` : `${kind} of devices that are not known`
}

/** Deletes every count of the account. Must run before its devices are deleted. */
export async function eraseAttempts(tx: Transaction, userId: string): Promise<void> {
  await tx.delete(failedAttempts).where(countsOf(userId))
}

/** Afterwards the next try counts as the first; returns how many counts were reset. */
export async function forgiveAttempts(db: Database, userId: string): Promise<number> {
  const { rowCount } = await db
    .update(failedAttempts)
    .set({ count: 0, blockedUntil: null })
    .where(and(countsOf(userId), gte(count, 1)))
  return rowCount ?? 0
}

type Failure = {
  readonly key: AttemptsKey
  /** The account whose secret it was; undefined if the address has no account. */
  readonly owner: { readonly id: string; readonly email: string } | undefined
  readonly client: Caller
  readonly metadata: Record<string, string>
}

/**
 * Afterwards the wrong try is in the audit, and the owner is told of a lockout, at most once a day. Runs in a
 * transaction of its own, not in the one that refuses, and does the same work for an address without an account [TH4].
 */
export function recordFailure(ctx: Context<never>, { key, owner, client, metadata }: Failure): Promise<void> {
  return transaction(ctx.pool, async (tx) => {
    await audit(tx, { type: 'login_failed', userId: owner?.id, client, metadata })
    if (!(await mayTellOwner(tx, ctx, key))) return
    const news = { template: 'locked_out' } as const
    await (owner ? notifyOwner(tx, ctx, owner, news) : notifyNobody(tx, ctx, news))
  })
}

async function mayTellOwner(tx: Transaction, ctx: Context<never>, key: AttemptsKey): Promise<boolean> {
  const { rateLimits } = ctx.config
  if (rateLimits === 'off') return false
  const told = await tellStatement(tx).execute({ key, free: scaled(rateLimits, freeAttempts) })
  return told.length > 0
}

const tellStatement = prepared((tx) =>
  tx
    .update(failedAttempts)
    .set({ toldAt: sql`now()` })
    .where(
      and(
        eq(keyColumn, sql.placeholder('key')),
        gte(count, sql.placeholder('free')),
        sql`coalesce(${toldAt} < now() - interval '24 hours', true)`,
      ),
    )
    .returning({ key: keyColumn })
    .prepare('tell_of_attempts'),
)
