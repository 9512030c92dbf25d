import { randomBytes } from 'node:crypto'
import { inSpan } from '../tracing/span.ts'
import { type Owner, type Place, workQueue } from '../waiting/work-queue.ts'
import { type Argon2, type Argon2Cost, loadArgon2 } from './argon2.ts'
import { argon2Cost } from './stored-hash.argon2.ts'
import { parseStoredHash } from './stored-hash.ts'
import type { StoredHash } from './stored-hash-parts.ts'

export type PasswordHasher = {
  hash(password: string, owner?: Owner): Promise<string>
  /** Without a stored hash it verifies a dummy, which takes the same work and is never right [TH5]. */
  verify(storedHash: string | undefined, password: string, owner?: Owner): Promise<boolean>
  /** Whether the hash was made with parameters other than today's [PW5]. */
  isOutdated(storedHash: string): boolean
  /** Fails with QueueFullError if there is no room for the password of a stranger from this network. */
  checkRoom(network: string): void
  /** Like `checkRoom`, but also keeps the room for a password that is hashed or verified later. */
  reserve(network: string): Place
  /** How many hashes are being computed, and how many wait. */
  state(): { readonly running: number; readonly waiting: number }
}

type Options = {
  readonly cost: Argon2Cost
  readonly concurrency: number
  /** How long a password waits for its turn. */
  readonly deadlineMs?: number | undefined
}

const leastWaiting = 64

/** Makes the same characters the same password, however the keyboard composed them [PW2]. */
export const normalized = (password: string): string => password.normalize('NFKC')

export async function openPasswordHasher({ cost, concurrency, deadlineMs = 2000 }: Options): Promise<PasswordHasher> {
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
 * Other systems hashed what the user typed, Postern hashed the normalised text, and a hash does not show which. Both
 * are tried if they differ, also with the dummy, so that timing shows nothing.
 */
async function verifySpellings(argon2: Argon2, stored: StoredHash, password: string): Promise<boolean> {
  const plain = normalized(password)
  return (await stored.verify(argon2, password)) || (plain !== password && stored.verify(argon2, plain))
}
