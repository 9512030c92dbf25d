import { eq, type SQL, sql } from 'drizzle-orm'
import { handleKey } from '../accounts/fields.ts'
import { signUps } from '../db/schema/users.ts'
import { isUuid } from '../http/validation.ts'
import type { Filters } from './find-accounts.ts'

const has = (column: unknown, part: string): SQL => sql`position(${part.toLowerCase()} in lower(${column})) > 0`

function hasPart(given: string): SQL {
  const text = given.trim()
  if (isUuid(text)) return eq(signUps.id, text)
  const part = text.replace(/^@/, '')
  const named = sql`${has(signUps.handle, part)} or ${has(signUps.displayName, part)}`
  return text.startsWith('@') ? has(signUps.handle, part) : sql`(${has(signUps.email, part)} or ${named})`
}

/**
 * Conditions for a sign-up that waits, which has neither roles nor factors and was never seen. There are as many as a
 * day brings, so no index is asked.
 */
export function waitingConditions(filters: Filters): SQL {
  const { query, email, handle, id, role, has: factor, createdAfter, createdBefore } = filters
  const all: readonly (SQL | undefined)[] = [
    sql`not ${signUps.registered} and ${signUps.expiresAt} > now()`,
    (role ?? factor) ? sql`false` : undefined,
    query === undefined ? undefined : hasPart(query),
    email === undefined ? undefined : sql`starts_with(${signUps.emailKey}, ${email.toLowerCase()})`,
    handle === undefined ? undefined : sql`lower(${signUps.handle}) = ${handleKey(handle)}`,
    id === undefined ? undefined : eq(signUps.id, id),
    createdAfter === undefined ? undefined : sql`${signUps.createdAt} >= ${createdAfter.toISOString()}::timestamptz`,
    createdBefore === undefined ? undefined : sql`${signUps.createdAt} < ${createdBefore.toISOString()}::timestamptz`,
  ]
  return sql.join(
    all.filter((one) => one !== undefined),
    sql` and `,
  )
}
