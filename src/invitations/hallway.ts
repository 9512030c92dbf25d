import { and, eq, gt, isNull } from 'drizzle-orm'
import { invitations } from '../db/schema/invitations.ts'
import type { Transaction } from '../db/transaction.ts'
import type { From } from '../sign-in/opening.ts'
import type { Removed } from '../sign-in/removed.ts'
import type { Room } from '../sign-in/room.ts'
import { endInvitation } from './end-invitation.ts'
import { listAccepted } from './list.ts'

export const invitationHallway = {
  openings: [{ table: invitations, takeBack: revokeSent }],
  exported: { invitations: (db, _config, { user }) => listAccepted(db, user.id) },
} satisfies Room

/** Whoever was in an administrator's account may have invited themselves, to come back as somebody else. */
async function revokeSent(tx: Transaction, { userId, since }: From): Promise<Removed[]> {
  const sent = await tx
    .select({ id: invitations.id })
    .from(invitations)
    .where(
      and(
        eq(invitations.invitedBy, userId),
        gt(invitations.createdAt, since),
        isNull(invitations.acceptedAt),
        isNull(invitations.revokedAt),
      ),
    )
  for (const { id } of sent) await endInvitation(tx, id)
  return []
}
