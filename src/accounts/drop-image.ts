import { and, eq } from 'drizzle-orm'
import { files } from '../db/schema/files.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'

/** Deletes the rows of an account's files and, after the commit, their bytes; says whether there were any. */
export async function dropImage(
  { jobs }: Pick<Deps, 'jobs'>,
  tx: Transaction,
  { userId, kind }: { readonly userId: string; readonly kind?: (typeof files.$inferSelect)['kind'] },
): Promise<boolean> {
  const dropped = await tx
    .delete(files)
    .where(and(eq(files.userId, userId), kind === undefined ? undefined : eq(files.kind, kind)))
    .returning({ name: files.name })
  for (const { name } of dropped) await jobs.enqueue(tx, 'delete-file', { name }, 0)
  return dropped.length > 0
}
