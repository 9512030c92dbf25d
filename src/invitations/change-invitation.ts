import { eq, sql } from 'drizzle-orm'
import { demandInvitations } from '../accounts/sign-up-policy.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { invitations } from '../db/schema/invitations.ts'
import { transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { confirmDelivery } from '../mail/confirm.ts'
import { lockAdministrator, lockAdministratorRefusals } from '../sign-in/administer.ts'
import { endInvitation, holdInvitation, type Invitation, isOpen } from './end-invitation.ts'
import {
  demandPower,
  limitInvitations,
  type MailInvitationRefusal,
  mailInvitationRefusals,
  noteInvitation,
} from './invite.ts'
import { isTaken, mailInvitation } from './place-invitation.ts'

export const revokeInvitationRefusals = ['system:not_found', ...lockAdministratorRefusals] as const

type RevokeInvitationRefusal = (typeof revokeInvitationRefusals)[number]

export const resendInvitationRefusals = ['system:not_found', ...mailInvitationRefusals] as const

type Act = { readonly id: string; readonly reason: string; readonly client: Caller }

/** Afterwards the invitation makes no account, and its mail is no longer sent. */
export async function revokeInvitation(
  ctx: Context<RevokeInvitationRefusal>,
  by: SignedIn,
  { id, reason, client }: Act,
): Promise<void> {
  const invitation = await getInvitation(ctx, id)
  await transaction(ctx.pool, async (tx) => {
    await lockAdministrator(ctx, tx, by)
    if (!(await endInvitation(tx, id))) throw ctx.fault('system:not_found')
    await noteInvitation(tx, 'invitation:revoke', { by, invitation, reason, client })
  })
}

/**
 * Afterwards a fresh link is on its way, good for as long as the first one was, also if that has expired; earlier links
 * are dead. Whoever sends it answers for it from now on.
 */
export async function resendInvitation(
  ctx: Context<MailInvitationRefusal | 'system:not_found'>,
  by: SignedIn,
  { id, reason, client }: Act,
): Promise<Invitation> {
  demandInvitations(ctx)
  const found = await getInvitation(ctx, id)
  await demandPower(ctx, by, found)
  await limitInvitations(ctx, by, found.email)
  const { renewed, mailId } = await transaction(ctx.pool, async (tx) => {
    await lockAdministrator(ctx, tx, by)
    await holdInvitation(tx, id)
    const expiresAt = sql`now() + make_interval(secs => ${invitations.ttlSeconds})`
    const [renewed] = await tx
      .update(invitations)
      .set({ expiresAt, invitedBy: by.user.id })
      .where(isOpen(id))
      .returning()
    if (renewed === undefined) throw ctx.fault('system:not_found')
    if (await isTaken(tx, renewed.emailKey)) throw ctx.fault('user:email_already_exists')
    await noteInvitation(tx, 'invitation:resend', { by, invitation: renewed, reason, client })
    return { renewed, mailId: await mailInvitation(tx, ctx, renewed, { by: by.user.handle, client }) }
  })
  await confirmDelivery(ctx, mailId, client)
  return renewed
}

async function getInvitation(ctx: Context<'system:not_found'>, id: string): Promise<Invitation> {
  const [found] = await ctx.db.select().from(invitations).where(eq(invitations.id, id))
  if (found === undefined) throw ctx.fault('system:not_found')
  return found
}
