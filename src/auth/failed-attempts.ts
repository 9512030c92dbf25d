import { eq, type SQL, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Database } from '../db/client.ts'
import { failedAttempts } from '../db/schema/limits.ts'

type Attempt = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterSeconds: number }

const longestBlockSeconds = 900
const { key: keyColumn, count, blockedUntil, forgottenAt } = failedAttempts

/**
 * Counts one try at a secret before it is checked, so that a race of guesses gets no more of them than a queue [TH3]. `free`
 * tries go at once, then each waits: 1 s doubling to 15 minutes, and never for good, so that nobody can lock an owner out [TH2].
 * Runs in no transaction of the caller: a rollback would give the try back.
 */
export async function countAttempt(db: Database, key: string, free: number): Promise<Attempt> {
  const tries = sql`case when ${forgottenAt} <= now() then 1 else ${count} + 1 end`
  const forgotten = sql`now() + interval '24 hours'`
  const counted = await db
    .insert(failedAttempts)
    .values({ key, count: 1, blockedUntil: endOfBlock(sql`1`, free), forgottenAt: forgotten })
    .onConflictDoUpdate({
      target: keyColumn,
      set: { count: tries, blockedUntil: endOfBlock(tries, free), forgottenAt: forgotten },
      setWhere: sql`${blockedUntil} is null or ${blockedUntil} <= now()`,
    })
    .returning({ key: keyColumn })
  return counted.length > 0 ? { allowed: true } : { allowed: false, retryAfterSeconds: await secondsLeft(db, key) }
}

/** Ends the count, after the secret was right. */
export async function clearAttempts(db: Database, key: string): Promise<void> {
  await db.delete(failedAttempts).where(eq(keyColumn, key))
}

/** The exponent stops where the longest block is passed: a power of two beyond `float8` is an error. */
function endOfBlock(tries: SQL, free: number): SQL {
  const past = sql`(${tries}) - ${free}::float8`
  const seconds = sql`least(power(2, least(floor(${past}), 10)), ${longestBlockSeconds})`
  return sql`case when ${past} >= 0 then now() + make_interval(secs => ${seconds}) end`
}

async function secondsLeft(db: Database, key: string): Promise<number> {
  const left = sql<number>`ceil(extract(epoch from ${blockedUntil} - now()))::integer`
  const [row] = await db.select({ left }).from(failedAttempts).where(eq(keyColumn, key))
  // The block may have run out, or a success ended it, since the try was refused.
  return Math.max(row?.left ?? 1, 1)
}

const freeAttempts = 5

/** Counts the try before anything is hashed [TH3], or refuses it. */
export async function admitAttempt(ctx: Context<'rate_limit:exceeded'>, key: string): Promise<void> {
  const { rateLimits } = ctx.config
  if (rateLimits === 'off') return
  const verdict = await countAttempt(ctx.db, key, Math.max(1, Math.round(freeAttempts * rateLimits)))
  if (verdict.allowed) return
  throw ctx.fault('rate_limit:exceeded', {
    retryAfterSeconds: verdict.retryAfterSeconds,
    details: 'Too many wrong tries; each further one waits longer.',
  })
}

/** A known device has a count of its own, so that others cannot lock it out [TH2]. */
export const accountAttempts = (userId: string, deviceId: string | null): string =>
  deviceId === null ? `account:${userId}` : `device:${deviceId}`
