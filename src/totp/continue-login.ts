import type { Context } from '../context.ts'
import { transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'
import type { DeliveryRefusal } from '../mail/confirm.ts'
import type { Shown } from '../sessions/methods.ts'
import { lockAccount } from '../sessions/open.ts'
import type { LoginOutcome } from '../sessions/reply.ts'
import { type Claim, signIn } from '../sessions/sign-in.ts'
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

/** The one way on from a first proof, a password or a provider's word: no way in skips the code [MF4]. */
export async function continueLogin(
  ctx: Context<'user:banned' | 'rate_limit:exceeded' | DeliveryRefusal>,
  { user, deviceId, rememberMe, shown, client }: FirstStep,
  claim: Claim,
): Promise<LoginOutcome> {
  if (user.isBanned) {
    await audit(ctx.db, { type: 'login_failed', userId: user.id, client, metadata: { reason: 'banned' } })
    throw ctx.fault('user:banned')
  }
  if (user.totpEnabledAt === null) return signIn(ctx, { user, deviceId, rememberMe, shown, client }, claim)
  const tempToken = await transaction(ctx.pool, async (tx) => {
    await claim(tx, await lockAccount(tx, user.id))
    const ttlSeconds = ctx.config.totpLoginTtlSeconds
    return issuePendingLogin(tx, { userId: user.id, rememberMe, methods: shown.methods, ttlSeconds })
  })
  return { next: 'totp', tempToken }
}
