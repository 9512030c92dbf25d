import type { Context } from '../context.ts'
import { countEvent } from '../quota.ts'
import type { Purpose } from '../tokens/issue.ts'
import { addressDigest } from '../users/email.ts'

const windowSeconds = 3600
const mailsToAnAddress = 5
/** Whoever comes from many networks and names many addresses must not ruin the sender's name with every mail server. */
const mailsToAll = 10_000

/** Counts one mail to the address, registered or not, so that nobody's mailbox is flooded [RL5]. */
export async function limitMails(
  ctx: Context<'rate_limit:exceeded'>,
  purpose: Purpose,
  addressKey: string,
): Promise<void> {
  await countEvent(ctx, {
    key: `mail:${purpose}:${addressDigest(addressKey)}`,
    quota: mailsToAnAddress,
    windowSeconds,
    details: 'This address was sent as many mails of this kind as it may get in an hour.',
  })
  // Afterwards, so that what was refused for one address does not use up the mails of all.
  await countEvent(ctx, {
    key: 'mail',
    quota: mailsToAll,
    windowSeconds,
    details: 'The server has sent as many mails as it may in an hour.',
  })
}
