import { sql } from 'drizzle-orm'
import { isWorking, ofItsProvider } from '../accounts/connections.ts'
import { ownIssuers } from '../config/own-providers.ts'
import { oauthIdentities, oauthProviders } from '../db/schema/oauth.ts'
import type { WaysIn } from '../sign-in/way-in.ts'

export const wayInOf = (identityId: string): string => `connection ${identityId}`

export const connectionWaysIn: WaysIn = (config) => sql`
  select ${oauthIdentities.userId} as user_id, ${wayInOf('')} || ${oauthIdentities.id} as way
  from ${oauthIdentities} left join ${oauthProviders} on ${ofItsProvider} where ${isWorking(ownIssuers(config))}`
