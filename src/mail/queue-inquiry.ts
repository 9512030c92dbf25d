import type { Config } from '../config/config.ts'
import { type OwnIssuers, ownIssuers } from '../config/own-providers.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { type MailDeps, putMail } from './outbox.ts'

/** A request to mail something to an address, before it is known whose it is. */
export type Inquiry = {
  readonly purpose: 'password_reset' | 'verify_email'
  readonly email: string
  readonly client: Pick<Caller, 'address' | 'userAgent'>
}

/** Settings of the API that was asked, as a separate worker may have other ones or none. */
type InquirySettings = Pick<
  Config,
  'rateLimits' | 'frontendUrl' | 'passwordResetTtlSeconds' | 'emailVerificationTtlSeconds' | 'signupTtlSeconds'
>
const linkTtl = { password_reset: 'passwordResetTtlSeconds', verify_email: 'emailVerificationTtlSeconds' } as const

export type StoredInquiry = Inquiry & {
  readonly settings: InquirySettings
  /** Missing in inquiries that an older version stored. */
  readonly ownIssuers?: OwnIssuers
}

/** Afterwards the worker looks for the owner of the address, if the transaction commits. */
export async function queueInquiry(
  tx: Transaction,
  deps: MailDeps,
  { purpose, email, client: asker }: Inquiry,
): Promise<void> {
  const { rateLimits, frontendUrl, passwordResetTtlSeconds, emailVerificationTtlSeconds, signupTtlSeconds } =
    deps.config
  const settings = { rateLimits, frontendUrl, passwordResetTtlSeconds, emailVerificationTtlSeconds, signupTtlSeconds }
  const client = { address: asker.address, userAgent: asker.userAgent }
  const payload: StoredInquiry = { purpose, email, client, settings, ownIssuers: ownIssuers(deps.config) }
  const inquiryId = await putMail(tx, deps, {
    kind: 'inquiry',
    payload,
    tokenId: null,
    ttlSeconds: settings[linkTtl[purpose]],
  })
  await deps.jobs.enqueue(tx, 'answer-inquiry', { inquiryId }, 0)
}
