import { sql } from 'drizzle-orm'
import { type Keyring, KeyringError } from '../crypto/keyring.ts'
import type { Database } from './database.ts'
import type { SealedColumn } from './rows.ts'

/** Ids below the newest whose keys are missing or unreadable. That does no harm if no stored data needs the key. */
function findUnusable(keyring: Keyring): number[] {
  const usable = new Set(keyring.encryptionKeys().flatMap(({ id, key }) => (key instanceof KeyringError ? [] : [id])))
  const newest = keyring.getSealingKey().id
  return Array.from({ length: newest }, (_, index) => index + 1).filter((id) => !usable.has(id))
}

type Kept = {
  readonly db: Database
  readonly keyring: Keyring
  readonly sealedColumns: readonly SealedColumn[]
}

type FindLostKey = () => Promise<number | undefined>

/**
 * Finds an encryption key that is missing although stored data needs it. Rows are read only for a missing key, and only
 * until it proves unneeded, since nothing new is sealed with it.
 */
export function lostKeyFinder({ db, keyring, sealedColumns }: Kept): FindLostKey {
  const unneeded = new Set<number>()
  return async () => {
    for (const id of findUnusable(keyring).filter((one) => !unneeded.has(one))) {
      if (await isNeeded(db, sealedColumns, id)) return id
      unneeded.add(id)
    }
    return undefined
  }
}

async function isNeeded(db: Database, sealedColumns: readonly SealedColumn[], keyId: number): Promise<boolean> {
  // The same four bytes that `sealingKeyId` reads.
  const head = Buffer.alloc(4)
  head.writeUInt32BE(keyId)
  const sealed = sealedColumns.map(
    ({ table, column }) =>
      sql`exists (select from ${sql.identifier(table)}
        where substring(${sql.identifier(column)} from 2 for 4) = ${head})`,
  )
  const digested = sql`exists (select from backup_codes where key_id = ${keyId} and used_at is null)`
  const { rows } = await db.execute<{ needed: boolean }>(
    sql`select ${sql.join([...sealed, digested], sql` or `)} as needed`,
  )
  return rows[0]?.needed === true
}
