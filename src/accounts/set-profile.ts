import { eq } from 'drizzle-orm'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import { handles, users } from '../db/schema/users.ts'
import type { Deps } from '../deps.ts'
import { handleKey } from './fields.ts'
import { takeHandle } from './take-handle.ts'

export type ProfileChange = {
  readonly handle?: string | undefined
  readonly displayName?: string | undefined
  /** Null clears the bio. */
  readonly bio?: string | null | undefined
  /** The language of mails; null clears it. */
  readonly locale?: string | null | undefined
  /** For the times in mails; null clears it. */
  readonly timeZone?: string | null | undefined
}

export type Profile = Pick<typeof users.$inferSelect, 'handle' | 'displayName' | 'bio' | 'locale' | 'timeZone'>

/**
 * Afterwards the profile shows the given values; the others stay. A handle that was given up is free. Returns the
 * profile; if the account is gone or the handle is taken, the transaction must be undone.
 */
export async function setProfile(
  tx: AccountTransaction,
  { searchIndex }: Pick<Deps, 'searchIndex'>,
  userId: string,
  change: ProfileChange,
): Promise<Profile | 'gone' | 'taken'> {
  const [before] = await tx.select().from(users).where(eq(users.id, userId)).for('update')
  if (before === undefined || before.deletedAt !== null) return 'gone'
  const { handle = before.handle, displayName = before.displayName, bio = before.bio } = change
  const { locale = before.locale, timeZone = before.timeZone } = change
  if (handleKey(handle) !== handleKey(before.handle)) {
    await tx.delete(handles).where(eq(handles.userId, userId))
    if (!(await takeHandle(tx, handle, userId))) return 'taken'
  }
  tx.forget(userId)
  await tx.update(users).set({ handle, displayName, bio, locale, timeZone }).where(eq(users.id, userId))
  await searchIndex.noteChange(tx, userId)
  return { handle, displayName, bio, locale, timeZone }
}
