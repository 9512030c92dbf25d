import { eq, sql } from 'drizzle-orm'
import type { Config } from '../config/config.ts'
import type { Context } from '../context.ts'
import type { Database } from '../db/database.ts'
import { prepared } from '../db/prepared.ts'
import { failedAttempts } from '../db/schema/limits.ts'
import { sessions } from '../db/schema/sessions.ts'
import { transaction } from '../db/transaction.ts'
import { notifyNobody, notifyOwner } from '../mail/outbox.ts'
import type { Lock } from './attempts.ts'
import { accountAttempts, restPrefix } from './attempts-key.ts'
import { scaled } from './quota.ts'

/** Wrong digits in a row, however slowly they came, that NIST SP 800-63B-4 section 3.2.2 allows. */
const mostWrong = 100
const forgottenAfter = sql.raw(`interval '30 days'`)

type Whose = {
  /** The digest of the address. */
  readonly digest: string
  /** The account with the address; null if there is none. */
  readonly owner: { readonly id: string; readonly email: string } | null
}

/** The key of the count of wrong mailed digits. The count of tries is another one, which is forgotten after a day. */
const keyOf = ({ digest, owner }: Whose) => restPrefix + (owner ? accountAttempts(owner.id, null) : `address:${digest}`)

const { key: keyColumn, count, forgottenAt } = failedAttempts

/** Whether the count is over: it is 30 days old, or the owner has signed in since the last wrong digits. */
const isSettled = sql`(${forgottenAt} <= now() or exists (select from ${sessions}
  where ${sessions.userId} = ${sql.placeholder('ownerId')}::uuid and ${sessions.kind} = 'user'
    and ${sessions.createdAt} > ${forgottenAt} - ${forgottenAfter}))`

/**
 * Refuses digits after a hundred wrong ones for the address, until its owner has signed in; links still work [MC1].
 * @returns whether wrong digits have been counted
 */
export async function refuseResting(ctx: Context<'rate_limit:exceeded'>, whose: Whose): Promise<boolean> {
  const counted = await findCounted(ctx.db, ctx.config, whose)
  if (!counted?.rests) return counted !== undefined
  const details = 'Mailed codes of this address rest until its owner has signed in otherwise, as by a mailed link.'
  throw ctx.fault('rate_limit:exceeded', { retryAfterSeconds, details })
}

/** A guess, since the server cannot know when the owner will sign in. */
const retryAfterSeconds = 3600

/** The rest of the account's mailed codes, described for the operator. */
export async function findRests(
  db: Database,
  config: Config,
  owner: { readonly id: string; readonly email: string },
): Promise<Lock[]> {
  // The count of an account goes by its id.
  const counted = await findCounted(db, config, { digest: '', owner })
  return counted?.rests ? [{ of: 'mailed codes, unless the owner signs in before,', until: counted.until }] : []
}

/** When the count is forgotten if nobody signs in before, and whether the codes rest until then. */
async function findCounted(db: Database, { rateLimits }: Config, whose: Whose) {
  if (rateLimits === 'off') return undefined
  const [counted] = await countedStatement(db).execute({ ...parameters(whose), most: scaled(rateLimits, mostWrong) })
  return counted
}

const parameters = (whose: Whose) => ({ key: keyOf(whose), ownerId: whose.owner?.id ?? null })

const countedStatement = prepared((db) =>
  db
    .select({
      until: forgottenAt,
      rests: sql<boolean>`${count} >= ${sql.placeholder('most')} and not ${isSettled}`,
    })
    .from(failedAttempts)
    .where(sql`${keyColumn} = ${sql.placeholder('key')}`)
    .prepare('find_wrong_digits'),
)

/** Afterwards the wrong digits are counted; if they reach the limit, the owner of the address is told by mail. */
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

/** Deletes the count, after right digits. */
export async function clearRest(db: Database, whose: Whose): Promise<void> {
  await clearStatement(db).execute({ key: keyOf(whose) })
}

const clearStatement = prepared((db) =>
  db
    .delete(failedAttempts)
    .where(eq(keyColumn, sql.placeholder('key')))
    .prepare('clear_rest'),
)
