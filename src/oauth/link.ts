import { and, eq, ne } from 'drizzle-orm'
import { connect } from '../accounts/connect.ts'
import { audit } from '../accounts/history.ts'
import { countWayIn, tellAdminsOfWayIn } from '../accounts/tell-admins.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { oauthIdentities } from '../db/schema/oauth.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { lockOwnAccount } from '../sign-in/lock-account.ts'
import type { Identity, Provider } from './provider.ts'
import { type Return, takeIdentity, takeIdentityRefusals } from './take-identity.ts'

export const linkIdentityRefusals = [
  ...takeIdentityRefusals,
  'oauth:account_already_linked',
  'user:invalid_session',
  'rate_limit:exceeded',
] as const

type LinkIdentityRefusal = (typeof linkIdentityRefusals)[number]

type Arrival = Omit<Return, 'flow' | 'sessionId'> & { readonly client: Caller }

/** Afterwards that provider opens the account as well; returns the page to go on to. */
export async function linkIdentity(
  ctx: Context<LinkIdentityRefusal>,
  signedIn: SignedIn,
  { client, ...arrival }: Arrival,
): Promise<string> {
  const { sessionId } = signedIn
  const { provider, identity, redirectTo } = await takeIdentity(ctx, { ...arrival, flow: 'link', sessionId })
  await countWayIn(ctx, signedIn.user)
  await transaction(ctx.pool, async (tx) => {
    const user = await lockOwnAccount(ctx, tx, signedIn)
    await putIdentity(ctx, tx, { userId: user.id, provider, identity })
    await audit(tx, { type: 'oauth_linked', userId: user.id, client, metadata: { provider: provider.slug } })
    await notifyOwner(tx, ctx, user, { template: 'oauth_linked', provider: provider.name })
    await tellAdminsOfWayIn(tx, ctx, signedIn.user, { what: 'connection', provider: provider.name })
  })
  return redirectTo
}

type NewIdentity = { readonly userId: string; readonly provider: Provider; readonly identity: Identity }

async function putIdentity(
  ctx: Context<'oauth:account_already_linked'>,
  tx: Transaction,
  { userId, provider, identity }: NewIdentity,
): Promise<void> {
  const { id: providerId, namespace: issuer } = provider
  // A connection from before the provider moved opens nothing any more, but would conflict with the new one [FD7].
  await tx
    .delete(oauthIdentities)
    .where(
      and(
        eq(oauthIdentities.userId, userId),
        eq(oauthIdentities.providerId, providerId),
        ne(oauthIdentities.issuer, issuer),
      ),
    )
  const { subject, pictureUrl } = identity
  const email = identity.email?.isProven ? identity.email.text : undefined
  await connect(tx, { userId, providerId, issuer, subject, email, pictureUrl }, (cause) =>
    ctx.fault('oauth:account_already_linked', { cause }),
  )
}
