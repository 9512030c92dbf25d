import { beforeAll, describe, expect, test } from 'vitest'
import { type Argon2, loadArgon2, loadNodeRs, loadReference } from '../../src/hashing/argon2.ts'
import { openPasswordHasher, type PasswordHasher } from '../../src/hashing/password-hasher.ts'
import { StoredHashError } from '../../src/hashing/stored-hash-parts.ts'

const cost = { memoryKib: 8192, timeCost: 1 }
const password = 'correct horse battery staple 🐎 é'
let native: Argon2 | undefined
let reference: Argon2
let hasher: PasswordHasher
beforeAll(async () => {
  native = await loadNodeRs()
  reference = await loadReference()
  hasher = await openPasswordHasher({ cost, concurrency: 2 })
})

describe('the two libraries', () => {
  test('the fast one is taken where it loads', async () => {
    expect((await loadArgon2()).name).toBe(native?.name ?? reference.name)
  })

  test('write the same kind of string, argon2id with the cost that was asked for', async () => {
    for (const library of [native, reference]) {
      if (library === undefined) continue
      expect(await library.hash(password, { memoryKib: 9000, timeCost: 3 })).toMatch(
        /^\$argon2id\$v=19\$m=9000,(?:t=3,p=1|p=1,t=3)\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
      )
    }
  })

  test("verify each other's hashes, and refuse what is wrong in one character", async ({ skip }) => {
    if (native === undefined) return skip('there is no @node-rs/argon2 here')
    const pairs = [
      [native, reference],
      [reference, native],
      [native, native],
      [reference, reference],
    ] as const
    for (const [maker, verifier] of pairs) {
      const hash = await maker.hash(password, cost)
      expect(await verifier.verify(hash, password)).toBe(true)
      expect(await verifier.verify(hash, `${password} `)).toBe(false)
      expect(await verifier.verify(hash, password.slice(0, -1))).toBe(false)
    }
  })
})

describe('openPasswordHasher', () => {
  test('verifies hashes of either library, whatever they cost within the bounds', async () => {
    for (const library of [native, reference]) {
      const hash = await library?.hash(password, { memoryKib: 3_276, timeCost: 10 })
      if (hash !== undefined) expect(await hasher.verify(hash, password)).toBe(true)
    }
  })

  test('one password, however its characters were composed [PW2]', async () => {
    const hash = await hasher.hash('caf\u00e9 au lait')
    expect(await hasher.verify(hash, 'cafe\u0301 au lait')).toBe(true)
    expect(await hasher.verify(hash, 'cafe au lait')).toBe(false)
  })

  test('without a stored hash as much work is done, and nothing is right [TH5]', async () => {
    expect(await hasher.verify(undefined, password)).toBe(false)
    expect(await hasher.verify(undefined, '')).toBe(false)
  })

  const rest = '$c29tZXNhbHRzb21lc2FsdA$YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE'
  test.each([
    ['4 GiB', `$argon2id$v=19$m=4194304,t=1,p=1${rest}`],
    ['1 GiB, ten times', `$argon2id$v=19$m=1048576,t=10,p=1${rest}`],
    ['more than PHP makes by default', `$argon2id$v=19$m=65536,t=5,p=1${rest}`],
    ['16 lanes in memory for 15', `$argon2id$v=19$m=120,t=1,p=16${rest}`],
    ['17 lanes', `$argon2id$v=19$m=8192,t=1,p=17${rest}`],
    ['no memory', `$argon2id$v=19$m=0,t=1,p=1${rest}`],
    ['no lane', `$argon2id$v=19$m=8192,t=1,p=0${rest}`],
    ['a number beyond 32 bits', `$argon2id$v=19$m=99999999999,t=1,p=1${rest}`],
    ['another version', `$argon2id$v=16$m=8192,t=1,p=1${rest}`],
    ['another algorithm', '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO'],
    ['no hash', 'plaintext'],
    ['nothing', ''],
    ['a hash and more', `$argon2id$v=19$m=8192,t=1,p=1${rest}\n$`],
  ])('a stored hash of %s is refused before anything is computed [PW6]', async (_name, stored) => {
    const before = process.memoryUsage.rss()
    const startedAt = performance.now()
    await expect(hasher.verify(stored, password)).rejects.toThrow(StoredHashError)
    expect(performance.now() - startedAt).toBeLessThan(100)
    expect(process.memoryUsage.rss() - before).toBeLessThan(256 * 1024 * 1024)
  })
})
