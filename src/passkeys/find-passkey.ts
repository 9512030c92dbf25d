import { and, eq, isNull, sql } from 'drizzle-orm'
import { isBanned } from '../accounts/banned.ts'
import type { Context } from '../context.ts'
import { deviceDigestOf, isKnownDevice } from '../credentials/devices.ts'
import { prepared } from '../db/prepared.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import { devices, users } from '../db/schema/users.ts'
import { factorsOn } from '../sign-in/factors.ts'

export type FoundPasskey = NonNullable<Awaited<ReturnType<typeof findPasskey>>>

/** The passkey of that credential, whose it is, and the device that asks if it is the account's: one statement. */
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
    // A replica of the version before erases accounts without their passkeys.
    .innerJoin(users, and(eq(users.id, passkeys.userId), isNull(users.deletedAt)))
    .leftJoin(devices, isKnownDevice)
    .where(and(eq(passkeys.credentialId, sql.placeholder('credentialId')), isNull(passkeys.deletedAt)))
    .prepare('find_passkey'),
)
