import { eq } from 'drizzle-orm'
import { issuePendingSignUp } from '../accounts/pending-sign-up.ts'
import { demandSignUp, type SignUpPolicyRefusal } from '../accounts/sign-up-policy.ts'
import { suggestHandle } from '../accounts/suggest-handle.ts'
import type { Context } from '../context.ts'
import { users } from '../db/schema/users.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { MailedToken } from '../mailed-tokens/take.ts'
import type { SignUpOutcome } from '../sign-in/reply.ts'

type Gone = 'token:invalid_sign_in' | 'email:invalid_code_token'

type Shown = {
  readonly take: (tx: Transaction) => Promise<void>
  /** The refusal if an account has the address by now. */
  readonly gone: Gone
  /** Gives the browser a name, to which the sign-up is bound. Returns the digest; undefined for an app. */
  readonly nameBrowser: () => Buffer | undefined
}

/** Afterwards a sign-up waits for its handle. The link or the digits have proven that the client reads the mails. */
export async function beginSignUp(
  ctx: Context<Gone | SignUpPolicyRefusal>,
  { address, addressKey, rememberMe }: MailedToken,
  { take, gone, nameBrowser }: Shown,
): Promise<SignUpOutcome> {
  if (address === null) throw ctx.fault(gone)
  demandSignUp(ctx, address)
  const anonymousDigest = nameBrowser()
  const pendingToken = await transaction(ctx.pool, async (tx) => {
    await take(tx)
    const [owner] = await tx.select({ id: users.id }).from(users).where(eq(users.emailKey, addressKey))
    if (owner) throw ctx.fault(gone)
    return issuePendingSignUp(tx, ctx.config, { email: address, needsMail: false, rememberMe, anonymousDigest })
  })
  const suggestedHandle = await suggestHandle(ctx.db, [address.slice(0, address.lastIndexOf('@'))])
  return { next: 'sign-up', pendingToken, email: address, suggestedHandle }
}
