import type { Argon2Cost } from './argon2.ts'

/**
 * What stored hashes cost, all in one unit: a KiB that argon2id fills once, so that memory and time count together. Measured as time of a
 * processor against @node-rs/argon2 on an AMD EPYC with SHA extensions; other machines differ by a factor of two or so.
 */
export const costs = {
  /** All lanes share the memory, so their number is no factor. */
  argon2: (memoryKib: number, passes: number) => filling(memoryKib) * passes,
  bcrypt: (logRounds: number) => 150 * 2 ** logRounds,
  /** N × r is memory in units of 128 bytes; to fill and to mix a KiB of it costs eight times what argon2id's costs. */
  scrypt: (n: number, r: number, p: number) => 8 * filling((n * r) / 8) * p,
  /** Of each round of each block of the key. */
  pbkdf2: { sha1: 0.4, sha256: 0.4, sha512: 1.3 },
} as const

/** 1 GiB at once is too much, however soon it is over. */
const mostMemoryKib = 1024 * 1024
const filling = (memoryKib: number): number => (memoryKib > mostMemoryKib ? Number.POSITIVE_INFINITY : memoryKib)

/** What a stranger's wrong try at somebody else's old hash may cost at most, measured by a hash of this server's own [PW6 AT15]. */
export const mostTimesOwn = 4

export const timesOwn = (cost: number, { memoryKib, timeCost }: Argon2Cost): number => cost / (memoryKib * timeCost)
