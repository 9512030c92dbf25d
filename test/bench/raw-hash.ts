import { loadArgon2 } from '../../src/hashing/argon2.ts'

/** What logins are held against: as many verifications a second as one core can do, `HASHES` at a time, and nothing else. */
const seconds = Number(process.env.SECONDS)
const hash = process.env.STORED_HASH ?? ''
const argon2 = await loadArgon2()
let done = 0
const startedAt = performance.now()
const elapsed = (): number => (performance.now() - startedAt) / 1000
const keepHashing = async (): Promise<void> => {
  while (elapsed() < seconds) {
    await argon2.verify(hash, 'correct horse battery')
    done += 1
  }
}
await Promise.all(Array.from({ length: Number(process.env.HASHES) }, keepHashing))
process.stdout.write(String(done / elapsed()))
