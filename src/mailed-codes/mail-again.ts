import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import type { DeliveryRefusal } from '../mail/confirm.ts'
import { inquire } from '../mail/inquiry.ts'
import type { IssuedPair } from '../mailed-tokens/issue.ts'

type Again<Pair> = { readonly pair: Pair; readonly email: string; readonly client: Caller }

/** Afterwards the same link and digits are on their way to the address once more, with the same end and tries [MC6]. */
export async function mailAgain<Pair extends IssuedPair>(
  ctx: Context<'rate_limit:exceeded' | DeliveryRefusal>,
  { pair, email, client }: Again<Pair>,
): Promise<IssuedPair> {
  let mailedAt = pair.mailedAt
  const inquiry = { purpose: 'sign_in', email, client, tokenId: pair.id } as const
  await inquire(ctx, inquiry, 'worker:verification_email_send_failed', async (tx) => {
    mailedAt = await claimMail(ctx, tx, pair.id)
  })
  return { ...pair, mailedAt }
}

/** Of several requests at once, one may send the mail again. Returns the time of that mail. */
export async function claimMail(ctx: Context<'rate_limit:exceeded'>, tx: Transaction, id: string): Promise<Date> {
  const afterSeconds = ctx.config.emailResendAfterSeconds
  const [claimed] = await tx
    .update(mailedTokens)
    .set({ mailedAt: sql`now()` })
    .where(
      and(
        eq(mailedTokens.id, id),
        isNull(mailedTokens.usedAt),
        isNull(mailedTokens.supersededAt),
        sql`${mailedTokens.mailedAt} <= now() - make_interval(secs => ${afterSeconds})`,
      ),
    )
    .returning({ mailedAt: mailedTokens.mailedAt })
  if (!claimed?.mailedAt) throw tooSoon(ctx, afterSeconds)
  return claimed.mailedAt
}

export const tooSoon = (ctx: Context<'rate_limit:exceeded'>, retryAfterSeconds: number) =>
  ctx.fault('rate_limit:exceeded', {
    retryAfterSeconds,
    details: 'It was mailed a moment ago; resend_at says when to try again.',
  })
