import { and, eq, sql } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import { securityEvents } from '../db/schema/users.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { lockAccount } from '../sign-in/lock-account.ts'
import { type GoodChallenge, spendChallenge } from './challenge.ts'

type Suspicion = {
  readonly challenge: GoodChallenge
  readonly passkey: { readonly id: string; readonly name: string }
  readonly ownerId: string
  readonly client: Caller
}

/**
 * Refuses a passkey that cannot leave its device but whose counter did not grow: somebody may have a copy. Afterwards
 * that is in the history, and the owner has been mailed, at most once a day [PK8].
 */
export async function refuseSuspected(
  ctx: Context<'passkey:invalid_challenge' | 'passkey:invalid_assertion'>,
  { challenge, passkey, ownerId, client }: Suspicion,
): Promise<never> {
  await transaction(ctx.pool, async (tx) => {
    const owner = await lockAccount(tx, ownerId)
    // The same answer sent again is nothing new.
    if (!(await spendChallenge(tx, challenge))) throw ctx.fault('passkey:invalid_challenge')
    const wasTold = await isToldToday(tx, ownerId)
    const metadata = { passkey: passkey.id }
    await audit(tx, { type: 'passkey_clone_suspected', userId: ownerId, client, metadata })
    if (owner && !wasTold)
      await notifyOwner(tx, ctx, owner, { template: 'passkey_clone_suspected', name: passkey.name })
  })
  throw ctx.fault('passkey:invalid_assertion', { details: 'The counter of a key that is bound to its device fell.' })
}

async function isToldToday(tx: Transaction, userId: string): Promise<boolean> {
  const isToday = sql`${securityEvents.createdAt} > now() - interval '24 hours'`
  const found = await tx
    .select({ id: securityEvents.id })
    .from(securityEvents)
    .where(and(eq(securityEvents.userId, userId), eq(securityEvents.type, 'passkey_clone_suspected'), isToday))
    .limit(1)
  return found.length > 0
}
