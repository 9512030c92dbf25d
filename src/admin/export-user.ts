import type { Readable } from 'node:stream'
import { and, eq, isNull } from 'drizzle-orm'
import { exportAccountRefusals, streamExport } from '../account/export-account.ts'
import { isBanned } from '../accounts/banned.ts'
import { heldRoles } from '../accounts/roles.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { users } from '../db/schema/users.ts'
import { administer, administerRefusals, type Order } from '../sign-in/administer.ts'

export const exportUserRefusals = [...administerRefusals, ...exportAccountRefusals] as const

type ExportUserRefusal = (typeof exportUserRefusals)[number]

/** Streams what its owner could export of the account. Both logs say that it was done, and by whom. */
export async function exportUser(ctx: Context<ExportUserRefusal>, order: Order): Promise<Readable> {
  const isMeant = and(eq(users.id, order.userId), isNull(users.deletedAt))
  const [found] = await ctx.db.select({ user: users, isBanned, roles: heldRoles }).from(users).where(isMeant)
  if (found === undefined) throw ctx.fault('user:not_found')
  const { user, ...held } = found
  const hasPassword = user.passwordHash !== null
  const owner = { ...user, ...held, hasPassword, totpEnabled: user.totpEnabledAt !== null }
  return streamExport(ctx, inPlaceOf(order.by, owner), {
    client: order.client,
    note: () => administer(ctx, order, { action: 'user:export', event: 'data_exported', change: async () => {} }),
  })
}

/** As if it were signed in, on no device of its own and by the session of whoever reads. */
const inPlaceOf = ({ sessionId }: SignedIn, user: SignedIn['user']): SignedIn => ({
  sessionId,
  isFresh: false,
  deviceId: null,
  rememberMe: false,
  methods: [],
  user,
})
