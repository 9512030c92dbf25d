import { randomUUIDv7 } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import { audit } from '../accounts/history.ts'
import { noteAct } from '../accounts/note-act.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import { isLive } from '../credentials/live.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { sessions } from '../db/schema/sessions.ts'
import { lockAdministrator, lockAdministratorRefusals } from '../sign-in/administer.ts'

export const endImpersonationRefusals = ['system:not_found', ...lockAdministratorRefusals] as const

type EndImpersonationRefusal = (typeof endImpersonationRefusals)[number]

type Ending = { readonly id: string; readonly reason: string; readonly requestId: string }

/** Afterwards nobody is in the account by it, whoever began it, and nobody can enter by its link [AD6]. */
export const endImpersonation = (
  ctx: Context<EndImpersonationRefusal>,
  by: SignedIn,
  { id: sessionId, reason, requestId }: Ending,
): Promise<void> =>
  changeAccounts(ctx, async (tx) => {
    await lockAdministrator(ctx, tx, by)
    const [ended] = await tx
      .update(sessions)
      .set({ endedAt: sql`now()`, endReason: 'revoked' })
      .where(and(eq(sessions.id, sessionId), eq(sessions.kind, 'impersonation'), isLive))
      .returning({ userId: sessions.userId })
    if (ended === undefined) throw ctx.fault('system:not_found')
    const { userId } = ended
    tx.forget(userId)
    const [id, metadata] = [randomUUIDv7(), { session_id: sessionId }]
    const resource = { resourceType: 'User', resourceId: userId } as const
    const act = { action: 'user:end_impersonation', actorId: by.user.id, reason } as const
    await noteAct(tx, { id, ...act, ...resource, metadata, requestId })
    const event = { userId, client: undefined, requestId, metadata: { ...metadata, reason } }
    await audit(tx, { id, type: 'impersonation_ended', ...event })
  })
