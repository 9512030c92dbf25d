import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import { type Shown, showsSecondStep } from '../credentials/methods.ts'
import { transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { type FactorName, methodsOfFactors } from './factors.ts'
import { type Claim, FactorNeededError, type SigningIn } from './finish.ts'
import { lockAccount } from './lock-account.ts'
import { issuePendingLogin } from './pending.ts'
import type { FactorOutcome } from './reply.ts'

type FirstStep = {
  readonly user: {
    readonly id: string
    readonly email: string
    readonly emailKey: string
    readonly factors: readonly FactorName[]
    readonly isBanned: boolean
  }
  readonly deviceId: string | null
  readonly rememberMe: boolean
  readonly shown: Shown
  readonly client: Caller
}

/** The last step of a way to sign in if no second factor is asked for. */
type LastStep<Outcome> = (signingIn: SigningIn, claim: Claim) => Promise<Outcome>

/**
 * Every sign-in goes on here after its first proof. Only a passkey skips the second step: it is two factors by itself
 * [MF4].
 */
export async function continueLogin<Outcome>(
  ctx: Context<'user:banned'>,
  { user, deviceId, rememberMe, shown, client }: FirstStep,
  claim: Claim,
  finish: LastStep<Outcome>,
): Promise<Outcome | FactorOutcome> {
  if (user.isBanned) {
    await audit(ctx.db, { type: 'login_failed', userId: user.id, client, metadata: { reason: 'banned' } })
    throw ctx.fault('user:banned')
  }
  let { factors } = user
  if (factors.length === 0 || showsSecondStep(shown.methods)) {
    try {
      return await finish({ user, deviceId, rememberMe, shown, client }, claim)
    } catch (error) {
      if (!(error instanceof FactorNeededError)) throw error
      factors = error.factors
    }
  }
  const tempToken = await transaction(ctx.pool, async (tx) => {
    await claim(tx, await lockAccount(tx, user.id))
    const ttlSeconds = ctx.config.totpLoginTtlSeconds
    return issuePendingLogin(tx, { userId: user.id, rememberMe, methods: shown.methods, ttlSeconds })
  })
  return { next: 'second factor', tempToken, methods: methodsOfFactors(factors) }
}
