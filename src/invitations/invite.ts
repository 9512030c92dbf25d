import { noteAct } from '../accounts/note-act.ts'
import { demandInvitations } from '../accounts/sign-up-policy.ts'
import { countTold } from '../accounts/tell-admins.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { confirmDelivery, deliveryRefusals } from '../mail/confirm.ts'
import { lockAdministrator, lockAdministratorRefusals } from '../sign-in/administer.ts'
import { demandTwoFactors } from '../sign-in/demand-two-factors.ts'
import { OperatorError } from '../sign-in/operator-error.ts'
import type { OperatorDeps } from '../sign-in/room.ts'
import { emailKey } from '../text/email.ts'
import { limitMails } from '../throttling/mails.ts'
import { countEvent } from '../throttling/quota.ts'
import type { Invitation } from './end-invitation.ts'
import { type InvitationWish, mailInvitation, placeInvitation } from './place-invitation.ts'

export const mailInvitationRefusals = [
  'user:sign_up_closed',
  'user:email_already_exists',
  'user:second_factor_required',
  ...lockAdministratorRefusals,
  'rate_limit:exceeded',
  ...deliveryRefusals,
] as const

export type MailInvitationRefusal = (typeof mailInvitationRefusals)[number]

/**
 * Afterwards a link is on its way with which the owner of the address makes an account, and an earlier invitation of
 * the address is revoked. Inviting an administrator requires a session with two factors, as making one does [AT10].
 */
export async function invite(
  ctx: Context<MailInvitationRefusal>,
  by: SignedIn,
  wish: InvitationWish,
  client: Caller,
): Promise<Invitation> {
  demandInvitations(ctx)
  await demandPower(ctx, by, wish)
  await limitInvitations(ctx, by, wish.email)
  const { placed, mailId } = await transaction(ctx.pool, async (tx) => {
    await lockAdministrator(ctx, tx, by)
    const placed = await placeInvitation(tx, wish, by.user.id)
    if (placed === undefined) throw ctx.fault('user:email_already_exists')
    await noteInvitation(tx, 'invitation:create', { by, invitation: placed, reason: wish.reason, client })
    return { placed, mailId: await mailInvitation(tx, ctx, placed, { by: by.user.handle, client }) }
  })
  await confirmDelivery(ctx, mailId, client)
  return placed
}

/** An account with a role is told to all administrators when it is made, so inviting it is counted as such an act. */
export async function demandPower(
  ctx: Context<'user:second_factor_required' | 'rate_limit:exceeded'>,
  by: SignedIn,
  { roles }: Pick<InvitationWish, 'roles'>,
): Promise<void> {
  if (roles.includes('admin')) await demandTwoFactors(ctx, by)
  if (roles.length > 0) await countTold(ctx, by.user)
}

/** Mails an hour, so that a stolen session does not send in the name of the server. */
const invitationsOfAnAdministrator = 100

export async function limitInvitations(
  ctx: Context<'rate_limit:exceeded'>,
  { user }: SignedIn,
  email: string,
): Promise<void> {
  await countEvent(ctx, {
    key: `invitations:${user.id}`,
    quota: invitationsOfAnAdministrator,
    windowSeconds: 3600,
    details: 'This administrator has reached the hourly limit of invitations. The command line has none.',
  })
  await limitMails(ctx, 'invitation', emailKey(email))
}

type Noted = {
  readonly by: SignedIn
  readonly invitation: Pick<Invitation, 'id' | 'roles'>
  readonly reason: string
  readonly client: Caller
}

/** The log is kept for good, so it names no address. */
export const noteInvitation = (
  tx: Parameters<typeof noteAct>[0],
  action: 'invitation:create' | 'invitation:resend' | 'invitation:revoke',
  { by, invitation: { id, roles }, reason, client }: Noted,
): Promise<void> =>
  noteAct(tx, {
    action,
    actorId: by.user.id,
    resourceType: 'Invitation',
    resourceId: id,
    reason,
    metadata: roles.length === 0 ? {} : { roles: roles.join(',') },
    requestId: client.requestId,
  })

/** The same by the operator, who needs no session and has no limits. */
export async function inviteByOperator(deps: OperatorDeps, wish: InvitationWish): Promise<Invitation> {
  if (deps.config.signUp === 'closed') throw new OperatorError('SIGN_UP is closed: nobody could accept an invitation.')
  return transaction(deps.pool, async (tx) => {
    const placed = await placeInvitation(tx, wish, null)
    if (placed === undefined) throw new OperatorError(`${wish.email} has an account already.`)
    await mailInvitation(tx, deps, placed, { by: undefined })
    return placed
  })
}
