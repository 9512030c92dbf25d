import { and, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm'
import { isBanned } from '../accounts/banned.ts'
import { handleKey } from '../accounts/fields.ts'
import { presentImages } from '../accounts/image-url.ts'
import { heldRoles } from '../accounts/roles.ts'
import type { Context } from '../context.ts'
import type { Database } from '../db/database.ts'
import { handles, users } from '../db/schema/users.ts'

export const getProfileRefusals = ['user:not_found'] as const

type GetProfileRefusal = (typeof getProfileRefusals)[number]

const deletedName = 'Deleted account'

/** What anybody may see of the account with this handle; never its address. */
export const getProfileByHandle = (ctx: Context<GetProfileRefusal>, text: string) => {
  // Text that cannot be a handle belongs to nobody, and PostgreSQL would not accept all of it.
  if (!/^\w{1,15}$/.test(text)) throw ctx.fault('user:not_found')
  return getProfile(
    ctx,
    sql`${users.id} = (select ${handles.userId} from ${handles} where ${handles.key} = ${handleKey(text)})`,
  )
}

export const getProfileById = (ctx: Context<GetProfileRefusal>, userId: string) => getProfile(ctx, eq(users.id, userId))

async function getProfile(ctx: Context<GetProfileRefusal>, isWanted: SQL) {
  const [found] = await ctx.db.select({ user: users, roles: heldRoles, isBanned }).from(users).where(isWanted)
  if (found === undefined) throw ctx.fault('user:not_found')
  const { id, handle, displayName, bio, createdAt, deletedAt, bannedUntil, banReason } = found.user
  const base = { id, handle, created_at: createdAt.toISOString() }
  if (deletedAt !== null) return { ...base, display_name: deletedName, deactivated: true, is_banned: false }
  return {
    ...base,
    display_name: displayName,
    deactivated: false,
    ...(bio !== null && { bio }),
    ...presentImages(ctx.config, found.user),
    ...(found.roles.length > 0 && { roles: found.roles }),
    is_banned: found.isBanned,
    ...(found.isBanned && bannedUntil !== null && { banned_until: bannedUntil.toISOString() }),
    ...(found.isBanned && banReason !== null && { ban_reason: banReason }),
  }
}

/** Whether neither an account nor a waiting sign-up has the handle. */
export async function isHandleFree(db: Database, handle: string): Promise<boolean> {
  const isHeld = and(
    eq(handles.key, handleKey(handle)),
    or(isNull(handles.expiresAt), gt(handles.expiresAt, sql`now()`)),
  )
  return (await db.select({ key: handles.key }).from(handles).where(isHeld)).length === 0
}
