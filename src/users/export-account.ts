import { asc, eq } from 'drizzle-orm'
import type { Config } from '../config.ts'
import type { Database } from '../db/client.ts'
import { files } from '../db/schema/files.ts'
import { securityEvents, userRoles } from '../db/schema/users.ts'
import { transaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { fileUrl } from '../files/url.ts'
import type { Client } from '../http/client.ts'
import { listConnections } from '../oauth/connections.ts'
import { listDevices } from '../sessions/devices.ts'
import { listSessions } from '../sessions/list.ts'
import type { SignedIn } from '../sessions/resolve.ts'
import { audit } from './audit.ts'
import { presentMe } from './me.ts'
import { newestFirst, presentEvent } from './security-events.ts'

/** Everything that is kept of the account; the export itself is one of its events. */
export async function exportAccount({ pool, config }: Deps, signedIn: SignedIn, client: Client) {
  const { user } = signedIn
  return transaction(pool, async (tx) => {
    await audit(tx, { type: 'data_exported', userId: user.id, client })
    return {
      exported_at: new Date().toISOString(),
      user: presentMe(config, user),
      sessions: await listSessions(tx, signedIn),
      devices: await listDevices(tx, signedIn),
      connections: await listConnections(tx, signedIn),
      roles: await listRoles(tx, user.id),
      bans: user.isBanned ? [{ reason: user.banReason, expires_at: user.bannedUntil?.toISOString() ?? null }] : [],
      security_events: await listAllEvents(tx, user.id),
      files: await listFiles(tx, config, user.id),
    }
  })
}

async function listFiles(db: Database, config: Config, userId: string) {
  const rows = await db.select().from(files).where(eq(files.userId, userId)).orderBy(asc(files.kind))
  return rows.map(({ kind, name }) => ({ kind, url: fileUrl(config, name) }))
}

async function listRoles(db: Database, userId: string) {
  const rows = await db.select().from(userRoles).where(eq(userRoles.userId, userId)).orderBy(asc(userRoles.role))
  return rows.map(({ role, createdAt, expiresAt }) => ({
    role,
    granted_at: createdAt.toISOString(),
    expires_at: expiresAt?.toISOString() ?? null,
  }))
}

async function listAllEvents(db: Database, userId: string) {
  const rows = await db
    .select()
    .from(securityEvents)
    .where(eq(securityEvents.userId, userId))
    .orderBy(...newestFirst)
  return rows.map(presentEvent)
}
