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
 * Hashes the password with today's parameters. Returns undefined if the stored hash has them already, or if there is no
 * room: the next sign-in can do it as well.
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

/** Without a stored hash it does the same work and returns false. */
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
 * Reserves a place in the queue for a stranger's password, before anything is counted for their account or address, or
 * asked of the database. Otherwise a whole crowd would be let in for one free place, and refused only after that work.
 */
export function reserveHashing(ctx: Refusing, network: string): Place {
  try {
    return ctx.hasher.reserve(network)
  } catch (error) {
    throw busy(ctx, error)
  }
}

/** Refuses if no place is free; reserves none. */
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
