import { eq } from 'drizzle-orm'
import { findConnections } from '../accounts/connections.ts'
import { audit } from '../accounts/history.ts'
import { oauthIdentities, oauthSignUps } from '../db/schema/oauth.ts'
import type { Transaction } from '../db/transaction.ts'
import { byRecovery, type From, type Opening } from '../sign-in/opening.ts'
import type { Removed } from '../sign-in/removed.ts'

export const oauthOpenings: readonly Opening[] = [
  { table: oauthIdentities, takeBack: takeBackConnections },
  { table: oauthSignUps, takeBack: endSignUps },
]

async function takeBackConnections(tx: Transaction, { userId, since, client }: From): Promise<Removed[]> {
  const younger = (await findConnections(tx, userId)).filter(({ createdAt }) => createdAt > since)
  for (const { id, slug: provider } of younger) {
    await tx.delete(oauthIdentities).where(eq(oauthIdentities.id, id))
    await audit(tx, { type: 'oauth_unlinked', userId, client, metadata: { ...byRecovery, provider } })
  }
  return younger.map(({ slug: provider }) => ({ what: 'connection', provider }))
}

/** The request that made the account could be repeated for a minute, and would open it again. */
async function endSignUps(tx: Transaction, { userId }: From): Promise<Removed[]> {
  await tx.delete(oauthSignUps).where(eq(oauthSignUps.userId, userId))
  return []
}
