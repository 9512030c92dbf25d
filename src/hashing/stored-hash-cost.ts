import type { Argon2Cost } from './argon2.ts'

/** 1 GiB at once is too much, however soon it is over. */
const mostMemoryKib = 1024 * 1024
const filling = (memoryKib: number): number => (memoryKib > mostMemoryKib ? Number.POSITIVE_INFINITY : memoryKib)

/**
 * What stored hashes cost, all in one unit: a KiB that argon2id fills once, so that memory and time count together.
 * Measured as time of a processor against @node-rs/argon2 on an AMD EPYC with SHA extensions; other machines differ by
 * a factor of two or so.
 */
export const costs = {
  /** All lanes share the memory, so their number is no factor. */
  argon2: (memoryKib: number, passes: number) => filling(memoryKib) * passes,
  bcrypt: (logRounds: number) => 150 * 2 ** logRounds,
  /** N × r is memory in units of 128 bytes; to fill and to mix a KiB of it costs eight times what argon2id's costs. */
  scrypt: (n: number, r: number, p: number) => 8 * filling((n * r) / 8) * p,
  /** Of each round. */
  pbkdf2: { sha1: 0.4, sha256: 0.4, sha512: 1.3 },
  phpass: (logRounds: number) => 3 * 2 ** logRounds,
  /** Of so few digests. */
  digest: 1,
} as const

/**
 * What systems make by default, the dearest of each scheme. They are taken too, as nobody who comes from there could
 * sign in otherwise, and the first right sign-in ends it.
 */
const dearestDefaults = {
  /** PHP: 64 MiB, 4 passes. Before argon2-cffi and passlib (3 passes), Django (100 MiB, 2) and Kratos (128 MiB, 1). */
  argon2: costs.argon2(65_536, 4),
  /** Symfony. Django, Devise, Laravel and PHP 8.4 have 12. */
  bcrypt: costs.bcrypt(13),
  /** Django. Spring, passlib, better-auth and Werkzeug come after it. */
  scrypt: costs.scrypt(2 ** 14, 8, 5),
  /**
   * Django 6. Keycloak has 1,300,000 with SHA-1, Werkzeug 1,000,000, Discourse 600,000; with SHA-512 Keycloak has
   * 210,000.
   */
  pbkdf2: costs.pbkdf2.sha256 * 1_500_000,
  /** WordPress; phpBB has 11. */
  phpass: costs.phpass(13),
  digest: costs.digest,
} as const
export type Scheme = keyof typeof dearestDefaults

/**
 * What a stranger's wrong try at somebody else's old hash may cost, measured by a hash of this server's own, unless its
 * scheme's defaults are dearer.
 */
const mostTimesOwn = 4

const timesOwn = (cost: number, { memoryKib, timeCost }: Argon2Cost): number => cost / (memoryKib * timeCost)

/** How many times an own hash such a one costs, and how many it may, where it may not cost as much [PW6 AT15]. */
export function excessOf(scheme: Scheme, cost: number, own: Argon2Cost): { times: number; most: number } | undefined {
  const [times, most] = [timesOwn(cost, own), Math.max(mostTimesOwn, timesOwn(dearestDefaults[scheme], own))]
  return times > most ? { times, most } : undefined
}
