import type { Context } from '../context.ts'
import { QueueFullError } from '../waiting/work-queue.ts'
import type { Database } from './database.ts'
import type { Reader } from './heavy-reads.ts'

/** Reads through `heavyReads`; a full queue is refused with `rate_limit:exceeded`. */
export async function readHeavily<Result>(
  ctx: Pick<Context<'rate_limit:exceeded'>, 'heavyReads' | 'fault'>,
  reader: Reader,
  read: (db: Database) => Promise<Result>,
): Promise<Result> {
  try {
    return await ctx.heavyReads(reader, read)
  } catch (error) {
    throw tooMuchToRead(ctx, error)
  }
}

/** Turns QueueFullError into `rate_limit:exceeded`; gives any other error back unchanged. */
export function tooMuchToRead({ fault }: Pick<Context<'rate_limit:exceeded'>, 'fault'>, error: unknown): unknown {
  if (!(error instanceof QueueFullError)) return error
  const { retryAfterSeconds } = error
  return fault('rate_limit:exceeded', { retryAfterSeconds, details: 'Too much is being read at once.' })
}
