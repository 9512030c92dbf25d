import { eq } from 'drizzle-orm'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { users } from '../db/schema/users.ts'
import { countBackupCodes } from './backup-codes.ts'

/** Whether TOTP is on, since when, and how many backup codes are left. */
export async function totpStatus(db: Database, { user }: SignedIn) {
  const [found] = await db.select({ enabledAt: users.totpEnabledAt }).from(users).where(eq(users.id, user.id))
  const enabledAt = found?.enabledAt
  if (!enabledAt) return { enabled: false }
  return {
    enabled: true,
    enabled_at: enabledAt.toISOString(),
    backup_codes_remaining: await countBackupCodes(db, user.id),
  }
}
