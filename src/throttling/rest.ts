import { eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Database } from '../db/database.ts'
import { prepared } from '../db/prepared.ts'
import { failedAttempts } from '../db/schema/limits.ts'
import { sessions } from '../db/schema/sessions.ts'
import { transaction } from '../db/transaction.ts'
import { notifyNobody, notifyOwner } from '../mail/outbox.ts'
import { scaled } from './quota.ts'

/** NIST SP 800-63B-4 section 3.2.2: so many wrong ones in a row, however slowly they came. */
const mostWrong = 100
const forgottenAfter = sql.raw(`interval '30 days'`)

type Whose = {
  /** Stands for the address. */
  readonly digest: string
  /** Who has it, where somebody does. */
  readonly owner: { readonly id: string; readonly email: string } | null
}

/** A count of wrong mailed digits, beside that of tries, which is over a day later. */
const keyOf = ({ digest, owner }: Whose) => (owner ? `mailed:account:${owner.id}` : `mailed:address:${digest}`)

const { key: keyColumn, count, forgottenAt } = failedAttempts

/** Whether its owner signed in since the last wrong ones, by a link or in another way. */
const isSettled = sql`(${forgottenAt} <= now() or exists (select from ${sessions}
  where ${sessions.userId} = ${sql.placeholder('ownerId')}::uuid
    and ${sessions.createdAt} > ${forgottenAt} - ${forgottenAfter}))`

/** Refuses all digits of whom a hundred wrong ones were tried, until its owner has signed in; links open as ever [MC1]. */
export async function refuseResting(ctx: Context<'rate_limit:exceeded'>, whose: Whose): Promise<void> {
  const { rateLimits } = ctx.config
  if (rateLimits === 'off') return
  const most = scaled(rateLimits, mostWrong)
  const resting = await restingStatement(ctx.db).execute({ ...parameters(whose), most })
  if (resting.length === 0) return
  const details = 'Mailed codes of this address rest until its owner has signed in otherwise, as by a mailed link.'
  throw ctx.fault('rate_limit:exceeded', { retryAfterSeconds: retryAfterSeconds, details })
}

/** Nobody knows when its owner signs in. */
const retryAfterSeconds = 3600

const parameters = (whose: Whose) => ({ key: keyOf(whose), ownerId: whose.owner?.id ?? null })

const restingStatement = prepared((db) =>
  db
    .select({ key: keyColumn })
    .from(failedAttempts)
    .where(
      sql`${keyColumn} = ${sql.placeholder('key')} and ${count} >= ${sql.placeholder('most')} and not ${isSettled}`,
    )
    .prepare('find_rest'),
)

/** Afterwards the wrong digits are counted, and whoever has the address is told where they were the last. */
export async function noteWrongDigits(ctx: Context<never>, whose: Whose): Promise<void> {
  const { rateLimits } = ctx.config
  if (rateLimits === 'off') return
  await transaction(ctx.pool, async (tx) => {
    const [row] = await noteStatement(tx).execute(parameters(whose))
    if (row?.count !== scaled(rateLimits, mostWrong)) return
    const news = { template: 'codes_rest' } as const
    await (whose.owner ? notifyOwner(tx, ctx, whose.owner, news) : notifyNobody(tx, ctx, news))
  })
}

const noteStatement = prepared((tx) => {
  const forgotten = sql`now() + ${forgottenAfter}`
  return tx
    .insert(failedAttempts)
    .values({ key: sql.placeholder('key'), count: 1, forgottenAt: forgotten })
    .onConflictDoUpdate({
      target: keyColumn,
      set: { count: sql`case when ${isSettled} then 1 else ${count} + 1 end`, forgottenAt: forgotten },
    })
    .returning({ count })
    .prepare('note_wrong_digits')
})

/** Ends the count, after digits were right. */
export async function clearRest(db: Database, whose: Whose): Promise<void> {
  await clearStatement(db).execute({ key: keyOf(whose) })
}

const clearStatement = prepared((db) =>
  db
    .delete(failedAttempts)
    .where(eq(keyColumn, sql.placeholder('key')))
    .prepare('clear_rest'),
)
