import { createHash } from 'node:crypto'
import { and, eq, isNull } from 'drizzle-orm'
import { dropImage } from '../accounts/drop-image.ts'
import { fileUrl, newFileName } from '../accounts/image-url.ts'
import type { Context } from '../context.ts'
import { changeAccounts } from '../credentials/change-accounts.ts'
import { files } from '../db/schema/files.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { FileStoreError } from '../ports/file-store.ts'
import type { ImageKind } from './image.ts'

export const setImageRefusals = ['file:upload_error', 'session:invalid_user_id'] as const

type SetImageRefusal = (typeof setImageRefusals)[number]

export const clearImageRefusals = ['file:not_found'] as const

type ClearImageRefusal = (typeof clearImageRefusals)[number]

/** Afterwards the account shows the picture, and the one before is deleted. Returns its URL. */
export async function setImage(
  ctx: Context<SetImageRefusal>,
  { userId, kind, webp }: { readonly userId: string; readonly kind: ImageKind; readonly webp: Buffer },
): Promise<string> {
  const name = newFileName()
  await ctx.fileStore.put(name, webp).catch((cause: unknown) => {
    if (!(cause instanceof FileStoreError)) throw cause
    throw ctx.fault('file:upload_error', { cause, details: 'The picture could not be stored. Try again.' })
  })
  try {
    await changeAccounts(ctx, async (tx) => {
      if ((await lockUser(tx, userId)) === undefined) throw ctx.fault('session:invalid_user_id')
      tx.forget(userId)
      await dropImage(ctx, tx, { userId, kind })
      const digest = createHash('sha256').update(webp).digest()
      await tx.insert(files).values({ name, userId, kind, digest, size: webp.length })
      await tx
        .update(users)
        .set(kind === 'profile_image' ? { profileImage: name } : { bannerImage: name })
        .where(eq(users.id, userId))
    })
  } catch (error) {
    // If this fails too, the sweep deletes the file.
    await ctx.fileStore.delete(name).catch(() => undefined)
    throw error
  }
  return fileUrl(ctx.config, name)
}

/** Afterwards the account has no picture of this kind. */
export function clearImage(
  ctx: Context<ClearImageRefusal>,
  { userId, kind }: { readonly userId: string; readonly kind: ImageKind },
): Promise<void> {
  return changeAccounts(ctx, async (tx) => {
    await lockUser(tx, userId)
    tx.forget(userId)
    if (!(await dropImage(ctx, tx, { userId, kind }))) throw ctx.fault('file:not_found')
    await tx
      .update(users)
      .set(kind === 'profile_image' ? { profileImage: null } : { bannerImage: null })
      .where(eq(users.id, userId))
  })
}

const lockUser = async (tx: Transaction, userId: string) =>
  (
    await tx
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, userId), isNull(users.deletedAt)))
      .for('no key update')
  )[0]
