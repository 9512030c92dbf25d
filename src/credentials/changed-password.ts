import { sql } from 'drizzle-orm'
import { users } from '../db/schema/users.ts'

/** What every change of a password writes: logins that verified the former password no longer take effect. */
export const changedPassword = (passwordHash: string) => ({
  passwordHash,
  passwordVersion: sql`${users.passwordVersion} + 1`,
})
