import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { type eventPage, readEvents } from '../account/security-events.ts'
import type { Config } from '../config/config.ts'
import { workingRpIds } from '../config/relying-party.ts'
import type { Context } from '../context.ts'
import { listDevices } from '../credentials/devices.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { users } from '../db/schema/users.ts'
import { listConnections } from '../oauth/list-connections.ts'
import { findPasskeys } from '../passkeys/list.ts'
import { findSessions } from '../sessions/list.ts'

export const readThingsRefusals = ['user:not_found', 'rate_limit:exceeded'] as const

type ReadThingsRefusal = (typeof readThingsRefusals)[number]

type Reading = { readonly by: SignedIn; readonly userId: string }

const time = z.iso.datetime()

export const passkeysOfAccount = z.object({
  passkeys: z.array(
    z
      .object({
        id: z.uuid(),
        name: z.string(),
        domain: z.string(),
        works: z.boolean().meta({ description: 'false: it is of a domain that this server no longer accepts' }),
        created_at: time,
        last_used_at: time.optional(),
        backed_up: z.boolean(),
      })
      .meta({ id: 'PasskeyOfAccount', description: 'A passkey as administrators see it' }),
  ),
})

/** What the account has, by this read; refuses if there is no account. */
async function readThings<Things>(
  ctx: Context<ReadThingsRefusal>,
  { by, userId }: Reading,
  read: (db: Database, whose: { readonly user: { readonly id: string } }) => Promise<Things>,
): Promise<Things> {
  return readHeavily(ctx, { kind: 'history', owner: by.user.id }, async (db) => {
    const [user] = await db.select({ id: users.id }).from(users).where(eq(users.id, userId))
    if (user === undefined) throw ctx.fault('user:not_found')
    return read(db, { user })
  })
}

export const sessionsOf = (ctx: Context<ReadThingsRefusal>, reading: Reading) =>
  readThings(ctx, reading, (db, { user }) => findSessions(db, { sessionId: reading.by.sessionId, user }))

export const devicesOf = (ctx: Context<ReadThingsRefusal>, reading: Reading) => readThings(ctx, reading, listDevices)

export const connectionsOf = (ctx: Context<ReadThingsRefusal>, reading: Reading) =>
  readThings(ctx, reading, listConnections)

/** Without the ids that browsers know them by, which are of no use to anybody but their authenticators [AZ5]. */
export const passkeysOf = (ctx: Context<ReadThingsRefusal>, reading: Reading) =>
  readThings(ctx, reading, async (db, { user }) => (await findPasskeys(db, user.id)).map(presentPasskey(ctx.config)))

type Passkey = Awaited<ReturnType<typeof findPasskeys>>[number]

const presentPasskey =
  (config: Config) =>
  ({ id, name, rpId, createdAt, lastUsedAt, backedUp }: Passkey) => ({
    id,
    name,
    domain: rpId,
    works: workingRpIds(config).includes(rpId),
    created_at: createdAt.toISOString(),
    ...(lastUsedAt !== null && { last_used_at: lastUsedAt.toISOString() }),
    backed_up: backedUp,
  })

type HistoryPage = Parameters<typeof readEvents>[2]

export async function historyOf(
  ctx: Context<ReadThingsRefusal>,
  { by, userId }: Reading,
  page: HistoryPage,
): Promise<z.infer<typeof eventPage>> {
  await readThings(ctx, { by, userId }, async () => undefined)
  return readEvents(ctx, { userId, readBy: by.user.id }, page)
}
