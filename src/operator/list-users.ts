import { desc, isNull, sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { users } from '../db/schema/users.ts'
import { isUuid } from '../http/validation.ts'
import { emailKey } from '../text/email.ts'
import { printable } from '../text/printable.ts'

export const mostListed = 100

export type ListedUser = Pick<typeof users.$inferSelect, 'id' | 'email' | 'handle' | 'displayName' | 'createdAt'>

/** The newest accounts that contain the part in address, handle or name, or have it as id; without a part, of all. */
export function listUsers(db: Database, part: string | undefined): Promise<ListedUser[]> {
  const { id, email, handle, displayName, createdAt } = users
  return db
    .select({ id, email, handle, displayName, createdAt })
    .from(users)
    .where(sql`${isNull(users.deletedAt)} and ${part === undefined ? sql`true` : hasPart(part)}`)
    .orderBy(desc(users.createdAt), desc(users.id))
    .limit(mostListed)
}

function hasPart(part: string) {
  if (isUuid(part)) return sql`${users.id} = ${part}::uuid`
  const text = part.replace(/^@/, '')
  const within = (column: unknown, wanted: string) => sql`position(lower(${wanted}) in lower(${column})) > 0`
  return sql`(${within(users.email, text)} or ${users.emailKey} = ${emailKey(part)}
    or ${within(users.handle, text)} or ${within(users.displayName, text)})`
}

export const describeListed = ({ id, email, handle, displayName, createdAt }: ListedUser): string =>
  printable(`${id} ${createdAt.toISOString()} @${handle} ${email} ${displayName}`)
