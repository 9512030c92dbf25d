import { createHmac, randomInt, randomUUIDv7, timingSafeEqual } from 'node:crypto'
import { and, count, eq, isNull, sql } from 'drizzle-orm'
import { deriveKey } from '../crypto/derived-key.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { Database } from '../db/database.ts'
import { backupCodes } from '../db/schema/totp.ts'
import type { Transaction } from '../db/transaction.ts'

const codesAtATime = 10
const codeLength = 8
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

const makeCode = (): string => Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join('')

const digestOf = (key: Buffer, userId: string, code: string): Buffer =>
  createHmac('sha256', key).update(`${userId}:${code}`).digest()

/** Afterwards these codes are the account's only ones [MF3]; their text exists only in what is returned. */
export async function replaceBackupCodes(tx: Transaction, keyring: Keyring, userId: string): Promise<string[]> {
  const { id: keyId } = keyring.getSealingKey()
  const key = deriveKey(keyring, keyId, 'backup code')
  const codes = new Set<string>()
  while (codes.size < codesAtATime) codes.add(makeCode())
  await tx.delete(backupCodes).where(eq(backupCodes.userId, userId))
  await tx
    .insert(backupCodes)
    .values([...codes].map((code) => ({ id: randomUUIDv7(), userId, keyId, digest: digestOf(key, userId, code) })))
  return [...codes]
}

const unused = (userId: string) => and(eq(backupCodes.userId, userId), isNull(backupCodes.usedAt))

/** Finds the row of an unspent code. Gives `exhausted` if the account has no code left at all. */
export async function findBackupCode(
  db: Database,
  keyring: Keyring,
  { userId, code }: { readonly userId: string; readonly code: string },
): Promise<{ readonly id: string } | 'wrong' | 'exhausted'> {
  const left = await db.select().from(backupCodes).where(unused(userId))
  if (left.length === 0) return 'exhausted'
  const digests = new Map(
    left.map(({ keyId }) => [keyId, digestOf(deriveKey(keyring, keyId, 'backup code'), userId, code)]),
  )
  const found = left.find(({ keyId, digest }) => timingSafeEqual(digests.get(keyId) as Buffer, digest))
  return found ? { id: found.id } : 'wrong'
}

/** Whether this very statement spent the code. */
export async function spendBackupCode(tx: Transaction, id: string): Promise<boolean> {
  const spent = await tx
    .update(backupCodes)
    .set({ usedAt: sql`now()` })
    .where(and(eq(backupCodes.id, id), isNull(backupCodes.usedAt)))
    .returning({ id: backupCodes.id })
  return spent.length > 0
}

export async function countBackupCodes(db: Database, userId: string): Promise<number> {
  const [row] = await db.select({ left: count() }).from(backupCodes).where(unused(userId))
  return row?.left ?? 0
}
