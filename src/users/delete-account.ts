import { provePassword } from '../auth/prove-password.ts'
import type { Context } from '../context.ts'
import { transaction } from '../db/transaction.ts'
import type { Client, HashingClient } from '../http/client.ts'
import { confirmDelivery, type DeliveryRefusal } from '../mail/confirm.ts'
import { limitMails } from '../mail/limit.ts'
import { queueMail } from '../mail/outbox.ts'
import { type AccountTransaction, changeAccounts } from '../sessions/change-accounts.ts'
import { lockOwnAccount } from '../sessions/open.ts'
import type { SignedIn } from '../sessions/signed-in.ts'
import { issueMailedToken, supersedeUserTokens } from '../tokens/issue.ts'
import { mailedLink } from '../tokens/link.ts'
import { takeMailedToken } from '../tokens/take.ts'
import { claimCode } from '../totp/check-code.ts'
import { proveCode } from '../totp/prove-code.ts'
import { audit } from './audit.ts'
import { emailKey } from './email.ts'
import { eraseAccount } from './erase-account.ts'
import { keepLastAdmin } from './keep-last-admin.ts'

type Refusal =
  | 'user:reauthentication_required'
  | 'user:cannot_manage_self'
  | 'user:invalid_password'
  | 'user:invalid_session'
  | 'totp:invalid_code'
  | 'totp:backup_code_exhausted'
  | 'rate_limit:exceeded'
  | 'system:hashing_error'
  | DeliveryRefusal

type Proof = {
  readonly password?: string | undefined
  readonly totpCode?: string | undefined
  readonly client: HashingClient
}

/** Afterwards the account is erased, or, where it has nothing to prove itself with, a link that erases it is on its way. */
export async function deleteAccount(
  ctx: Context<Refusal>,
  signedIn: SignedIn,
  { password, totpCode, client }: Proof,
): Promise<'deleted' | 'mailed'> {
  const { user } = signedIn
  if (password !== undefined && user.hasPassword) {
    const wrong = 'user:invalid_password'
    const provenVersion = await provePassword(ctx, signedIn, { password, wrong, act: 'delete_account', client })
    await changeAccounts(ctx, async (tx) => {
      const account = await lockOwnAccount(ctx, tx, signedIn)
      if (account.passwordVersion !== provenVersion) throw ctx.fault(wrong)
      await eraseOwn(ctx, tx, { userId: user.id, client })
    })
    return 'deleted'
  }
  if (totpCode !== undefined && user.totpEnabled) {
    const proof = { code: totpCode, purpose: 'disable', act: 'delete_account', client } as const
    const checked = await proveCode(ctx, signedIn, proof)
    await changeAccounts(ctx, async (tx) => {
      await lockOwnAccount(ctx, tx, signedIn)
      if (!(await claimCode(tx, 'disable', checked))) throw ctx.fault('totp:invalid_code')
      if (checked.kind === 'backup') await audit(tx, { type: 'backup_code_used', userId: user.id, client })
      await eraseOwn(ctx, tx, { userId: user.id, client })
    })
    return 'deleted'
  }
  if (user.hasPassword || user.totpEnabled) throw ctx.fault('user:reauthentication_required')
  await mailLink(ctx, signedIn, client)
  return 'mailed'
}

type Erasure = { readonly userId: string; readonly client: Client }

async function eraseOwn(ctx: Context<'user:cannot_manage_self'>, tx: AccountTransaction, { userId, client }: Erasure) {
  await keepLastAdmin(ctx, tx, userId)
  await audit(tx, { type: 'deletion_requested', userId, client })
  await eraseAccount(ctx, tx, userId)
}

async function mailLink(
  ctx: Context<'user:cannot_manage_self' | 'user:invalid_session' | 'rate_limit:exceeded' | DeliveryRefusal>,
  signedIn: SignedIn,
  client: Client,
): Promise<void> {
  await limitMails(ctx, 'account_deletion', emailKey(signedIn.user.email))
  const ttlSeconds = ctx.config.accountDeletionTtlSeconds
  const mailId = await transaction(ctx.pool, async (tx) => {
    const { id: userId, email: to } = await lockOwnAccount(ctx, tx, signedIn)
    await keepLastAdmin(ctx, tx, userId)
    await supersedeUserTokens(tx, userId, ['account_deletion'])
    const addressKey = emailKey(to)
    const token = await issueMailedToken(tx, { purpose: 'account_deletion', userId, addressKey, ttlSeconds })
    await audit(tx, { type: 'deletion_requested', userId, client })
    const content = {
      template: 'account_deletion' as const,
      to,
      link: mailedLink(ctx.config, 'confirm-deletion', token.text),
    }
    return queueMail(tx, ctx, { content, tokenId: token.id, ttlSeconds, client })
  })
  await confirmDelivery(ctx, mailId, client)
}

/** Afterwards the account whose owner opened the mailed link is erased. */
export function confirmDeletion(
  ctx: Context<'token:invalid_account_deletion' | 'user:cannot_manage_self'>,
  { token, client }: { readonly token: string; readonly client: Client },
): Promise<void> {
  return changeAccounts(ctx, async (tx) => {
    const taken = await takeMailedToken(tx, { text: token, purpose: 'account_deletion' })
    if (typeof taken === 'string' || taken.userId === null) throw ctx.fault('token:invalid_account_deletion')
    await eraseOwn(ctx, tx, { userId: taken.userId, client })
  })
}
