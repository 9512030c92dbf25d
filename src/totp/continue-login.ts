import type { Context } from '../context.ts'
import { transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'
import type { Shown } from '../sessions/methods.ts'
import { lockAccount } from '../sessions/open.ts'
import type { CodeOutcome } from '../sessions/reply.ts'
import { type Claim, CodeNeededError, type SigningIn } from '../sessions/sign-in.ts'
import { audit } from '../users/audit.ts'
import { issuePendingLogin } from './pending-login.ts'

type FirstStep = {
  readonly user: {
    readonly id: string
    readonly email: string
    readonly emailKey: string
    readonly totpEnabledAt: Date | null
    readonly isBanned: boolean
  }
  readonly deviceId: string | null
  readonly rememberMe: boolean
  readonly shown: Shown
  readonly client: Client
}

/** How a way in ends where no code is asked for. */
type LastStep<Outcome> = (signingIn: SigningIn, claim: Claim) => Promise<Outcome>

/** The one way on from a first proof, a password or a provider's word: no way in skips the code [MF4]. */
export async function continueLogin<Outcome>(
  ctx: Context<'user:banned'>,
  { user, deviceId, rememberMe, shown, client }: FirstStep,
  claim: Claim,
  finish: LastStep<Outcome>,
): Promise<Outcome | CodeOutcome> {
  if (user.isBanned) {
    await audit(ctx.db, { type: 'login_failed', userId: user.id, client, metadata: { reason: 'banned' } })
    throw ctx.fault('user:banned')
  }
  if (user.totpEnabledAt === null) {
    try {
      return await finish({ user, deviceId, rememberMe, shown, client }, claim)
    } catch (error) {
      if (!(error instanceof CodeNeededError)) throw error
    }
  }
  const tempToken = await transaction(ctx.pool, async (tx) => {
    await claim(tx, await lockAccount(tx, user.id))
    const ttlSeconds = ctx.config.totpLoginTtlSeconds
    return issuePendingLogin(tx, { userId: user.id, rememberMe, methods: shown.methods, ttlSeconds })
  })
  return { next: 'totp', tempToken }
}
