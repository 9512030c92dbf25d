import { and, eq, ne } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { users } from '../db/schema/users.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Caller, HashingCaller } from '../http/caller.ts'
import { confirmDelivery, deliveryRefusals } from '../mail/confirm.ts'
import { type MailDeps, notifyOwner, queueMail } from '../mail/outbox.ts'
import { issueMailedToken, supersedeUserTokens } from '../mailed-tokens/issue.ts'
import { mailedLink } from '../mailed-tokens/link.ts'
import { lockOwnAccount } from '../sign-in/lock-account.ts'
import { type AnyAddressReproof, addressReproofs, type Given } from '../sign-in/reproofs.ts'
import { emailKey } from '../text/email.ts'
import { limitMails } from '../throttling/mails.ts'
import { countEvent } from '../throttling/quota.ts'

export const changeEmailRefusals = [
  'general:validation_error',
  'user:email_already_exists',
  'rate_limit:exceeded',
  'user:invalid_session',
  ...addressReproofs.flatMap(({ emailChange }) => [...emailChange.codes]),
  ...deliveryRefusals,
] as const

type ChangeEmailRefusal = (typeof changeEmailRefusals)[number]

const changesADay = 5

type Wish = {
  /** The proof that was sent. */
  readonly proof: { readonly by: AnyAddressReproof; readonly given: Given }
  readonly newEmail: string
  readonly client: HashingCaller
}

/** Afterwards a link waits in the new mailbox and a notice in the old one; the account still has its old address. */
export async function changeEmail(ctx: Context<ChangeEmailRefusal>, signedIn: SignedIn, wish: Wish): Promise<void> {
  const { user } = signedIn
  const { proof, newEmail, client } = wish
  const newKey = emailKey(newEmail)
  // Another spelling of the account's address must be confirmed by its mailbox, like any other address [FD15].
  if (newEmail === user.email) {
    throw ctx.fault('general:validation_error', { fields: [{ path: '/new_email', rule: 'unchanged' }] })
  }
  await countEvent(ctx, {
    key: `change-email:${user.id}`,
    quota: changesADay,
    windowSeconds: 86_400,
    details: 'This account has reached its daily limit of address changes.',
  })
  const proven = await proof.by.emailChange.prove(ctx, signedIn, proof.given, client)
  await limitMails(ctx, 'email_change', newKey)

  const mailId = await transaction(ctx.pool, async (tx) => {
    const account = await lockOwnAccount(ctx, tx, signedIn)
    // Claimed here, as a password that changed in the meantime would not void the new link.
    await proven.claim(tx, account)
    const mailId = await mailChange(tx, ctx, { userId: user.id, oldEmail: account.email, newEmail, client })
    if (mailId === undefined) throw ctx.fault('user:email_already_exists')
    await audit(tx, { type: 'email_change_requested', userId: user.id, client })
    return mailId
  })
  await confirmDelivery(ctx, mailId, client)
}

type Change = {
  readonly userId: string
  readonly oldEmail: string
  readonly newEmail: string
  /** Undefined for the operator. */
  readonly client: Caller | undefined
}

/**
 * The same under the account's lock, whoever asked, without the event. Returns the id of the mail with the link, or
 * undefined if another account has the address.
 */
export async function mailChange(
  tx: Transaction,
  ctx: MailDeps,
  { userId, oldEmail, newEmail, client }: Change,
): Promise<string | undefined> {
  const addressKey = emailKey(newEmail)
  const [taken] = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.emailKey, addressKey), ne(users.id, userId)))
  if (taken) return undefined
  const ttlSeconds = ctx.config.emailChangeTtlSeconds
  await supersedeUserTokens(tx, userId, ['email_change'])
  const token = await issueMailedToken(tx, {
    purpose: 'email_change',
    userId,
    addressKey,
    address: newEmail,
    ttlSeconds,
  })
  await notifyOwner(tx, ctx, { id: userId, email: oldEmail }, { template: 'email_change_requested' })
  const link = mailedLink(ctx.config, 'confirm-email-change', token.text)
  return queueMail(tx, ctx, {
    content: { template: 'email_change', to: newEmail, link },
    tokenId: token.id,
    ttlSeconds,
    ...(client && { client }),
  })
}
