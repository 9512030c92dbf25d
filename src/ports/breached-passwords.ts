import { createHash } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { describeCause } from '../errors/cause.ts'
import { within } from '../waiting/within.ts'

/** Where the hashes of passwords that leaked can be looked up. */
export type BreachedHashes = {
  /** @throws where it cannot say, after some time in any case but that of a file system that hangs */
  has(sha1: Buffer): Promise<boolean>
}

/** Who has a password looked up: somebody who signs up, a link's holder or an account that sets one; or a sign-in. */
export type Asker = { readonly party: string; readonly lane: 'stranger' | 'known' | 'sign-in' }

export type Breached = 'yes' | 'no' | 'unknown'

export type BreachedPasswords = {
  /** Whether the password leaked, in 900 ms at most; `unknown` where nobody can say [PW9]. */
  has(password: string, asker: Asker): Promise<Breached>
  /** How often it was said. */
  readonly counts: Readonly<Record<Breached, number>>
}

/** For what has no deadline of its own, as a file. */
const deadlineMs = 900

/** How many are looked up at a time when a lane gets no more; what sets a password goes before what is only told. */
const places = { 'sign-in': 8, stranger: 12, known: 16 } as const
const placesOfOne = 4

type Options = { readonly hashes: BreachedHashes; readonly log: FastifyBaseLogger }

/** Bounded, counted, and never an error; says in the log when the look-up goes and when it is back. */
export function openBreachedPasswords({ hashes, log }: Options): BreachedPasswords {
  const counts = { yes: 0, no: 0, unknown: 0 }
  const take = placeTaker()
  let isLost = false

  function note(error: unknown): void {
    if (isLost === (error !== undefined)) return
    isLost = error !== undefined
    if (isLost) log.warn({ cause: describeCause(error) }, 'passwords cannot be looked up among those that leaked')
    else log.info('passwords are looked up again among those that leaked')
  }

  async function look(password: string, asker: Asker): Promise<Breached> {
    const giveBack = take(asker)
    if (giveBack === undefined) return 'unknown'
    const answers = Promise.allSettled(formsOf(password).map((form) => hashes.has(sha1(form))))
    // A file system that hangs keeps the place, however long: the threads that read are few.
    void answers.then(giveBack)
    try {
      const settled = await within(deadlineMs, answers)
      const failed = settled.find((one) => one.status === 'rejected')
      note(failed?.reason)
      if (settled.some((one) => one.status === 'fulfilled' && one.value)) return 'yes'
      return failed === undefined ? 'no' : 'unknown'
    } catch (error) {
      note(error)
      return 'unknown'
    }
  }

  return {
    counts,
    has: async (password, asker) => {
      const breached = await look(password, asker)
      counts[breached]++
      return breached
    },
  }
}

/** As it is kept, and as it was typed: lists have what people typed, in the form that their keyboards gave. */
const formsOf = (password: string): string[] => [...new Set([password.normalize('NFKC'), password])]

/** As the lists have them; nothing is kept under it. */
const sha1 = (text: string): Buffer => createHash('sha1').update(text).digest()

/** Gives what gives the place back, or nothing where there is none. */
function placeTaker() {
  const parties = new Map<string, number>()
  let taken = 0

  return ({ party, lane }: Asker): (() => void) | undefined => {
    const own = parties.get(party) ?? 0
    if (taken >= places[lane] || own >= placesOfOne) return undefined
    taken++
    parties.set(party, own + 1)
    return () => {
      taken--
      const left = (parties.get(party) ?? 0) - 1
      if (left > 0) parties.set(party, left)
      else parties.delete(party)
    }
  }
}
