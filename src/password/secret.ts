import type { Context } from '../context.ts'
import { StoredHashError } from '../crypto/stored-hash.ts'
import { type Owner, QueueFullError } from '../crypto/work-queue.ts'

export async function hashPassword(
  ctx: Context<'rate_limit:exceeded'>,
  password: string,
  owner?: Owner,
): Promise<string> {
  try {
    return await ctx.hasher.hash(password, owner)
  } catch (error) {
    throw busy(ctx, error)
  }
}

/** Without a stored hash it is never right, after the same work. */
export async function isPasswordRight(
  ctx: Context<'rate_limit:exceeded' | 'system:hashing_error'>,
  storedHash: string | undefined,
  password: string,
  owner?: Owner,
): Promise<boolean> {
  try {
    return await ctx.hasher.verify(storedHash, password, owner)
  } catch (error) {
    if (error instanceof StoredHashError) throw ctx.fault('system:hashing_error', { cause: error })
    throw busy(ctx, error)
  }
}

/** Refuses whom nobody knows while no password of theirs could be hashed: before anything is counted against them or asked of the database. */
export function refuseWhileBusy(ctx: Context<'rate_limit:exceeded'>): void {
  const refusal = ctx.hasher.refusalOf('unknown')
  if (refusal) throw busy(ctx, refusal)
}

function busy(ctx: Context<'rate_limit:exceeded'>, error: unknown): unknown {
  if (!(error instanceof QueueFullError)) return error
  const { retryAfterSeconds } = error
  return ctx.fault('rate_limit:exceeded', {
    retryAfterSeconds,
    details: 'Too many passwords are waiting to be hashed.',
  })
}
