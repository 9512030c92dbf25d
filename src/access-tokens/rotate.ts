import { randomUUIDv7 } from 'node:crypto'
import { and, eq, fillPlaceholders, isNull, not, sql } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import type pg from 'pg'
import { isBanned } from '../accounts/banned.ts'
import { heldRoles, type Role } from '../accounts/roles.ts'
import { throwFailure } from '../db/failure.ts'
import { refreshFamilies, refreshTokens, sessions } from '../db/schema/sessions.ts'
import { users } from '../db/schema/users.ts'
import type { MadeToken } from './refresh-token.ts'

type Rotation = {
  readonly digest: Buffer
  readonly child: MadeToken
  /** Id of the encryption key from which the child was derived. */
  readonly childKeyId: number
  readonly ttlSeconds: number
}

/** The holder of the child, and when it was issued by the database's clock. */
type Rotated = {
  readonly userId: string
  readonly sessionId: string
  readonly rememberMe: boolean
  readonly roles: readonly Role[]
  readonly issuedAtSeconds: number
}

/** Whether the statement's session is live, by the database's clock. */
export const isLive = sql<boolean>`(${sessions.endedAt} is null and ${sessions.expiresAt} > now())`

const mayRotate = and(
  eq(refreshTokens.digest, sql.placeholder('digest')),
  isNull(refreshTokens.rotatedAt),
  sql`${refreshTokens.expiresAt} > now()`,
  eq(refreshFamilies.id, refreshTokens.familyId),
  isNull(refreshFamilies.endedAt),
  isLive,
  not(isBanned),
)

/**
 * One statement, which commits by itself: the token is used up and has its child, or neither. Drizzle writes it but
 * does not run it, as in `stored-session.ts`.
 */
const { sql: text, params } = new PgDialect({ casing: 'snake_case' }).sqlToQuery(sql`
  with taken as (
    update ${refreshTokens} set rotated_at = now(), child_key_id = ${sql.placeholder('childKeyId')}
    from ${refreshFamilies}
      join ${sessions} on ${eq(sessions.id, refreshFamilies.sessionId)}
      join ${users} on ${eq(users.id, sessions.userId)}
    where ${mayRotate}
    returning ${refreshTokens.id}, ${refreshTokens.familyId}, ${sessions.userId}, ${sessions.id} as session_id,
      ${sessions.rememberMe}, ${heldRoles} as roles
  ), child as (
    insert into ${refreshTokens} (id, family_id, parent_id, digest, expires_at)
    select ${sql.placeholder('childId')}::uuid, family_id, id, ${sql.placeholder('childDigest')}::bytea,
      now() + make_interval(secs => ${sql.placeholder('ttlSeconds')})
    from taken
  )
  select user_id as "userId", session_id as "sessionId", remember_me as "rememberMe", roles,
    date_part('epoch', now()) as "issuedAtSeconds"
  from taken`)

/**
 * Afterwards the token is used up and its child can be used once. Returns undefined if this statement did not take it.
 */
export async function rotateRefreshToken(
  pool: pg.Pool,
  { digest, child, childKeyId, ttlSeconds }: Rotation,
): Promise<Rotated | undefined> {
  const childId = randomUUIDv7()
  const values = fillPlaceholders(params, { digest, childId, childDigest: child.digest, childKeyId, ttlSeconds })
  // An unanswered statement may have been carried out. It is still reported as an outage, as the client should ask
  // again: for ten seconds it gets the same child [TK4].
  const { rows } = await pool.query<Rotated>({ name: 'rotate_refresh_token', text, values }).catch(throwFailure)
  return rows[0]
}
