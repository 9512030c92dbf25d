import { asc } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { oauthProviders } from '../db/schema/oauth.ts'
import type { TokenAuthMethod } from './dialect.ts'

type Row = typeof oauthProviders.$inferSelect

const methodOf = ({ tokenAuth }: Row): TokenAuthMethod =>
  tokenAuth === 'post' ? 'client_secret_post' : 'client_secret_basic'

/** A provider as administrators see it, without its secret. */
export const presentProvider = (row: Row) => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  client_id: row.clientId,
  ...(row.issuer !== null && { issuer: row.issuer }),
  authorization_endpoint: row.authorizationEndpoint,
  token_endpoint: row.tokenEndpoint,
  ...(row.userinfoEndpoint !== null && { userinfo_endpoint: row.userinfoEndpoint }),
  email_verification: row.emailVerification,
  nonce: row.nonce,
  token_endpoint_auth_method: methodOf(row),
  authorize_parameters: row.authorizeParameters,
  audiences: row.audiences,
  scopes: row.scopes,
  image_hosts: row.imageHosts,
  created_at: row.createdAt.toISOString(),
})

export type ShownProvider = ReturnType<typeof presentProvider>

export async function listRegistered(db: Database): Promise<ShownProvider[]> {
  return (await db.select().from(oauthProviders).orderBy(asc(oauthProviders.slug))).map(presentProvider)
}
