import { sql } from 'drizzle-orm'
import { type Keyring, KeyringError } from '../crypto/keyring.ts'
import type { Database } from './database.ts'
import type { SealedColumn } from './rows.ts'

/** Those up to the newest that are not there, or cannot be read. After `keys reseal` older ones may be thrown away. */
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
 * Finds a key without which something that is kept does not open. Looks at the rows only where one is missing, and not
 * again once nothing was found to need it: nothing new is sealed by it.
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
  // As `sealingKeyId` reads it.
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
