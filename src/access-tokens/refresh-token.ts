import { createHmac, randomUUIDv7 } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { deriveKey } from '../crypto/derived-key.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { makeToken } from '../crypto/secret-token.ts'
import { refreshTokens } from '../db/schema/sessions.ts'
import type { Transaction } from '../db/transaction.ts'

export type MadeToken = ReturnType<typeof makeToken>

/**
 * The one child of a refresh token. It is derived from its parent, so that a repeated request gets the same child
 * although only digests are stored [TK4].
 */
export function deriveChild(keyring: Keyring, parentText: string, keyId: number): MadeToken {
  const key = deriveKey(keyring, keyId, 'refresh child')
  return makeToken('refresh', createHmac('sha256', key).update(parentText).digest())
}

type NewToken = {
  readonly familyId: string
  readonly token: MadeToken
  readonly ttlSeconds: number
}

/** Afterwards the token can be used once; gives the database's time in seconds since 1970. */
export async function putRefreshToken(tx: Transaction, { familyId, token, ttlSeconds }: NewToken): Promise<number> {
  const [row] = await tx
    .insert(refreshTokens)
    .values({
      id: randomUUIDv7(),
      familyId,
      digest: token.digest,
      expiresAt: sql`now() + make_interval(secs => ${ttlSeconds})`,
    })
    .returning({ nowSeconds: sql<number>`extract(epoch from now())::float8` })
  return (row as { nowSeconds: number }).nowSeconds
}
