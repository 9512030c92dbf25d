import { and, eq } from 'drizzle-orm'
import { noteAct } from '../accounts/note-act.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Jobs } from '../db/jobs.ts'
import { mails } from '../db/schema/mails.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { isWaiting, selectMails } from '../mail/mail-state.ts'
import { lockAdministrator, lockAdministratorRefusals } from '../sign-in/administer.ts'

export const retryMailRefusals = ['system:not_found', ...lockAdministratorRefusals] as const

type RetryMailRefusal = (typeof retryMailRefusals)[number]

type Act = { readonly id: string; readonly reason: string; readonly client: Caller }

/**
 * Afterwards the next attempt at a mail that waits is due now. A mail that was refused for good, or whose time is over,
 * cannot be tried again: what it said is erased.
 */
export function retryMail(
  ctx: Context<RetryMailRefusal>,
  by: SignedIn,
  { id, reason, client: { requestId } }: Act,
): Promise<void> {
  return transaction(ctx.pool, async (tx) => {
    await lockAdministrator(ctx, tx, by)
    const purpose = await dueNow(tx, ctx.jobs, id)
    if (purpose === undefined) throw ctx.fault('system:not_found')
    const noted = { action: 'mail:retry', actorId: by.user.id, resourceType: 'Mail', resourceId: id } as const
    await noteAct(tx, { ...noted, reason, metadata: { purpose }, requestId })
  })
}

/** The same for the operator. Gives the purpose of the mail, or undefined if no such mail waits. */
export async function dueNow(tx: Transaction, jobs: Jobs, id: string): Promise<string | undefined> {
  const [mail] = await selectMails(tx, and(eq(mails.id, id), isWaiting)).limit(1)
  if (mail === undefined) return undefined
  await jobs.enqueue(tx, 'deliver-mail', { mailId: id }, 0)
  return mail.purpose ?? 'notice'
}
