import { inArray } from 'drizzle-orm'
import { isFileName } from '../accounts/image-url.ts'
import type { Database } from '../db/database.ts'
import { files } from '../db/schema/files.ts'
import { temporaryPrefix } from '../ports/file-store.disk.ts'
import type { FileStore } from '../ports/file-store.ts'

/** A file is stored before its row is written, so a young file may still get one. */
const graceMs = 3_600_000
const batchSize = 500

/** Afterwards the store has no file without a row: a crash between writing the bytes and their row leaves one. */
export async function sweepOrphans({ db, fileStore }: { readonly db: Database; readonly fileStore: FileStore }) {
  let batch: string[] = []
  const deleteOrphans = async (): Promise<void> => {
    const owned = await db.select({ name: files.name }).from(files).where(inArray(files.name, batch))
    const names = new Set(owned.map(({ name }) => name))
    for (const name of batch) if (!names.has(name)) await fileStore.delete(name)
    batch = []
  }
  for await (const { name, modifiedAt } of fileStore.list()) {
    // A folder or bucket may hold other programs' files.
    if (!isFileName(name) && !name.startsWith(temporaryPrefix)) continue
    if (modifiedAt.getTime() > Date.now() - graceMs) continue
    if (batch.push(name) === batchSize) await deleteOrphans()
  }
  if (batch.length > 0) await deleteOrphans()
}
