import { and, eq, isNotNull, sql } from 'drizzle-orm'
import type pg from 'pg'
import type { Config } from '../config/config.ts'
import { type OwnIssuers, ownIssuers } from '../config/own-providers.ts'
import { open } from '../crypto/sealed-box.ts'
import type { Database } from '../db/database.ts'
import { mails } from '../db/schema/mails.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { MailDeps } from '../mail/outbox.ts'
import type { Inquiry, StoredInquiry } from '../mail/queue-inquiry.ts'
import { mailSignInCode } from '../mailed-codes/mail-code.ts'
import { mailReset } from '../password/forgot.ts'
import type { RateCounter } from '../ports/rate-counter.ts'
import { mailPasswordVerification, mailVerification } from '../sign-up/resend-verification.ts'
import { MailsSpentError, spendMail } from '../throttling/mails.ts'

type Answerable = StoredInquiry & { readonly ownIssuers: OwnIssuers }
/** What is mailed about a sign-up is of no use while no account could come of it [SU3]. */
const ofSignUp =
  (answer: AnswerOwner): AnswerOwner =>
  async (tx, deps, inquiry) =>
    inquiry.maySignUp !== false && answer(tx, deps, inquiry)

type AnswerOwner = (tx: Transaction, deps: MailDeps, inquiry: Answerable) => Promise<boolean>

const answers: Readonly<Record<Inquiry['purpose'], AnswerOwner>> = {
  // A sign-up that was never verified has no password to reset, so its owner gets the verification link again [FD7].
  password_reset: async (...asked) => (await mailReset(...asked)) || ofSignUp(mailPasswordVerification)(...asked),
  verify_email: ofSignUp(mailVerification),
  sign_in: async (...asked) => (await mailSignInCode(...asked)) || ofSignUp(mailPasswordVerification)(...asked),
}

export type AnswerDeps = MailDeps & {
  readonly pool: pg.Pool
  readonly db: Database
  readonly sharedCounter: RateCounter
}

/**
 * Afterwards a mail to the address's owner is queued, if there is one; only once, however often this is tried. It
 * fails, and is tried again later, if the hour's mails are used up.
 */
export async function answerInquiry(deps: AnswerDeps, inquiryId: string): Promise<void> {
  const stored = await findInquiry(deps, inquiryId)
  if (stored === undefined) return
  const config: Config = { ...deps.config, ...stored.settings, mailDelivery: 'queue' }
  const inquiry = { ownIssuers: ownIssuers(config), ...stored }
  const budget = { config, sharedCounter: deps.sharedCounter }
  if (await spendMail(budget, stored.purpose, 0)) throw new MailsSpentError()
  const isMailed = await transaction(deps.pool, async (tx) => {
    const claimed = await tx
      .update(mails)
      .set({ payload: null, sentAt: sql`now()` })
      .where(and(eq(mails.id, inquiryId), isNotNull(mails.payload)))
      .returning({ id: mails.id })
    return claimed.length > 0 && answers[stored.purpose](tx, { ...deps, config }, inquiry)
  })
  if (isMailed) await spendMail(budget, stored.purpose)
}

/** Returns undefined if the inquiry is answered or expired. */
async function findInquiry({ keyring, db }: AnswerDeps, id: string): Promise<StoredInquiry | undefined> {
  const isLive = and(eq(mails.id, id), eq(mails.kind, 'inquiry'), sql`${mails.expiresAt} > now()`)
  const [row] = await db.select({ payload: mails.payload }).from(mails).where(isLive)
  return row?.payload ? (JSON.parse(open(keyring, row.payload, id).toString()) as StoredInquiry) : undefined
}
