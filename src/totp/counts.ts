import { type SQL, sql } from 'drizzle-orm'
import { users } from '../db/schema/users.ts'
import type { Whose } from '../sign-in/factor.ts'

/**
 * When the codes of an account's app begin to count as a second factor: at once if the session that set it up had shown
 * two factors, else 24 hours later. A stolen session could set up the thief's app; in that time the owner, who is told,
 * can act [AT10]. The aliases let this be used in statements about users.
 */
export const totpCountsFrom = ({ userId }: Whose): SQL<Date | null> =>
  sql`(select account.totp_enabled_at + case when app.is_vouched_for then interval '0' else interval '24 hours' end
    from users as account join totp_secrets as app on app.user_id = account.id where account.id = ${userId})`.mapWith(
    users.totpEnabledAt,
  ) as SQL<Date | null>
