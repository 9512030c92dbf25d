import { randomBytes } from 'node:crypto'
import { inSpan } from '../tracing/span.ts'
import { type Owner, type Place, workQueue } from '../waiting/work-queue.ts'
import { type Argon2, type Argon2Cost, loadArgon2 } from './argon2.ts'
import { argon2Cost } from './stored-hash.argon2.ts'
import { parseStoredHash } from './stored-hash.ts'
import type { StoredHash } from './stored-hash-parts.ts'

export type PasswordHasher = {
  hash(password: string, owner?: Owner): Promise<string>
  /** Without a stored hash a dummy is verified: the same work, and never right [TH5]. */
  verify(storedHash: string | undefined, password: string, owner?: Owner): Promise<boolean>
  /** Whether a hash was made with other parameters than today's [PW5]. */
  isOutdated(storedHash: string): boolean
  /** Fails with QueueFullError where there is no room for the password of a stranger of that network. */
  checkRoom(network: string): void
  /** The same, and the room is kept for a password that is hashed or verified later. */
  reserve(network: string): Place
  /** How many are computed, and how many wait. */
  state(): { readonly running: number; readonly waiting: number }
}

type Options = { readonly cost: Argon2Cost; readonly concurrency: number }

const deadlineMs = 2000
const leastWaiting = 64

/** The same characters give the same password, however the keyboard composed them [PW2]. */
export const normalized = (password: string): string => password.normalize('NFKC')

export async function openPasswordHasher({ cost, concurrency }: Options): Promise<PasswordHasher> {
  const argon2 = await loadArgon2()
  const queued = workQueue({ concurrency, deadlineMs, leastWaiting })
  const dummy = await argon2.hash(randomBytes(32).toString('base64url'), cost)
  return {
    hash: (password, owner) => queued(() => inSpan('hash', {}, () => argon2.hash(normalized(password), cost)), owner),
    verify: async (storedHash, password, owner) => {
      const stored = parseStoredHash(storedHash ?? dummy, cost)
      const right = await queued(() => inSpan('hash', {}, () => verifySpellings(argon2, stored, password)), owner)
      return right && storedHash !== undefined
    },
    isOutdated: (storedHash) => {
      const made = argon2Cost(storedHash)
      return made?.m !== cost.memoryKib || made.t !== cost.timeCost || made.p !== 1
    },
    checkRoom: queued.checkRoom,
    reserve: queued.reserve,
    state: queued.state,
  }
}

/**
 * Another system hashed what was typed, Postern what was normalised, and a hash does not say who made it: both are
 * tried where they differ, also with the dummy, so that the time tells nothing.
 */
async function verifySpellings(argon2: Argon2, stored: StoredHash, password: string): Promise<boolean> {
  const plain = normalized(password)
  return (await stored.verify(argon2, password)) || (plain !== password && stored.verify(argon2, plain))
}
