import { eraseAccount } from '../accounts/erase-account.ts'
import { audit } from '../accounts/history.ts'
import { keepLastAdmin } from '../accounts/keep-last-admin.ts'
import type { Context } from '../context.ts'
import { type AccountTransaction, changeAccounts } from '../credentials/change-accounts.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { transaction } from '../db/transaction.ts'
import type { Caller, HashingCaller } from '../http/caller.ts'
import { confirmDelivery, type DeliveryRefusal, deliveryRefusals } from '../mail/confirm.ts'
import { queueMail } from '../mail/outbox.ts'
import { issueMailedToken, supersedeUserTokens } from '../mailed-tokens/issue.ts'
import { mailedLink } from '../mailed-tokens/link.ts'
import { takeMailedToken } from '../mailed-tokens/take.ts'
import { lockOwnAccount } from '../sign-in/lock-account.ts'
import type { Proven } from '../sign-in/proven.ts'
import { type AnyReproof, type Given, reproofs } from '../sign-in/reproofs.ts'
import { emailKey } from '../text/email.ts'
import { limitMails } from '../throttling/mails.ts'

const proofRefusals = reproofs.flatMap(({ deletion }) => [...deletion.codes])

type ProofRefusal = (typeof proofRefusals)[number]

export const deleteAccountRefusals = [
  'user:reauthentication_required',
  'user:cannot_manage_self',
  'user:invalid_session',
  'rate_limit:exceeded',
  ...proofRefusals,
  ...deliveryRefusals,
] as const

type DeleteAccountRefusal = (typeof deleteAccountRefusals)[number]

export const confirmDeletionRefusals = ['token:invalid_account_deletion', 'user:cannot_manage_self'] as const

type ConfirmDeletionRefusal = (typeof confirmDeletionRefusals)[number]

type Proof = {
  /** The proof that was sent. */
  readonly shown: { readonly by: AnyReproof; readonly given: Given } | undefined
  readonly client: HashingCaller
}

/**
 * Afterwards the account is erased. If it has nothing to prove itself with, a link that erases it has been mailed
 * instead.
 */
export async function deleteAccount(
  ctx: Context<DeleteAccountRefusal>,
  signedIn: SignedIn,
  proof: Proof,
): Promise<'deleted' | 'mailed'> {
  const { user } = signedIn
  const proven = await proveAgain(ctx, signedIn, proof)
  if (proven !== undefined) {
    await changeAccounts(ctx, async (tx) => {
      await proven.claim(tx, await lockOwnAccount(ctx, tx, signedIn))
      await eraseOwn(ctx, tx, { userId: user.id, client: proof.client })
    })
    return 'deleted'
  }
  if (await canProve(ctx, user)) throw ctx.fault('user:reauthentication_required')
  await mailLink(ctx, signedIn, proof.client)
  return 'mailed'
}

/** Whether the owner has any proof to show. If not, a mailed link is the only way to delete the account. */
async function canProve(ctx: Context<never>, user: SignedIn['user']): Promise<boolean> {
  for (const { isHeld, deletion } of reproofs)
    if (isHeld(user) && ((await deletion.canBeShown?.(ctx, user)) ?? true)) return true
  return false
}

/** Checks the proof that was sent. Returns undefined if none was sent or the account does not have this kind. */
async function proveAgain(
  ctx: Context<ProofRefusal>,
  signedIn: SignedIn,
  { shown, client }: Proof,
): Promise<Proven | undefined> {
  if (!shown?.by.isHeld(signedIn.user)) return undefined
  return shown.by.deletion.prove(ctx, signedIn, shown.given, client)
}

type Erasure = { readonly userId: string; readonly client: Caller }

async function eraseOwn(ctx: Context<'user:cannot_manage_self'>, tx: AccountTransaction, { userId, client }: Erasure) {
  await keepLastAdmin(ctx, tx, userId)
  await audit(tx, { type: 'deletion_requested', userId, client })
  await eraseAccount(ctx, tx, userId)
}

async function mailLink(
  ctx: Context<'user:cannot_manage_self' | 'user:invalid_session' | 'rate_limit:exceeded' | DeliveryRefusal>,
  signedIn: SignedIn,
  client: Caller,
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
  ctx: Context<ConfirmDeletionRefusal>,
  { token, client }: { readonly token: string; readonly client: Caller },
): Promise<void> {
  return changeAccounts(ctx, async (tx) => {
    const taken = await takeMailedToken(tx, { token, purpose: 'account_deletion' })
    if (typeof taken === 'string' || taken.userId === null) throw ctx.fault('token:invalid_account_deletion')
    await eraseOwn(ctx, tx, { userId: taken.userId, client })
  })
}
