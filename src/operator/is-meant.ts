import { and, eq, inArray, isNull, type SQL } from 'drizzle-orm'
import { handleKey } from '../accounts/fields.ts'
import type { Database } from '../db/database.ts'
import { handles, users } from '../db/schema/users.ts'
import { isUuid } from '../http/validation.ts'
import { emailKey } from '../text/email.ts'

/** Matches the account that the operator names by its address, its `@handle` or its id. */
export function isMeant(db: Database, name: string): SQL | undefined {
  if (name.startsWith('@')) {
    const holder = db
      .select({ id: handles.userId })
      .from(handles)
      .where(eq(handles.key, handleKey(name.slice(1))))
    return and(inArray(users.id, holder), isNull(users.deletedAt))
  }
  if (isUuid(name)) return and(eq(users.id, name), isNull(users.deletedAt))
  return eq(users.emailKey, emailKey(name))
}
