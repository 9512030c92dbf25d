import type { signUps } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { type MailDeps, queueMail } from '../mail/outbox.ts'
import { issueMailedToken, supersedeSignUpTokens } from '../mailed-tokens/issue.ts'
import { mailedLink } from '../mailed-tokens/link.ts'

/**
 * Afterwards the sign-up has one live link, which waits to be mailed; earlier links are dead. The owner of a registered
 * address gets a mail without a link, after the same statements.
 */
export async function queueSignUpMail(
  tx: Transaction,
  deps: MailDeps,
  signUp: typeof signUps.$inferSelect,
  client?: Pick<Caller, 'address'>,
): Promise<string> {
  const { id: signUpId, email, emailKey, handle, registered, createdAt, connection } = signUp
  await supersedeSignUpTokens(tx, signUpId)
  const ttlSeconds = deps.config.emailVerificationTtlSeconds
  const token = await issueMailedToken(tx, { purpose: 'verify_email', signUpId, addressKey: emailKey, ttlSeconds })
  const link = mailedLink(deps.config, 'verify-email', token.text)
  const content = registered
    ? ({ template: 'registered_notice', to: email } as const)
    : ({
        template: 'verify_email',
        to: email,
        handle,
        link,
        signedUpAt: createdAt.toISOString(),
        ...(connection && { provider: connection.providerName }),
      } as const)
  return queueMail(tx, deps, { content, tokenId: token.id, ttlSeconds, ...(client && { client }) })
}
