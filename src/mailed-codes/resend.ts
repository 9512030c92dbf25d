import type { Context } from '../context.ts'
import type { Caller } from '../http/caller.ts'
import { deliveryRefusals } from '../mail/confirm.ts'
import { findPair, type Home } from '../mailed-tokens/find-pair.ts'
import { mailAgain, tooSoon } from './mail-again.ts'
import { describeStarted, resendAt, type StartedFlow } from './started.ts'

export const resendCodeRefusals = [
  'email:invalid_code_token',
  'email:code_token_expired',
  'rate_limit:exceeded',
  ...deliveryRefusals,
] as const

type ResendCodeRefusal = (typeof resendCodeRefusals)[number]

type Wish = { readonly codeToken: string; readonly home: Home; readonly client: Caller }

/** Afterwards what was mailed for the code token is mailed once more, as it was [MC6]. */
export async function resendCode(
  ctx: Context<ResendCodeRefusal>,
  { codeToken, home, client }: Wish,
): Promise<StartedFlow> {
  const { token, now } = await findPair(ctx, { codeToken, purposes: ['sign_in'], home })
  const { id, codeKeyId: keyId, expiresAt, mailedAt, address } = token
  if (mailedAt === null || address === null) throw new Error('a pair without a mail')
  const pair = { id, keyId, expiresAt, mailedAt }
  const msLeft = resendAt(ctx.config, mailedAt).getTime() - now.getTime()
  if (msLeft > 0) throw tooSoon(ctx, Math.ceil(msLeft / 1000))
  return describeStarted(ctx, await mailAgain(ctx, { pair, email: address, client }))
}
