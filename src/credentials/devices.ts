import { randomUUIDv7 } from 'node:crypto'
import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { z } from 'zod'
import { audit } from '../accounts/history.ts'
import type { Context } from '../context.ts'
import { makeToken, tokenDigest } from '../crypto/secret-token.ts'
import type { Database } from '../db/database.ts'
import { devices, users } from '../db/schema/users.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import type { SignedIn } from './signed-in.ts'

const time = z.iso.datetime()

export const deviceList = z.object({
  devices: z.array(
    z
      .object({
        id: z.uuid(),
        created_at: time,
        last_seen_at: time,
        user_agent: z.string().optional(),
        ip_address: z.string().optional(),
        is_current: z.boolean(),
      })
      .meta({ id: 'Device', description: 'A device that the account knows' }),
  ),
})

export const forgetDeviceRefusals = ['system:not_found'] as const

type ForgetDeviceRefusal = (typeof forgetDeviceRefusals)[number]

/** Joins an account with its device whose token has the digest `deviceDigest`. */
export const isKnownDevice = and(eq(devices.userId, users.id), eq(devices.tokenDigest, sql.placeholder('deviceDigest')))

/** The digest of a device token. For a missing or malformed token, a digest that no device has. */
export const deviceDigestOf = (deviceToken: string | undefined): Buffer =>
  (deviceToken === undefined ? undefined : tokenDigest('device', deviceToken)) ?? noDigest

const noDigest = Buffer.alloc(0)

/** Whether the text is well-formed, so that only the database can say whether it belongs to a device. */
export const mayBeDeviceToken = (text: string | undefined): boolean =>
  text !== undefined && tokenDigest('device', text) !== undefined

/** Whose devices, and on which of them somebody asks, if on one. */
type Whose = { readonly deviceId?: string | null; readonly user: { readonly id: string } }

/** The devices on which a password alone opens a session, last seen first. */
export async function listDevices(db: Database, { user, deviceId }: Whose) {
  const rows = await db
    .select()
    .from(devices)
    .where(eq(devices.userId, user.id))
    .orderBy(desc(devices.lastSeenAt), desc(devices.id))
  return rows.map(({ id, createdAt, lastSeenAt, userAgent, ipAddress }) => ({
    id,
    created_at: createdAt.toISOString(),
    last_seen_at: lastSeenAt.toISOString(),
    ...(userAgent !== null && { user_agent: userAgent }),
    ...(ipAddress !== null && { ip_address: ipAddress }),
    is_current: id === deviceId,
  }))
}

/** Afterwards the device needs a mailed link again; its sessions go on. */
export function forgetDevice(
  ctx: Context<ForgetDeviceRefusal>,
  { user }: SignedIn,
  { deviceId, client }: { readonly deviceId: string; readonly client: Caller },
): Promise<void> {
  return transaction(ctx.pool, async (tx) => {
    if ((await forgetDevices(tx, user.id, deviceId)) === 0) throw ctx.fault('system:not_found')
    await audit(tx, { type: 'device_forgotten', userId: user.id, client })
  })
}

/** The same for one device of an account, or all of them, without the events. Returns how many there were. */
export async function forgetDevices(tx: Transaction, userId: string, deviceId?: string): Promise<number> {
  const forgotten = await tx
    .delete(devices)
    .where(and(eq(devices.userId, userId), deviceId === undefined ? undefined : eq(devices.id, deviceId)))
    .returning({ id: devices.id })
  return forgotten.length
}

const mostDevices = 50

type NewDevice = { readonly userId: string; readonly client: Caller }

/**
 * Afterwards the new token makes its holder a known device of the account. Of more than fifty devices, the one seen
 * longest ago is forgotten.
 */
export async function addDevice(tx: Transaction, { userId, client }: NewDevice) {
  const { text: deviceToken, digest } = makeToken('device')
  const deviceId = randomUUIDv7()
  const { userAgent, address: ipAddress } = client
  await tx.insert(devices).values({ id: deviceId, userId, tokenDigest: digest, userAgent, ipAddress })
  const beyond = tx
    .select({ id: devices.id })
    .from(devices)
    .where(eq(devices.userId, userId))
    .orderBy(desc(devices.lastSeenAt), desc(devices.id))
    .offset(mostDevices)
  await tx.delete(devices).where(inArray(devices.id, beyond))
  await audit(tx, { type: 'device_added', userId, client })
  return { deviceId, deviceToken }
}
