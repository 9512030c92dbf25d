import { eq, type SQL, sql } from 'drizzle-orm'
import { isBanned } from '../accounts/banned.ts'
import { handleKey } from '../accounts/fields.ts'
import { isInForce, type Role } from '../accounts/roles.ts'
import { handles, userRoles, users } from '../db/schema/users.ts'
import { isUuid } from '../http/validation.ts'
import { nameFold } from '../search/fold.ts'

/** `waiting`: a sign-up whose address is not proven yet. */
export const statuses = ['active', 'banned', 'deleted', 'waiting'] as const
export type Status = (typeof statuses)[number]

export type Filters = {
  /** Part of an address, a handle or a name; also an id. */
  readonly query?: string | undefined
  /** The beginning of an address. */
  readonly email?: string | undefined
  readonly handle?: string | undefined
  readonly id?: string | undefined
  readonly role?: Role | undefined
  readonly status?: Status | undefined
  /** `password`, `totp`, `passkey`, or `oauth:` and the slug of a provider. */
  readonly has?: string | undefined
  readonly createdAfter?: Date | undefined
  readonly createdBefore?: Date | undefined
  readonly seenBefore?: Date | undefined
}

const never = sql`false`

/** Text of a pattern, in which `%`, `_` and `\` are themselves [AD7]. */
const literally = (text: string): string => text.replace(/[\\%_]/g, '\\$&')

/** An index finds a part of a text by three letters or digits in a row; what has none is looked for at beginnings. */
const hasRun = (text: string): boolean => /[\p{L}\p{N}]{3}/u.test(text)

const beginsAddress = (text: string): SQL => sql`${users.emailKey} like ${`${literally(text.toLowerCase())}%`}`
const beginsHandle = (text: string): SQL => sql`lower(${users.handle}) like ${`${literally(handleKey(text))}%`}`

function hasPart(given: string): SQL {
  const text = given.trim()
  if (isUuid(text)) return eq(users.id, text)
  if (text === '' || text === '@') return never
  if (text.startsWith('@')) return hasRun(text) ? isNamed(text.slice(1)) : beginsHandle(text.slice(1))
  if (!hasRun(text)) return sql`(${beginsAddress(text)} or ${beginsHandle(text)})`
  return sql`(${users.emailKey} like ${`%${literally(text.toLowerCase())}%`} or ${isNamed(text)})`
}

/** Letters, digits and what may stand between words: only of these is a name's fold asked. */
const wordsOnly = /^[\p{L}\p{M}\p{N}\s'’.-]+$/u

/** Whether handle or name has each word of the text. */
function isNamed(text: string): SQL {
  const within = (part: string) => sql`search_words like ${`%${part}%`}`
  if (wordsOnly.test(text)) {
    const parts = nameFold(text).split(/[ -]+/).filter(Boolean)
    return parts.length === 0 ? never : sql`(${sql.join(parts.map(within), sql` and `)})`
  }
  if (!/^\w+$/.test(text)) return never
  // An underscore is in the handle alone; its words have none.
  const rest = nameFold(text).replaceAll('-', '')
  return sql`(${within(rest)} and position(${handleKey(text)} in lower(${users.handle})) > 0)`
}

/** Conditions for an account, in a statement about `users`. */
export function accountConditions(filters: Filters): SQL {
  const { query, email, handle, id, role, status, has, createdAfter, createdBefore, seenBefore } = filters
  const all: readonly (SQL | undefined)[] = [
    status === 'deleted' ? sql`${users.deletedAt} is not null` : sql`${users.deletedAt} is null`,
    status === 'banned' ? sql`${users.bannedAt} is not null and ${isBanned}` : undefined,
    status === 'active' ? sql`not ${isBanned}` : undefined,
    query === undefined ? undefined : hasPart(query),
    email === undefined ? undefined : beginsAddress(email),
    handle === undefined
      ? undefined
      : sql`${users.id} = (select ${handles.userId} from ${handles} where ${handles.key} = ${handleKey(handle)})`,
    id === undefined ? undefined : eq(users.id, id),
    role === undefined
      ? undefined
      : sql`${users.id} in (select ${userRoles.userId} from ${userRoles}
          where ${userRoles.role} = ${role} and ${isInForce})`,
    has === undefined ? undefined : hasFactor(has),
    createdAfter === undefined ? undefined : sql`${users.createdAt} >= ${createdAfter.toISOString()}::timestamptz`,
    createdBefore === undefined ? undefined : sql`${users.createdAt} < ${createdBefore.toISOString()}::timestamptz`,
    seenBefore === undefined
      ? undefined
      : sql`coalesce(${users.lastSeenAt}, '-infinity') < ${seenBefore.toISOString()}::timestamptz`,
  ]
  return sql.join(
    all.filter((one) => one !== undefined),
    sql` and `,
  )
}

function hasFactor(has: string): SQL {
  if (has === 'password') return sql`${users.passwordHash} is not null`
  if (has === 'totp') return sql`${users.totpEnabledAt} is not null`
  if (has === 'passkey') return sql`${users.passkeys} > 0`
  const slug = has.slice('oauth:'.length)
  return sql`${users.id} in (select user_id from oauth_identities where provider_id in (
    select ${slug}::text union all select id::text from oauth_providers where slug = ${slug}))`
}
