import { createHash, timingSafeEqual } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { isFileName } from '../accounts/image-url.ts'
import type { Context } from '../context.ts'
import { files } from '../db/schema/files.ts'
import { FileStoreError } from '../ports/file-store.ts'

export const readStoredFileRefusals = ['file:not_found', 'file:read_error'] as const

type ReadStoredFileRefusal = (typeof readStoredFileRefusals)[number]

/** Returns the bytes as they were stored, after checking their digest. */
export async function readStoredFile(ctx: Context<ReadStoredFileRefusal>, name: string): Promise<Buffer> {
  // The name becomes a path in the store.
  const [file] = isFileName(name)
    ? await ctx.db.select({ digest: files.digest }).from(files).where(eq(files.name, name))
    : []
  if (file === undefined) throw ctx.fault('file:not_found')
  const bytes = await ctx.fileStore.get(name).catch((cause: unknown) => {
    if (!(cause instanceof FileStoreError)) throw cause
    throw ctx.fault('file:read_error', { cause })
  })
  if (bytes === undefined) throw ctx.fault('file:read_error', { details: 'The store does not have the bytes.' })
  if (!timingSafeEqual(createHash('sha256').update(bytes).digest(), file.digest)) {
    throw ctx.fault('file:read_error', { details: 'The bytes are not those that were stored.' })
  }
  return bytes
}
