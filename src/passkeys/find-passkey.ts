import { and, eq, isNull, sql } from 'drizzle-orm'
import { isBanned } from '../accounts/banned.ts'
import type { Context } from '../context.ts'
import { deviceDigestOf, isKnownDevice } from '../credentials/devices.ts'
import { prepared } from '../db/prepared.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import { devices, users } from '../db/schema/users.ts'
import { factorsOn } from '../sign-in/factors.ts'

export type FoundPasskey = NonNullable<Awaited<ReturnType<typeof findPasskey>>>

/** Finds the passkey with that credential id, its owner, and the device that asks if the account knows it. */
export async function findPasskey(
  ctx: Context<never>,
  { credentialId, deviceToken }: { readonly credentialId: Buffer; readonly deviceToken: string | undefined },
) {
  const [found] = await findStatement(ctx.db).execute({ credentialId, deviceDigest: deviceDigestOf(deviceToken) })
  return found
}

const findStatement = prepared((db) =>
  db
    .select({
      passkey: passkeys,
      user: {
        id: users.id,
        email: users.email,
        emailKey: users.emailKey,
        handle: users.passkeyHandle,
        factors: factorsOn,
        isBanned,
      },
      deviceId: devices.id,
    })
    .from(passkeys)
    // A replica of the previous version erases accounts without deleting their passkeys.
    .innerJoin(users, and(eq(users.id, passkeys.userId), isNull(users.deletedAt)))
    .leftJoin(devices, isKnownDevice)
    .where(and(eq(passkeys.credentialId, sql.placeholder('credentialId')), isNull(passkeys.deletedAt)))
    .prepare('find_passkey'),
)
