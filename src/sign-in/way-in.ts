import type { SQL } from 'drizzle-orm'
import type { Config } from '../config/config.ts'

/**
 * A query of all accounts' working ways to sign in of one kind: rows `user_id`, `way`. The name of a way is unique
 * within its account. ways-in.ts joins the queries of all folders.
 */
export type WaysIn = (config: Config) => SQL

/** The way in that every account has while EMAIL_SIGN_IN is on: a mail to its address. */
export const mailboxWayIn = 'mailbox'
