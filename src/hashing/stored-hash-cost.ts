import type { Argon2Cost } from './argon2.ts'

/** Bounds the memory of one hash to 1 GiB, as more is too much at once, however short the time. */
const mostMemoryKib = 1024 * 1024
const filling = (memoryKib: number): number => (memoryKib > mostMemoryKib ? Number.POSITIVE_INFINITY : memoryKib)

/**
 * What stored hashes cost, in units of 1 KiB filled once by argon2id, so that memory and time count together. Measured
 * as processor time against @node-rs/argon2 on an AMD EPYC with SHA extensions; other machines differ by a factor of
 * about two.
 */
export const costs = {
  /** The lanes share the memory, so their number does not matter. */
  argon2: (memoryKib: number, passes: number) => filling(memoryKib) * passes,
  bcrypt: (logRounds: number) => 150 * 2 ** logRounds,
  /** N × r counts memory in units of 128 bytes. Filling and mixing a KiB costs eight times as much as with argon2id. */
  scrypt: (n: number, r: number, p: number) => 8 * filling((n * r) / 8) * p,
  /** Per round. */
  pbkdf2: { sha1: 0.4, sha224: 0.4, sha256: 0.4, sha384: 1.3, sha512: 1.3 },
  phpass: (logRounds: number) => 3 * 2 ** logRounds,
  shaCrypt: (rounds: number) => 3 * rounds,
  /** The few digests of these schemes cost next to nothing. */
  digest: 1,
} as const

/**
 * The most expensive default of the systems that use each scheme. Such hashes are accepted too: users from those
 * systems could not sign in otherwise, and each hash is replaced at the first right sign-in.
 */
const dearestDefaults = {
  /**
   * PHP: 64 MiB, 4 passes. More than argon2-cffi and passlib (3 passes), Django (100 MiB, 2) and Kratos (128 MiB, 1).
   */
  argon2: costs.argon2(65_536, 4),
  /** Symfony. Django, Devise, Laravel and PHP 8.4 use 12. */
  bcrypt: costs.bcrypt(13),
  /** Django. Spring, passlib, better-auth and Werkzeug use less. */
  scrypt: costs.scrypt(2 ** 14, 8, 5),
  /** Django 6. Keycloak uses 1,300,000 with SHA-1 and 210,000 with SHA-512, Werkzeug 1,000,000, Discourse 600,000. */
  pbkdf2: costs.pbkdf2.sha256 * 1_500_000,
  /** WordPress; phpBB uses 11. */
  phpass: costs.phpass(13),
  /** crypt(3) and OpenLDAP. passlib uses 656,000, for which this process would compute a second. */
  shaCrypt: costs.shaCrypt(5000),
  digest: costs.digest,
} as const
export type Scheme = keyof typeof dearestDefaults

/**
 * Bounds what a stranger's wrong try at an imported hash may cost, in hashes of this server's own. A scheme's most
 * expensive default raises this bound.
 */
const mostTimesOwn = 4

const timesOwn = (cost: number, { memoryKib, timeCost }: Argon2Cost): number => cost / (memoryKib * timeCost)

/**
 * How many own hashes such a hash costs and how many it may cost. Returns undefined if it costs no more than allowed
 * [PW6 AT15].
 */
export function excessOf(scheme: Scheme, cost: number, own: Argon2Cost): { times: number; most: number } | undefined {
  const [times, most] = [timesOwn(cost, own), Math.max(mostTimesOwn, timesOwn(dearestDefaults[scheme], own))]
  return times > most ? { times, most } : undefined
}
