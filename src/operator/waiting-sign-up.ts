import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import { handleKey } from '../accounts/fields.ts'
import { maySignUp } from '../accounts/sign-up-policy.ts'
import type { Database } from '../db/database.ts'
import { mailedTokens, mails } from '../db/schema/mails.ts'
import { handles, signUps } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { isUuid } from '../http/validation.ts'
import type { MailDeps } from '../mail/outbox.ts'
import { OperatorError } from '../sign-in/operator-error.ts'
import { renewVerification } from '../sign-up/resend-verification.ts'
import { emailKey } from '../text/email.ts'

/** A sign-up whose address is not verified yet, and what became of its newest mail. */
export type WaitingSignUp = {
  readonly unverified: true
  readonly id: string
  readonly email: string
  readonly handle: string
  readonly name: string
  readonly created: Date
  readonly ends: Date
  readonly mail: string
}

/**
 * Finds a sign-up by its address, `@handle` or id. Rows with `registered`, which only stand in for an address that has
 * an account, are left out.
 */
export async function findWaitingSignUp(tx: Database, name: string): Promise<WaitingSignUp | undefined> {
  const isLive = and(isNamed(tx, name), eq(signUps.registered, false), sql`${signUps.expiresAt} > now()`)
  const [found] = await tx.select().from(signUps).where(isLive)
  if (found === undefined) return undefined
  const { id, email, handle, displayName, createdAt, expiresAt } = found
  const state = await stateOfMail(tx, id)
  return { unverified: true, id, email, handle, name: displayName, created: createdAt, ends: expiresAt, mail: state }
}

function isNamed(tx: Database, name: string): SQL {
  if (isUuid(name)) return eq(signUps.id, name)
  if (!name.startsWith('@')) return eq(signUps.emailKey, emailKey(name))
  const holder = tx
    .select({ id: handles.signUpId })
    .from(handles)
    .where(eq(handles.key, handleKey(name.slice(1))))
  return sql`${signUps.id} in (${holder})`
}

async function stateOfMail(tx: Database, signUpId: string): Promise<string> {
  const [mail] = await tx
    .select({
      sentAt: mails.sentAt,
      attempts: mails.attempts,
      refusal: mails.refusal,
      waits: sql<boolean>`${mails.payload} is not null and ${mails.expiresAt} > now()`,
    })
    .from(mails)
    .innerJoin(mailedTokens, eq(mailedTokens.id, mails.tokenId))
    .where(eq(mailedTokens.signUpId, signUpId))
    .orderBy(desc(mails.id))
    .limit(1)
  if (mail === undefined) return 'none'
  if (mail.sentAt) return `taken by the mail server ${mail.sentAt.toISOString()}`
  if (mail.refusal) return `refused for good by the mail server: ${mail.refusal}`
  return `${mail.waits ? 'waits' : 'not sent, and not tried any more'}, failed attempts: ${mail.attempts}`
}

/** Afterwards a new verification link is queued, and earlier links no longer work. */
export async function resendTo(tx: Transaction, deps: MailDeps, { email }: WaitingSignUp): Promise<string> {
  if (!maySignUp(deps.config, email))
    throw new OperatorError(`SIGN_UP and the lists of domains let ${email} make no account: no link would work.`)
  await renewVerification(tx, deps, { email })
  return `A fresh verification link is on its way to ${email}; earlier ones are dead.`
}
