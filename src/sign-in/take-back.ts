import { eq } from 'drizzle-orm'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import { changedPassword } from '../credentials/changed-password.ts'
import { users } from '../db/schema/users.ts'
import type { Caller } from '../http/caller.ts'
import { type MailDeps, queueNotice } from '../mail/outbox.ts'
import { issueMailedToken } from '../mailed-tokens/issue.ts'
import { mailedLink } from '../mailed-tokens/link.ts'
import { opensAccount } from './opens-account.ts'
import type { Removed } from './removed.ts'

type Recovery = {
  readonly userId: string
  /** What opens the account and was added after this moment is taken to be somebody else's. */
  readonly since: Date
  /** The hash of a password that nobody knows. */
  readonly unknownHash: string
  readonly by: 'owner' | 'operator'
  readonly client: Caller | undefined
}

/**
 * Afterwards nobody is in the account: it has no session, device or link, nothing that was added since, and a password
 * that nobody knows. Its address is mailed a link to set a new one. Returns what was removed, as listed in the mail
 * [AT7].
 */
export async function takeBack(
  tx: AccountTransaction,
  deps: MailDeps,
  { userId, since, unknownHash, by, client }: Recovery,
): Promise<readonly Removed[]> {
  tx.forget(userId)
  const removed: Removed[] = []
  for (const wayIn of opensAccount) removed.push(...(await wayIn.takeBack(tx, { userId, since, client })))
  const [user] = await tx
    .update(users)
    .set(changedPassword(unknownHash))
    .where(eq(users.id, userId))
    .returning({ email: users.email, emailKey: users.emailKey })
  if (user === undefined) throw new Error('an account was erased while its row was locked')
  const ttlSeconds = deps.config.passwordResetTtlSeconds
  const token = await issueMailedToken(tx, { purpose: 'password_reset', userId, addressKey: user.emailKey, ttlSeconds })
  const link = mailedLink(deps.config, 'reset-password', token.text)
  const content = { template: 'taken_back', to: user.email, link, by, since: since.toISOString(), removed } as const
  await queueNotice(tx, deps, { content, tokenId: token.id, ttlSeconds })
  return removed
}
