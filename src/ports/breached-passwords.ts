import { createHash, randomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { describeCause } from '../errors/cause.ts'
import { within } from '../waiting/within.ts'

/** A collection of hashes of leaked passwords: a file or a service. */
export type BreachedHashes = {
  /** Takes a bounded time, unless a file system hangs. @throws if the answer cannot be found */
  has(sha1: Buffer): Promise<boolean>
}

/**
 * The cause of a look-up. `stranger`: a network that signs up; `known`: an account whose owner sets one, signed in or
 * by a live link; `sign-in`: an account that signs in with its password.
 */
export type Asker = { readonly party: string; readonly lane: 'stranger' | 'known' | 'sign-in' }

export type Breached = 'yes' | 'no' | 'unknown'

export type BreachedPasswords = {
  /** Says within 900 ms whether the password leaked; `unknown` if that cannot be found out [PW9]. */
  has(password: string, asker: Asker): Promise<Breached>
  /**
   * Rejects if the last look-up failed. Asks by itself only before the first one and while they fail, at most four
   * times a minute.
   */
  ping(): Promise<void>
  /** How often `has` gave each answer. */
  readonly counts: Readonly<Record<Breached, number>>
}

const askAgainAfterMs = 15_000

/** Bounds a look-up whose source, such as a file, has no deadline of its own. */
const deadlineMs = 900

/**
 * How many look-ups may run, of all lanes together, before a lane gets no further place. Passwords that are being set
 * go before those at a sign-in, whose owner is only told.
 */
const places = { 'sign-in': 8, stranger: 12, known: 16 } as const
const placesOfOne = 4

type Options = { readonly hashes: BreachedHashes; readonly log: FastifyBaseLogger }

/** Look-ups are bounded and counted, and never throw. The log says when they begin to fail and when they work again. */
export function openBreachedPasswords({ hashes, log }: Options): BreachedPasswords {
  const counts = { yes: 0, no: 0, unknown: 0 }
  const take = placeTaker()
  /** Undefined before the first look-up. */
  let isLost: boolean | undefined
  let askedAt = Number.NEGATIVE_INFINITY

  function note(error: unknown): void {
    const wasLost = isLost === true
    isLost = error !== undefined
    if (wasLost === isLost) return
    if (isLost) log.warn({ cause: describeCause(error) }, 'passwords cannot be looked up among those that leaked')
    else log.info('passwords are looked up again among those that leaked')
  }

  async function ask(): Promise<void> {
    askedAt = performance.now()
    // A random hash, as the source may remember the ranges that it was asked for.
    await within(deadlineMs, hashes.has(randomBytes(20))).then(() => note(undefined), note)
  }

  async function look(password: string, asker: Asker): Promise<Breached> {
    const giveBack = take(asker)
    if (giveBack === undefined) return 'unknown'
    const answers = Promise.allSettled(formsOf(password).map((form) => hashes.has(sha1(form))))
    // While a file system hangs, the look-up keeps its place, because it occupies one of the few threads that read.
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
    ping: async () => {
      if (isLost !== false && performance.now() - askedAt > askAgainAfterMs) await ask()
      if (isLost) throw new Error('passwords cannot be looked up')
    },
    has: async (password, asker) => {
      const breached = await look(password, asker)
      counts[breached]++
      return breached
    },
  }
}

/** The password in normal form, as it is stored, and as it was typed, since the lists have passwords as typed. */
const formsOf = (password: string): string[] => [...new Set([password.normalize('NFKC'), password])]

/** The lists have SHA-1. It is used only to look passwords up, never to store them. */
const sha1 = (text: string): Buffer => createHash('sha1').update(text).digest()

/** Makes a function that takes a place. It returns a function to give the place back, or undefined if none is free. */
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
