import type { Context } from '../context.ts'
import type { Purpose } from '../tokens/issue.ts'
import { addressDigest } from '../users/email.ts'

const quota = 5
const windowSeconds = 3600

/** Counts one mail to the address, registered or not, so that nobody's mailbox is flooded [RL5]. */
export async function limitMails(
  ctx: Context<'rate_limit:exceeded'>,
  purpose: Purpose,
  addressKey: string,
): Promise<void> {
  const { rateLimits } = ctx.config
  if (rateLimits === 'off') return
  const [tally] = await ctx.sharedCounter.hit([{ key: `mail:${purpose}:${addressDigest(addressKey)}`, windowSeconds }])
  if (tally && tally.count > Math.max(1, Math.round(quota * rateLimits))) {
    throw ctx.fault('rate_limit:exceeded', {
      retryAfterSeconds: tally.resetsInSeconds,
      details: 'This address was sent as many mails of this kind as it may get in an hour.',
    })
  }
}
