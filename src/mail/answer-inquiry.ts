import { and, eq, sql } from 'drizzle-orm'
import type pg from 'pg'
import type { Config } from '../config.ts'
import { open } from '../crypto/sealed-box.ts'
import { mails } from '../db/schema/mails.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import { mailReset } from '../password/forgot.ts'
import { mailVerification } from '../tokens/resend-verification.ts'
import type { Inquiry } from './inquiry.ts'
import type { MailDeps, StoredInquiry } from './outbox.ts'

type Answer = (tx: Transaction, deps: MailDeps, inquiry: Inquiry) => Promise<void>

const answers: Readonly<Record<Inquiry['purpose'], Answer>> = {
  password_reset: mailReset,
  verify_email: mailVerification,
}

/** Afterwards the mail of whoever has that address waits to be sent, or there is nobody; once, however often it is tried. */
export function answerInquiry(deps: MailDeps & { readonly pool: pg.Pool }, inquiryId: string): Promise<void> {
  return transaction(deps.pool, async (tx) => {
    const [row] = await tx
      .select({ payload: mails.payload })
      .from(mails)
      .where(and(eq(mails.id, inquiryId), eq(mails.kind, 'inquiry'), sql`${mails.expiresAt} > now()`))
      .for('update')
    if (!row?.payload) return
    const { settings, ...inquiry } = JSON.parse(open(deps.keyring, row.payload, inquiryId).toString()) as StoredInquiry
    const config: Config = { ...deps.config, ...settings, mailDelivery: 'queue' }
    await answers[inquiry.purpose](tx, { ...deps, config }, inquiry)
    await tx.update(mails).set({ payload: null, sentAt: sql`now()` }).where(eq(mails.id, inquiryId))
  })
}
