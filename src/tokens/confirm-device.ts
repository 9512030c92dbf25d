import { randomUUIDv7 } from 'node:crypto'
import { desc, eq, inArray } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { makeToken } from '../crypto/secret-token.ts'
import { devices } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'
import { changeAccounts } from '../sessions/change-accounts.ts'
import { lockAccount, type OpenedSession, openSession } from '../sessions/open.ts'
import { audit } from '../users/audit.ts'
import { takeMailedToken } from './take.ts'

type Proof = {
  readonly token: string
  /** Whose live session the posting browser holds. */
  readonly browserUserId: string | undefined
  readonly client: Client
}

/** Afterwards the client that posted the link, and no other, is a known device of the account and has a session. */
export function confirmDevice(
  ctx: Context<'token:invalid_device_verify' | 'FORBIDDEN'>,
  { token, browserUserId, client }: Proof,
): Promise<OpenedSession & { deviceToken: string }> {
  return changeAccounts(ctx, async (tx) => {
    const taken = await takeMailedToken(tx, { text: token, purpose: 'device_verify' })
    if (typeof taken === 'string' || taken.userId === null) throw ctx.fault('token:invalid_device_verify')
    const { userId, rememberMe } = taken
    const methods = [...taken.methods, 'mail'] as const
    if (browserUserId !== undefined && browserUserId !== userId) {
      throw ctx.fault('FORBIDDEN', { details: 'Sign out first: this browser holds a session of another account.' })
    }
    await lockAccount(tx, userId)
    const device = makeToken('device')
    const deviceId = randomUUIDv7()
    const { userAgent, address: ipAddress } = client
    await tx.insert(devices).values({ id: deviceId, userId, tokenDigest: device.digest, userAgent, ipAddress })
    await forgetOldest(tx, userId)
    await audit(tx, { type: 'device_added', userId, client })
    await audit(tx, { type: 'login_succeeded', userId, client })
    const session = await openSession(tx, ctx.config, { userId, deviceId, rememberMe, methods, client })
    return { ...session, deviceToken: device.text }
  })
}

const mostDevices = 50

async function forgetOldest(tx: Transaction, userId: string): Promise<void> {
  const beyond = tx
    .select({ id: devices.id })
    .from(devices)
    .where(eq(devices.userId, userId))
    .orderBy(desc(devices.lastSeenAt), desc(devices.id))
    .offset(mostDevices)
  await tx.delete(devices).where(inArray(devices.id, beyond))
}
