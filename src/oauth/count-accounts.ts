import { type SQL, sql } from 'drizzle-orm'
import { isWorking, ofItsProvider } from '../accounts/connections.ts'
import type { Config } from '../config/config.ts'
import { ownIssuers } from '../config/own-providers.ts'
import type { Database } from '../db/database.ts'
import { oauthIdentities, oauthProviders } from '../db/schema/oauth.ts'
import { mailboxWayIn } from '../sign-in/way-in.ts'
import { selectWaysIn } from '../sign-in/ways-in.ts'
import { wayInOf } from './way-in.ts'

type Row = {
  /** The provider's name in paths, or its id if it has no row (deleted, or from the environment). */
  readonly slug: string
  readonly issuer: string
  /** Whether these connections can still be used to sign in. */
  readonly works: boolean
  readonly accounts: number
  /** Accounts that have no other working way in than a mail to their address. */
  readonly withoutOtherWay: number
}

/**
 * Counts the accounts that each provider opens, or opened before it was deleted or moved. Reads all connections [FD7].
 */
export async function countAccounts(db: Database, config: Config): Promise<readonly Row[]> {
  const { providerId, issuer } = oauthIdentities
  const { rows } = await db.execute<Row>(sql`
    select coalesce(${oauthProviders.slug}, ${providerId}) as slug, ${issuer} as issuer,
      ${isWorking(ownIssuers(config))} as works, count(*)::int as accounts,
      ${countWithoutOtherWay(config)} as "withoutOtherWay"
    from ${oauthIdentities} left join ${oauthProviders} on ${ofItsProvider}
    group by 1, 2, 3 order by 1, 2`)
  return rows
}

/** The counts as sentences, one line for each provider. */
export function describeProviders(rows: readonly Row[]): string {
  if (rows.length === 0) return 'No account has a connection at a provider.'
  const lines = rows.map(({ slug, issuer, works, accounts, withoutOtherWay }) => {
    const state = works ? 'works' : 'no longer works'
    return `${slug} (${issuer}) ${state}: ${accounts} accounts, ${withoutOtherWay} of them without another way in`
  })
  return [...lines, 'Whoever has no other way in sets a password by forgot-password once the provider is gone.'].join(
    '\n',
  )
}

type Opened = { readonly accounts: number; readonly withoutOtherWay: number }

/** Counts the accounts of one provider. */
export async function countAccountsOf(db: Database, config: Config, providerId: string): Promise<Opened> {
  const { rows } = await db.execute<Opened>(sql`
    select count(*)::int as accounts, ${countWithoutOtherWay(config)} as "withoutOtherWay"
    from ${oauthIdentities} where ${oauthIdentities.providerId} = ${providerId}`)
  return rows[0] as Opened
}

/** Counts the connections beside which only a mail to the address opens the account. */
const countWithoutOtherWay = (config: Config): SQL => sql`(count(*) filter (where not exists (
  select from (${selectWaysIn(config)}) as ways where ways.user_id = ${oauthIdentities.userId}
    and ways.way not in (${mailboxWayIn}, ${wayInOf('')} || ${oauthIdentities.id}))))::int`
