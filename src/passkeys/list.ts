import { desc, eq } from 'drizzle-orm'
import type { Config } from '../config/config.ts'
import { rpIdOf } from '../config/relying-party.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import { sessions } from '../db/schema/sessions.ts'
import { users } from '../db/schema/users.ts'
import { isTheirs } from './counted.ts'

/** The account's passkeys, newest first. */
export const findPasskeys = (db: Database, userId: string) =>
  db.select().from(passkeys).where(isTheirs(userId)).orderBy(desc(passkeys.createdAt), desc(passkeys.id))

/**
 * The account's passkeys, with the ids that a browser needs to tell authenticators which of them are still accepted.
 */
export async function listPasskeys(db: Database, config: Config, signedIn: Pick<SignedIn, 'sessionId' | 'user'>) {
  const { sessionId, user } = signedIn
  const own = await findPasskeys(db, user.id)
  const [whose] = await db.select({ handle: users.passkeyHandle }).from(users).where(eq(users.id, user.id))
  const opener = await findOpener(db, sessionId)
  return {
    rp_id: rpIdOf(config),
    // Hidden while PASSKEY_SIGNALS is off: clients could otherwise make authenticators drop the passkeys that a
    // restored database does not know.
    ...(whose?.handle && config.passkeySignals === 'on' && { user_handle: whose.handle.toString('base64url') }),
    passkeys: own.map((passkey) => presentPasskey(passkey, opener)),
  }
}

/** The id of the passkey that opened the session, if one did. */
export async function findOpener(db: Database, sessionId: string): Promise<string | null | undefined> {
  const [session] = await db.select({ opener: sessions.passkeyId }).from(sessions).where(eq(sessions.id, sessionId))
  return session?.opener
}

export const presentPasskey = (
  { id, credentialId, name, createdAt, lastUsedAt, backedUp, aaguid, transports }: typeof passkeys.$inferSelect,
  opener: string | null | undefined,
) => ({
  id,
  credential_id: credentialId.toString('base64url'),
  name,
  created_at: createdAt.toISOString(),
  ...(lastUsedAt !== null && { last_used_at: lastUsedAt.toISOString() }),
  backed_up: backedUp,
  ...(aaguid !== null && { aaguid }),
  ...(transports.length > 0 && { transports }),
  is_current: id === opener,
})
