import type { Shown } from '../credentials/methods.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import type { Caller } from '../http/caller.ts'
import { queueMail } from '../mail/outbox.ts'
import { issueMailedToken } from '../mailed-tokens/issue.ts'
import { mailedLink } from '../mailed-tokens/link.ts'

type HeldLogin = {
  readonly user: { readonly id: string; readonly email: string; readonly emailKey: string }
  readonly rememberMe: boolean
  readonly shown: Shown
  readonly client: Caller
}

/**
 * Afterwards the login waits for whoever opens the link mailed to the account; gives the mail's id. Others that wait go
 * on waiting.
 */
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
