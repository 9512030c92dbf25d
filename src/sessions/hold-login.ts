import { and, eq, isNull, sql } from 'drizzle-orm'
import { pendingLogins } from '../db/schema/totp.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import type { Client } from '../http/client.ts'
import { queueMail } from '../mail/outbox.ts'
import { issueMailedToken, supersedeUserTokens } from '../tokens/issue.ts'
import { mailedLink } from '../tokens/link.ts'
import type { Shown } from './methods.ts'

type HeldLogin = {
  readonly user: { readonly id: string; readonly email: string; readonly emailKey: string }
  readonly rememberMe: boolean
  readonly shown: Shown
  readonly client: Client
}

/** Afterwards the login waits for whoever opens the link mailed to the account; gives the mail's id. Others that wait go on waiting. */
export async function holdLogin(
  tx: Transaction,
  deps: Deps,
  { user, rememberMe, shown, client }: HeldLogin,
): Promise<string> {
  const ttlSeconds = deps.config.deviceVerifyTtlSeconds
  const { id: userId, email, emailKey: addressKey } = user
  const { methods } = shown
  const token = await issueMailedToken(tx, {
    purpose: 'device_verify',
    userId,
    addressKey,
    rememberMe,
    methods,
    ttlSeconds,
  })
  const link = mailedLink(deps.config, 'verify-device', token.text)
  const { userAgent, address: ipAddress } = client
  const content = { template: 'device_link' as const, to: email, link, shown, userAgent, ipAddress }
  return queueMail(tx, deps, { content, tokenId: token.id, ttlSeconds, client })
}

/** Afterwards no login that waits, for its device link or for its code, can be finished, nor a deletion by link: what opens the account has changed. */
export async function endHeldLogins(tx: Transaction, userId: string): Promise<void> {
  await supersedeUserTokens(tx, userId, ['device_verify', 'account_deletion'])
  await tx
    .update(pendingLogins)
    .set({ endedAt: sql`now()` })
    .where(and(eq(pendingLogins.userId, userId), isNull(pendingLogins.usedAt), isNull(pendingLogins.endedAt)))
}
