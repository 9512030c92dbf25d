import type pg from 'pg'
import { type Keyring, KeyringError } from '../crypto/keyring.ts'
import type { Database } from '../db/database.ts'
import { lostKeyFinder } from '../db/lost-keys.ts'
import { findMissingColumn } from '../db/needed-columns.ts'
import type { SealedColumn } from '../db/rows.ts'
import type { HealthCheck } from './health.ts'

/** PostgreSQL answers, has all tables, and takes writes, unlike a standby. */
export const postgresCheck =
  (pool: pg.Pool): HealthCheck =>
  async () => {
    const { rows } = await pool.query<{ read_only: string }>(
      "select current_setting('transaction_read_only') as read_only",
    )
    if (rows[0]?.read_only === 'on') throw new Error('PostgreSQL takes no writes')
    const missing = await findMissingColumn(pool)
    if (missing !== undefined) throw new Error(`There is no ${missing}`)
  }

type Keys = {
  readonly db: Database
  readonly keyring: Keyring
  readonly sealedColumns: readonly SealedColumn[]
  readonly signingKeys: { getCurrent(): unknown }
}

/** The keys can open what was sealed, and can seal and sign. */
export function keysCheck({ db, keyring, sealedColumns, signingKeys }: Keys): HealthCheck {
  const findLostKey = lostKeyFinder({ db, keyring, sealedColumns })
  return async () => {
    keyring.getSealingKey()
    signingKeys.getCurrent()
    const lost = await findLostKey().catch((error: unknown) => {
      // While the database is away, the check of postgres reports it.
      if (error instanceof KeyringError) throw error
      return undefined
    })
    if (lost !== undefined) throw new KeyringError(`The encryption key ${lost} is gone, and is needed`)
  }
}
