import { sql } from 'drizzle-orm'
import { users } from '../db/schema/users.ts'
import { mailboxWayIn, type WaysIn } from '../sign-in/way-in.ts'

/** With EMAIL_SIGN_IN on, a mail with a link and a code signs in to any account. */
export const mailboxWaysIn: WaysIn = ({ emailSignIn }) =>
  sql`select ${users.id} as user_id, ${mailboxWayIn} as way from ${users} where ${emailSignIn === 'on'}::boolean`
