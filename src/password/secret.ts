import type { Context } from '../context.ts'
import { StoredHashError } from '../crypto/password-hasher.ts'
import { QueueFullError } from '../crypto/work-queue.ts'

type HashingContext = Context<'rate_limit:exceeded' | 'system:hashing_error'>

export const hashPassword = (ctx: HashingContext, password: string): Promise<string> =>
  translated(ctx, () => ctx.hasher.hash(password))

export const isPasswordRight = (
  ctx: HashingContext,
  storedHash: string | undefined,
  password: string,
): Promise<boolean> => translated(ctx, () => ctx.hasher.verify(storedHash, password))

async function translated<Result>(ctx: HashingContext, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (cause) {
    if (cause instanceof QueueFullError) {
      const { retryAfterSeconds } = cause
      throw ctx.fault('rate_limit:exceeded', {
        retryAfterSeconds,
        details: 'Too many passwords are waiting to be hashed.',
      })
    }
    if (cause instanceof StoredHashError) throw ctx.fault('system:hashing_error', { cause })
    throw cause
  }
}
