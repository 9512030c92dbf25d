import { sql } from 'drizzle-orm'
import { isWorking, ofItsProvider } from '../accounts/connections.ts'
import type { OwnIssuers } from '../config/own-providers.ts'
import type { Database } from '../db/database.ts'
import { oauthIdentities, oauthProviders } from '../db/schema/oauth.ts'
import { users } from '../db/schema/users.ts'

type Row = {
  /** The provider's name in paths, or its id if it has no row (deleted, or from the environment). */
  readonly slug: string
  readonly issuer: string
  /** Whether these connections can still be used to sign in. */
  readonly works: boolean
  readonly accounts: number
  /** Accounts without a password and without another working connection; their passkeys are not looked at. */
  readonly withoutOtherWay: number
}

/**
 * Counts the accounts that each provider opens, or opened before it was deleted or moved. Reads all connections [FD7].
 */
export async function countAccounts(db: Database, own: OwnIssuers): Promise<readonly Row[]> {
  const { userId, providerId, issuer } = oauthIdentities
  const { rows } = await db.execute<Row>(sql`
    with ways as (
      select ${userId} as user_id, coalesce(${oauthProviders.slug}, ${providerId}) as slug, ${issuer} as issuer,
        ${isWorking(own)} as works
      from ${oauthIdentities} left join ${oauthProviders} on ${ofItsProvider}
    ), working as (select user_id, count(*) as count from ways where works group by user_id)
    select slug, issuer, works, count(*)::int as accounts,
      (count(*) filter (where u.password_hash is null and coalesce(working.count, 0) - works::int = 0))::int
        as "withoutOtherWay"
    from ways join ${users} u on u.id = ways.user_id left join working on working.user_id = ways.user_id
    group by slug, issuer, works order by slug, issuer`)
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

/** Counts for one provider. Every other connection counts as another way in, whether it works or not. */
export async function countAccountsOf(db: Database, providerId: string): Promise<Opened> {
  const other = sql`select from ${oauthIdentities} o where o.user_id = i.user_id and o.provider_id <> i.provider_id`
  const { rows } = await db.execute<Opened>(sql`
    select count(*)::int as accounts,
      (count(*) filter (where u.password_hash is null and not exists (${other})))::int as "withoutOtherWay"
    from ${oauthIdentities} i join ${users} u on u.id = i.user_id where i.provider_id = ${providerId}`)
  return rows[0] as Opened
}
