import { maySignUp } from '../accounts/sign-up-policy.ts'
import type { Config } from '../config/config.ts'
import { type OwnIssuers, ownIssuers } from '../config/own-providers.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { type MailDeps, putMail } from './outbox.ts'

/** A request to mail something to an address, before it is known whose it is. */
export type Inquiry = {
  readonly purpose: 'password_reset' | 'verify_email' | 'sign_in'
  readonly email: string
  /** Without `requestId` in what an older version stored. */
  readonly client: Pick<Caller, 'address' | 'userAgent' | 'language'> & Partial<Pick<Caller, 'requestId'>>
  /** For `sign_in`: the pair that is mailed. */
  readonly tokenId?: string
}

/** Settings that the worker takes from the API that was asked, as a separate worker may have other ones or none. */
const settingNames = [
  'rateLimits',
  'frontendUrl',
  'passwordResetTtlSeconds',
  'emailVerificationTtlSeconds',
  'signupTtlSeconds',
  'emailSignInTtlSeconds',
  'emailSignUp',
  'mailCodes',
  'testIdentities',
] as const satisfies readonly (keyof Config)[]

type InquirySettings = Pick<Config, (typeof settingNames)[number]>

const linkTtl = {
  password_reset: 'passwordResetTtlSeconds',
  verify_email: 'emailVerificationTtlSeconds',
  sign_in: 'emailSignInTtlSeconds',
} as const

export type StoredInquiry = Inquiry & {
  readonly settings: InquirySettings
  /** Whether the address may have a new account. Missing, like `ownIssuers`, in what an older version stored. */
  readonly maySignUp?: boolean
  readonly ownIssuers?: OwnIssuers
}

const settingsOf = (config: Config) =>
  Object.fromEntries(settingNames.map((name) => [name, config[name]])) as InquirySettings

/** Afterwards the worker will look for the address's owner, if the transaction commits. */
export async function queueInquiry(
  tx: Transaction,
  deps: MailDeps,
  { purpose, email, client: asker, tokenId }: Inquiry,
): Promise<void> {
  const settings = settingsOf(deps.config)
  const { address, userAgent, language, requestId } = asker
  const client = { address, userAgent, language, ...(requestId !== undefined && { requestId }) }
  const asked = { purpose, email, client, ...(tokenId !== undefined && { tokenId }) }
  const payload: StoredInquiry = {
    ...asked,
    settings,
    maySignUp: maySignUp(deps.config, email),
    ownIssuers: ownIssuers(deps.config),
  }
  const inquiryId = await putMail(tx, deps, {
    kind: 'inquiry',
    payload,
    tokenId: null,
    ttlSeconds: settings[linkTtl[purpose]],
  })
  await deps.jobs.enqueue(tx, 'answer-inquiry', { inquiryId }, 0)
}
