import { randomUUIDv7 } from 'node:crypto'
import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import type { Caller } from '../http/caller.ts'
import { deliveryRefusals } from '../mail/confirm.ts'
import { inquire } from '../mail/inquiry.ts'
import { mostTries } from '../mailed-tokens/find-pair.ts'
import { type IssuedPair, issuePair, supersedeOldestPairs } from '../mailed-tokens/issue.ts'
import { describeStarted, resendAt, type StartedFlow } from '../mailed-tokens/started.ts'
import { emailKey } from '../text/email.ts'
import { mailAgain } from './mail-again.ts'

export const startEmailSignInRefusals = ['rate_limit:exceeded', ...deliveryRefusals] as const

type StartEmailSignInRefusal = (typeof startEmailSignInRefusals)[number]

type Start = {
  readonly email: string
  readonly rememberMe: boolean
  /** Digest of the browser's name; undefined for an app. */
  readonly anonymousDigest: Buffer | undefined
  readonly client: Caller
}

/**
 * Afterwards a pair waits for its link or its digits, and the worker will find the address's owner. The answer is the
 * same for every address [MC2]. If the same browser asks again while the pair lives, it gets the same pair.
 */
export async function startEmailSignIn(
  ctx: Context<StartEmailSignInRefusal>,
  { email, rememberMe, anonymousDigest, client }: Start,
): Promise<StartedFlow> {
  const addressKey = emailKey(email)
  const own = anonymousDigest && (await findOwnPair(ctx, { addressKey, rememberMe, anonymousDigest }))
  if (own !== undefined) {
    const isDue = resendAt(ctx.config, own.mailedAt) <= own.now
    return describeStarted(ctx, isDue ? await mailAgain(ctx, { pair: own, email: own.address ?? email, client }) : own)
  }
  const id = randomUUIDv7()
  let issued: IssuedPair | undefined
  await inquire(
    ctx,
    { purpose: 'sign_in', email, client, tokenId: id },
    'worker:verification_email_send_failed',
    async (tx) => {
      const ttlSeconds = ctx.config.emailSignInTtlSeconds
      const wish = { id, purpose: 'sign_in', addressKey, address: email, rememberMe, anonymousDigest } as const
      issued = await issuePair(tx, ctx.keyring, { ...wish, ttlSeconds })
      await supersedeOldestPairs(tx, 'sign_in', addressKey)
    },
  )
  if (issued === undefined) throw new Error('an inquiry was stored without its pair')
  return describeStarted(ctx, issued)
}

type Own = Pick<Required<Start>, 'rememberMe'> & { readonly addressKey: string; readonly anonymousDigest: Buffer }

async function findOwnPair({ db }: Context<never>, { addressKey, rememberMe, anonymousDigest }: Own) {
  const [own] = await db
    .select({
      id: mailedTokens.id,
      keyId: sql<number>`${mailedTokens.codeKeyId}`,
      addressKey: mailedTokens.addressKey,
      // The spelling that the account will get must be the one that the mail proves.
      address: mailedTokens.address,
      expiresAt: mailedTokens.expiresAt,
      mailedAt: sql<Date>`${mailedTokens.mailedAt}`.mapWith(mailedTokens.mailedAt),
      now: sql<Date>`now()`.mapWith(mailedTokens.createdAt),
    })
    .from(mailedTokens)
    .where(
      and(
        sql`${mailedTokens.purpose} = 'sign_in'`,
        eq(mailedTokens.addressKey, addressKey),
        eq(mailedTokens.anonymousDigest, anonymousDigest),
        eq(mailedTokens.rememberMe, rememberMe),
        isNull(mailedTokens.usedAt),
        isNull(mailedTokens.supersededAt),
        lt(mailedTokens.tries, mostTries),
        sql`${mailedTokens.expiresAt} > now()`,
      ),
    )
    .orderBy(desc(mailedTokens.id))
    .limit(1)
  return own
}
