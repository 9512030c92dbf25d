import type { SQL } from 'drizzle-orm'
import type { Config } from '../config/config.ts'

/**
 * A room's working ways to sign in, of all accounts: a query of rows `user_id`, `way`. The name of a way is unique
 * within its account. ways-in.ts joins the queries of all rooms.
 */
export type WaysIn = (config: Config) => SQL
