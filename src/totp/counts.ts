import { type SQL, sql } from 'drizzle-orm'
import { users } from '../db/schema/users.ts'
import type { Whose } from '../sign-in/factor.ts'

/**
 * From when on the codes of an account's app are a second factor: at once where who set it up had shown two, else a day
 * later. Whoever took a session could have set up an app of their own; a day is time for those who are told of it
 * [AT10]. Under names of its own, so that it fits into statements about users as well.
 */
export const totpCountsFrom = ({ userId }: Whose): SQL<Date | null> =>
  sql`(select account.totp_enabled_at + case when app.is_vouched_for then interval '0' else interval '24 hours' end
    from users as account join totp_secrets as app on app.user_id = account.id where account.id = ${userId})`.mapWith(
    users.totpEnabledAt,
  ) as SQL<Date | null>
