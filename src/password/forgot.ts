import { eq } from 'drizzle-orm'
import { findWorkingConnections } from '../accounts/connections.ts'
import { audit } from '../accounts/history.ts'
import type { OwnIssuers } from '../config/own-providers.ts'
import type { Context } from '../context.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { resetDeliveryRefusals } from '../mail/confirm.ts'
import { inquire } from '../mail/inquiry.ts'
import { type MailDeps, queueMail } from '../mail/outbox.ts'
import type { Inquiry } from '../mail/queue-inquiry.ts'
import { issueMailedToken, supersedeUserTokens } from '../mailed-tokens/issue.ts'
import { mailedLink } from '../mailed-tokens/link.ts'
import { emailKey } from '../text/email.ts'

export const forgotPasswordRefusals = ['rate_limit:exceeded', ...resetDeliveryRefusals] as const

type ForgotPasswordRefusal = (typeof forgotPasswordRefusals)[number]

/** Afterwards the worker will find the address's owner and mail them. The answer is the same for every address. */
export const forgotPassword = (
  ctx: Context<ForgotPasswordRefusal>,
  { email, client }: { readonly email: string; readonly client: Caller },
): Promise<void> =>
  inquire(ctx, { purpose: 'password_reset', email, client }, 'worker:password_reset_email_send_failed')

type Wish = Inquiry & { readonly ownIssuers: OwnIssuers }

/**
 * Afterwards the owner of the account with that address is mailed a link, or the names of the providers if the account
 * has no password but a working connection [FD7]. Returns whether there is such an account.
 */
export async function mailReset(
  tx: Transaction,
  deps: MailDeps,
  { email, client, ownIssuers }: Wish,
): Promise<boolean> {
  const [user] = await tx
    .select()
    .from(users)
    .where(eq(users.emailKey, emailKey(email)))
    .for('no key update')
  if (user === undefined) return false
  await audit(tx, { type: 'password_reset_requested', userId: user.id, client })
  await mailResetTo(tx, deps, user, { client, ownIssuers })
  return true
}

/** The same for the account, without the event; gives the mail's id. */
export async function mailResetTo(
  tx: Transaction,
  deps: MailDeps,
  user: Owner,
  { client, ownIssuers }: Pick<Wish, 'client' | 'ownIssuers'>,
): Promise<string> {
  const connections = user.passwordHash === null ? await findWorkingConnections(tx, ownIssuers, user.id) : []
  if (connections.length === 0) return mailPasswordLink(tx, deps, user, client)
  const providers = connections.map(({ name }) => name)
  const content = { template: 'no_password_notice' as const, to: user.email, providers }
  const ttlSeconds = deps.config.passwordResetTtlSeconds
  return queueMail(tx, deps, { content, tokenId: null, userId: user.id, ttlSeconds, client })
}

type Owner = Pick<typeof users.$inferSelect, 'id' | 'email' | 'emailKey' | 'passwordHash'>

/**
 * Afterwards a link to set a new or a first password is on its way to the account's address, and older links are dead.
 * Returns the mail's id.
 */
export async function mailPasswordLink(
  tx: Transaction,
  deps: MailDeps,
  { id: userId, email: to, emailKey: addressKey, passwordHash }: Owner,
  client?: Inquiry['client'],
): Promise<string> {
  const ttlSeconds = deps.config.passwordResetTtlSeconds
  await supersedeUserTokens(tx, userId, ['password_reset'])
  const token = await issueMailedToken(tx, { purpose: 'password_reset', userId, addressKey, ttlSeconds })
  const link = mailedLink(deps.config, 'reset-password', token.text)
  const template = passwordHash === null ? ('first_password' as const) : ('password_reset' as const)
  return queueMail(tx, deps, {
    content: { template, to, link },
    tokenId: token.id,
    ttlSeconds,
    ...(client && { client }),
  })
}
