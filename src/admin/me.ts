import { eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { hasRole, type Role, roles } from '../accounts/roles.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { sessions } from '../db/schema/sessions.ts'

/** What a role may do, by what it is done to. Moderators read these four and do nothing. */
const ofModerators = ['users:read', 'sessions:read', 'audit:read', 'bans:read'] as const
const ofAdministrators = ['users:write', 'sessions:write', 'bans:write', 'invitations', 'providers', 'server'] as const

const scopes = [...ofModerators, ...ofAdministrators] as const

const scopesOf = (held: readonly Role[]): (typeof scopes)[number][] =>
  hasRole(held, 'admin') ? [...scopes] : [...ofModerators]

export const administrator = z
  .object({
    id: z.uuid(),
    handle: z.string(),
    roles: z.array(z.enum(roles)).meta({ description: 'the highest first' }),
    scopes: z.array(z.enum(scopes)).meta({ description: 'what the roles allow; `server` is its settings and state' }),
    fresh_until: z.iso.datetime().meta({ description: 'writes need a fresh session; past: re-authenticate first' }),
    expires_at: z.iso.datetime().meta({ description: 'when the console session ends unless it is used before' }),
  })
  .meta({ id: 'Administrator', description: 'Who has this console session' })

export async function presentAdministrator(
  db: Database,
  { sessionId, user }: SignedIn,
): Promise<z.infer<typeof administrator>> {
  const [row] = await db
    .select({
      expiresAt: sessions.expiresAt,
      freshUntil: sql`${sessions.authenticatedAt} + interval '5 minutes'`.mapWith(sessions.authenticatedAt),
    })
    .from(sessions)
    .where(eq(sessions.id, sessionId))
  if (row === undefined) throw new Error('a session that was just found has no row')
  const { id, handle, roles: held } = user
  return {
    id,
    handle,
    roles: [...held],
    scopes: scopesOf(held),
    fresh_until: row.freshUntil.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  }
}
