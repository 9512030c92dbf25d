import anyAscii from 'any-ascii'
import { inArray, sql } from 'drizzle-orm'
import type { Database } from '../db/database.ts'
import { handles } from '../db/schema/users.ts'
import { handle, handleKey } from './fields.ts'

/** Returns the first name that makes a free handle, without reserving it, or undefined if none does. */
export async function suggestHandle(db: Database, names: readonly (string | undefined)[]): Promise<string | undefined> {
  const wanted = names.flatMap((name) => (name === undefined ? [] : shapedLikeHandle(name)))
  const valid = wanted.filter((text) => handle.safeParse(text).success)
  if (valid.length === 0) return undefined
  const taken = await db
    .select({ key: handles.key })
    .from(handles)
    .where(sql`${inArray(handles.key, valid.map(handleKey))} and coalesce(${handles.expiresAt} > now(), true)`)
  const takenKeys = new Set(taken.map(({ key }) => key))
  return valid.find((text) => !takenKeys.has(handleKey(text)))
}

/**
 * Writes a name in letters that a handle may have, all Latin [FD15]. The result may still break the rule for handles.
 */
export const shapedLikeHandle = (name: string): string =>
  anyAscii(name.normalize('NFC'))
    .replace(/[^A-Za-z0-9]+/g, '_')
    .slice(0, 15)
    .replace(/^_|_$/g, '')
