import { eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { users } from '../db/schema/users.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import type { HashingCaller } from '../http/caller.ts'
import { admitAttempt, clearAttempts, recordFailure } from '../throttling/attempts.ts'
import { accountAttempts } from '../throttling/attempts-key.ts'
import { isPasswordRight } from '../throttling/hash-password.ts'
import { countOwnHash } from '../throttling/hash-ticket.ts'
import type { Proven } from './proven.ts'

type Proof<Wrong extends ErrorCode> = {
  readonly password: string
  /** The refusal of a wrong password. */
  readonly wrong: Wrong
  /** What the password was sent for, for the audit. */
  readonly act: 'reauthenticate' | 'change_password' | 'change_email' | 'delete_account'
  readonly client: HashingCaller
}

/**
 * Afterwards the password is proven to be the account's. `claim` checks that it still is when the act takes effect: if
 * several changes race, the first makes it wrong for the others.
 */
export async function provePassword<Wrong extends ErrorCode>(
  ctx: Context<Wrong | 'rate_limit:exceeded' | 'system:hashing_error'>,
  signedIn: SignedIn,
  { password, wrong, act, client }: Proof<Wrong>,
): Promise<Proven> {
  const { user, deviceId } = signedIn
  const key = accountAttempts(user.id, deviceId)
  await admitAttempt(ctx, key)
  const ticket = await countOwnHash(ctx, signedIn, client)
  const [account] = await ctx.db
    .select({ hash: users.passwordHash, version: users.passwordVersion })
    .from(users)
    .where(eq(users.id, user.id))
  const isRight = await isPasswordRight(ctx, account?.hash ?? undefined, password, ticket)
  if (!(account && isRight)) {
    await recordFailure(ctx, { key, owner: user, client, metadata: { act } })
    throw ctx.fault(wrong)
  }
  await clearAttempts(ctx.db, key)
  return {
    method: 'password',
    claim: async (_tx, { passwordVersion }) => {
      if (passwordVersion !== account.version) throw ctx.fault(wrong)
    },
  }
}
