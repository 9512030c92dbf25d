import { randomUUIDv7 } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { AccountTransaction } from '../credentials/change-accounts.ts'
import { endOldest } from '../credentials/end-sessions.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { makeToken } from '../crypto/secret-token.ts'
import { sessions } from '../db/schema/sessions.ts'
import { userRoles } from '../db/schema/users.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { administer, administerRefusals, type Order } from '../sign-in/administer.ts'
import { mostImpersonations } from '../sign-in/open-session.ts'

export const startImpersonationRefusals = [...administerRefusals, 'user:impersonation_disabled', 'user:banned'] as const

type StartImpersonationRefusal = (typeof startImpersonationRefusals)[number]

type Wish = { readonly readOnly: boolean; readonly minutes: number }

export type StartedImpersonation = {
  readonly id: string
  /** Leads to the front end, once and within a minute. */
  readonly url: string
  readonly endsAt: Date
}

/** How long the link works. */
const linkSeconds = 60

/**
 * Afterwards the link in what is returned opens a session of the account, once: for the administrator, until the given
 * time at most. Its row is there from now on, so that whatever ends the session ends the link, too [AD5 AD6].
 */
export async function startImpersonation(
  ctx: Context<StartImpersonationRefusal>,
  order: Order,
  { readOnly, minutes }: Wish,
): Promise<StartedImpersonation> {
  if (ctx.config.impersonation === 'off') throw ctx.fault('user:impersonation_disabled')
  const id = randomUUIDv7()
  const token = makeToken('impersonation')
  return administer(ctx, order, {
    action: 'user:impersonate',
    event: 'impersonation_started',
    metadata: { session_id: id, read_only: String(readOnly), minutes: String(minutes) },
    change: async (tx, target) => {
      if (target.isBanned) throw ctx.fault('user:banned', { details: 'The account is banned.' })
      const kind = 'impersonation'
      await endOldest(tx, target.id, { kind, most: mostImpersonations })
      const waiting = {
        id,
        kind,
        userId: target.id,
        impersonatorId: order.by.user.id,
        consoleSessionId: order.by.sessionId,
        readOnly,
        rememberMe: false,
        tokenDigest: token.digest,
        expiresAt: sql`now() + make_interval(secs => ${linkSeconds})`,
        maxExpiresAt: endOf(tx, order.by, minutes),
      } as const
      const [inserted] = await tx.insert(sessions).values(waiting).returning({ endsAt: sessions.maxExpiresAt })
      if (inserted === undefined) throw new Error('an inserted session has no row')
      const { endsAt } = inserted
      if (ctx.config.impersonation === 'mail') {
        const { reason } = order
        const until = endsAt.toISOString()
        await notifyOwner(tx, ctx, target, { template: 'impersonation_started', readOnly, reason, until })
      }
      // After the sign, so that the token gets into no log and no Referer.
      return { id, url: `${ctx.config.frontendUrl}/account/impersonate#token=${token.text}`, endsAt }
    },
  })
}

/** The administrator's role or console session may end before its minutes do. */
function endOf(tx: AccountTransaction, { sessionId, user }: SignedIn, minutes: number) {
  const endOfRole = tx
    .select({ at: userRoles.expiresAt })
    .from(userRoles)
    .where(and(eq(userRoles.userId, user.id), eq(userRoles.role, 'admin')))
  const endOfConsole = tx.select({ at: sessions.maxExpiresAt }).from(sessions).where(eq(sessions.id, sessionId))
  return sql`least(now() + make_interval(mins => ${minutes}), (${endOfRole}), (${endOfConsole}))`
}
