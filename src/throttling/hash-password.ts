import type { Context } from '../context.ts'
import { DomainError } from '../errors/fault.ts'
import { StoredHashError } from '../hashing/stored-hash-parts.ts'
import { type Place, QueueFullError } from '../waiting/work-queue.ts'
import type { HashTicket } from './hash-ticket.ts'

type Refusing = Pick<Context<'rate_limit:exceeded'>, 'hasher' | 'fault'>

export async function hashPassword(
  ctx: Context<'rate_limit:exceeded'>,
  password: string,
  ticket: HashTicket,
): Promise<string> {
  try {
    return await ctx.hasher.hash(password, ticket)
  } catch (error) {
    throw busy(ctx, error)
  }
}

/**
 * A hash with today's parameters, where the stored one has others and there is room for the work: at the next sign-in
 * it is as good.
 */
export async function renewHash(
  ctx: Context<'rate_limit:exceeded'>,
  storedHash: string,
  password: string,
  countHash: () => Promise<HashTicket>,
): Promise<string | undefined> {
  if (!ctx.hasher.isOutdated(storedHash)) return undefined
  try {
    return await hashPassword(ctx, password, await countHash())
  } catch (error) {
    if (error instanceof DomainError && error.code === 'rate_limit:exceeded') return undefined
    throw error
  }
}

/** Without a stored hash it is never right, after the same work. */
export async function isPasswordRight(
  ctx: Context<'rate_limit:exceeded' | 'system:hashing_error'>,
  storedHash: string | undefined,
  password: string,
  ticket: HashTicket,
): Promise<boolean> {
  try {
    return await ctx.hasher.verify(storedHash, password, ticket)
  } catch (error) {
    if (error instanceof StoredHashError) throw ctx.fault('system:hashing_error', { cause: error })
    throw busy(ctx, error)
  }
}

/**
 * A place in the queue for the password of whom nobody knows, before anything is counted against their account or
 * address, or asked of the database: a crowd that is let in on one free place would find out there that it is taken.
 */
export function reserveHashing(ctx: Refusing, network: string): Place {
  try {
    return ctx.hasher.reserve(network)
  } catch (error) {
    throw busy(ctx, error)
  }
}

/** Refuses where no place is to be had; takes none. */
export function checkRoomForHashing(ctx: Refusing, network: string): void {
  try {
    ctx.hasher.checkRoom(network)
  } catch (error) {
    throw busy(ctx, error)
  }
}

function busy(ctx: Pick<Refusing, 'fault'>, error: unknown): unknown {
  if (!(error instanceof QueueFullError)) return error
  const { retryAfterSeconds } = error
  return ctx.fault('rate_limit:exceeded', {
    retryAfterSeconds,
    details: 'Too many passwords are waiting to be hashed.',
  })
}
