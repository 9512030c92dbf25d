import { randomUUIDv7 } from 'node:crypto'
import { violatesUnique } from '../db/failure.ts'
import { oauthIdentities } from '../db/schema/oauth.ts'
import type { Transaction } from '../db/transaction.ts'

type Connection = Omit<typeof oauthIdentities.$inferInsert, 'id' | 'createdAt'>

/**
 * Afterwards the connection opens the account.
 * @param taken makes the error to throw if another account has the connection, or this account has another connection
 * of the same provider
 */
export async function connect(
  tx: Transaction,
  connection: Connection,
  taken: (cause: unknown) => unknown,
): Promise<void> {
  try {
    await tx.insert(oauthIdentities).values({ id: randomUUIDv7(), ...connection })
  } catch (error) {
    const isTaken =
      violatesUnique(error, 'oauth_identities_subject_unique') || violatesUnique(error, 'oauth_identities_user_unique')
    throw isTaken ? taken(error) : error
  }
}
