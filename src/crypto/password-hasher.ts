import { randomBytes } from 'node:crypto'
import { type Argon2Cost, loadArgon2 } from './argon2.ts'
import { workQueue } from './work-queue.ts'

/** A stored hash that cannot be parsed, or would cost more than any that Postern makes. */
export class StoredHashError extends Error {}

export type PasswordHasher = {
  hash(password: string): Promise<string>
  /** Without a stored hash a dummy is verified: the same work, and never right [TH5]. */
  verify(storedHash: string | undefined, password: string): Promise<boolean>
  /** Whether a hash was made with other parameters than today's [PW5]. */
  isOutdated(storedHash: string): boolean
}

type Options = { readonly cost: Argon2Cost; readonly concurrency: number }

/** The most that a stored hash may cost: 1 GiB, 10 passes, 16 lanes [PW6]. */
const bounds = { m: 1024 * 1024, t: 10, p: 16 }
/** The libraries write the three parameters in different orders. */
const phc = /^\$argon2(?:id|i|d)\$v=19\$([mtp=,\d]{11,40})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,171}$/

const deadlineMs = 2000
const leastWaiting = 64

/** The same characters give the same password, however the keyboard composed them [PW2]. */
export const normalized = (password: string): string => password.normalize('NFKC')

export async function openPasswordHasher({ cost, concurrency }: Options): Promise<PasswordHasher> {
  const argon2 = await loadArgon2()
  const queued = workQueue({ concurrency, deadlineMs, leastWaiting })
  const dummy = await argon2.hash(randomBytes(32).toString('base64url'), cost)
  return {
    hash: (password) => queued(() => argon2.hash(normalized(password), cost)),
    verify: async (storedHash, password) => {
      if (storedHash !== undefined) checkCost(storedHash)
      const right = await queued(() => argon2.verify(storedHash ?? dummy, normalized(password)))
      return right && storedHash !== undefined
    },
    isOutdated: (storedHash) => {
      const made = storedHash.startsWith('$argon2id$v=19$') ? costOf(storedHash) : undefined
      return made?.m !== cost.memoryKib || made.t !== cost.timeCost || made.p !== 1
    },
  }
}

function checkCost(storedHash: string): void {
  const cost = costOf(storedHash)
  if (cost === undefined) throw new StoredHashError('A stored password hash cannot be parsed')
  if (!(within(cost.m, bounds.m) && within(cost.t, bounds.t) && within(cost.p, bounds.p))) {
    throw new StoredHashError('A stored password hash is out of the cost bounds')
  }
}

type Cost = { readonly m: number | undefined; readonly t: number | undefined; readonly p: number | undefined }

function costOf(storedHash: string): Cost | undefined {
  const parameters = phc.exec(storedHash)?.[1]
  if (parameters === undefined) return undefined
  const found = new Map(parameters.split(',').map((one) => [one.slice(0, 2), Number(one.slice(2))]))
  return { m: found.get('m='), t: found.get('t='), p: found.get('p=') }
}

const within = (value: number | undefined, most: number): boolean => value !== undefined && value >= 1 && value <= most
