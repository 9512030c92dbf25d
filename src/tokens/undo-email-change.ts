import { randomBytes } from 'node:crypto'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import { devices, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { HashingClient } from '../http/client.ts'
import { queueNotice } from '../mail/outbox.ts'
import { countMailboxHash } from '../password/hash-ticket.ts'
import { hashPassword } from '../password/secret.ts'
import { changedPassword } from '../password/store.ts'
import { changeAccounts } from '../sessions/change-accounts.ts'
import { endSessions } from '../sessions/end.ts'
import { endHeldLogins } from '../sessions/hold-login.ts'
import { audit } from '../users/audit.ts'
import { giveAddress } from './confirm-email-change.ts'
import { issueMailedToken, supersedeUserTokens } from './issue.ts'
import { mailedLink } from './link.ts'
import { peekMailedToken, takeMailedToken } from './take.ts'

type Refusal = 'token:invalid_email_change' | 'user:email_already_exists' | 'rate_limit:exceeded'

type Proof = { readonly token: string; readonly client: HashingClient }

/**
 * Afterwards the account has its old address back and nobody is in it: no session, no device, no link, and a password that
 * nobody knows. The old address holds a link to set a new one. Undo links of older changes go on; younger ones are void.
 */
export async function undoEmailChange(ctx: Context<Refusal>, { token, client }: Proof): Promise<void> {
  const wanted = { text: token, purpose: 'email_undo' } as const
  const peeked = await peekMailedToken(ctx.db, wanted)
  if (typeof peeked === 'string') throw ctx.fault('token:invalid_email_change')
  const ticket = await countMailboxHash(ctx, peeked, client)
  const unknownHash = await hashPassword(ctx, randomBytes(32).toString('base64url'), ticket)

  await changeAccounts(ctx, async (tx) => {
    const taken = await takeMailedToken(tx, wanted)
    if (typeof taken === 'string' || taken.userId === null || taken.address === null) {
      throw ctx.fault('token:invalid_email_change')
    }
    const { userId, address, addressKey, createdAt } = taken
    await giveAddress(ctx, tx, userId, address)
    await supersedeUserTokens(tx, userId, ['email_change', 'password_reset'])
    await endHeldLogins(tx, userId)
    await voidYoungerUndoLinks(tx, userId, createdAt)
    await endSessions(tx, userId, { reason: 'email_change_undone' })
    await tx.delete(devices).where(eq(devices.userId, userId))
    await tx.update(users).set(changedPassword(unknownHash)).where(eq(users.id, userId))
    await audit(tx, { type: 'email_change_undone', userId, client })
    await queueResetLink(tx, ctx, { userId, address, addressKey })
  })
}

async function voidYoungerUndoLinks(tx: Transaction, userId: string, createdAt: Date): Promise<void> {
  await tx
    .update(mailedTokens)
    .set({ supersededAt: sql`now()` })
    .where(
      and(
        eq(mailedTokens.userId, userId),
        eq(mailedTokens.purpose, 'email_undo'),
        gt(mailedTokens.createdAt, createdAt),
        isNull(mailedTokens.usedAt),
        isNull(mailedTokens.supersededAt),
      ),
    )
}

type Restored = { readonly userId: string; readonly address: string; readonly addressKey: string }

async function queueResetLink(
  tx: Transaction,
  ctx: Context<never>,
  { userId, address, addressKey }: Restored,
): Promise<void> {
  const ttlSeconds = ctx.config.passwordResetTtlSeconds
  const token = await issueMailedToken(tx, { purpose: 'password_reset', userId, addressKey, ttlSeconds })
  const link = mailedLink(ctx.config, 'reset-password', token.text)
  await queueNotice(tx, ctx, {
    content: { template: 'password_reset', to: address, link },
    tokenId: token.id,
    ttlSeconds,
  })
}
