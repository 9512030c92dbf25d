import { desc, eq, lt, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Database } from '../db/database.ts'
import { pageOf } from '../db/keyset.ts'
import { invitations } from '../db/schema/invitations.ts'

export const findInvitationRefusals = ['system:not_found'] as const

export const states = ['open', 'accepted', 'revoked', 'expired'] as const

const columns = {
  row: invitations,
  state: sql<(typeof states)[number]>`case
    when ${invitations.acceptedAt} is not null then 'accepted'
    when ${invitations.revokedAt} is not null then 'revoked'
    when ${invitations.expiresAt} <= now() then 'expired'
    else 'open' end`,
}

type Page = { readonly limit: number; readonly cursor?: string | undefined }

/** One page, newest first; `next_cursor` is set if there are more. */
export async function listInvitations(db: Database, { limit, cursor }: Page) {
  const found = await db
    .select(columns)
    .from(invitations)
    .where(cursor === undefined ? undefined : lt(invitations.id, cursor))
    // Ids are UUIDs of version 7, which begin with their time.
    .orderBy(desc(invitations.id))
    .limit(limit + 1)
  return pageOf(found, { limit, present, cursorOf: ({ row: { id } }) => id })
}

export async function getInvitation(ctx: Context<'system:not_found'>, id: string) {
  const [found] = await ctx.db.select(columns).from(invitations).where(eq(invitations.id, id))
  if (found === undefined) throw ctx.fault('system:not_found')
  return present(found)
}

/** For the export of an account: the invitation that it came of, while that is kept. */
export async function listAccepted(db: Database, userId: string) {
  const own = await db.select().from(invitations).where(eq(invitations.userId, userId))
  return own.map(({ email, handle, displayName, message, createdAt, acceptedAt }) => ({
    email,
    handle,
    display_name: displayName,
    message,
    created_at: createdAt.toISOString(),
    accepted_at: acceptedAt?.toISOString() ?? null,
  }))
}

type Found = { readonly row: typeof invitations.$inferSelect; readonly state: (typeof states)[number] }

const present = ({ row, state }: Found) => ({
  id: row.id,
  email: row.email,
  state,
  roles: row.roles,
  ...(row.handle !== null && { handle: row.handle }),
  ...(row.displayName !== null && { display_name: row.displayName }),
  ...(row.locale !== null && { locale: row.locale }),
  ...(row.message !== null && { message: row.message }),
  ...(row.invitedBy !== null && { invited_by: row.invitedBy }),
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt.toISOString(),
  ...(row.acceptedAt !== null && { accepted_at: row.acceptedAt.toISOString() }),
  ...(row.userId !== null && { user_id: row.userId }),
})
