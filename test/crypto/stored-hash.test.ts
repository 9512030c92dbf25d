import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { openPasswordHasher, type PasswordHasher } from '../../src/crypto/password-hasher.ts'
import { parseStoredHash, StoredHashError } from '../../src/crypto/stored-hash.ts'

const password = 'correct horse battery'
let hasher: PasswordHasher
beforeAll(async () => {
  hasher = await openPasswordHasher({ cost: { memoryKib: 8192, timeCost: 1 }, concurrency: 1 })
})

/** Made by Python's hashlib and crypt, and by the bcrypt package. */
const hashes = {
  'bcrypt 2b': '$2b$04$fOexQK2rqMphln7QGuRcUeD.JQ8VZxCPkB20barYmJfE8PKTduCuu',
  'bcrypt 2y': '$2y$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS',
  'bcrypt of Django': 'bcrypt$$2b$04$fOexQK2rqMphln7QGuRcUeD.JQ8VZxCPkB20barYmJfE8PKTduCuu',
  'bcrypt of Django, SHA-256': 'bcrypt_sha256$$2b$04$OezVXG3H1/f93hP1UqcZueAJcSADR6lMD5p2S50hnaqn4vR3ebVXK',
  'scrypt PHC': '$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$xXt6EAFzAOlee5Hgl8R5+kLA6sDARjRcMGtm6fZJsa8',
  'scrypt of Werkzeug':
    'scrypt:1024:8:1$saltysalt$c44644589538b49e3555428a67f13ff711b0799340937764548ad3e5fc178eae76e751c6cce51d3ea111c9f9f79762b77c682f62da598cacbc35260e76bb5557',
  'scrypt of Django':
    'scrypt$saltysalt$1024$8$1$xEZEWJU4tJ41VUKKZ/E/9xGweZNAk3dkVIrT5fwXjq5251HGzOUdPqERyfn3l2K3fGgvYtpZjKy8NSYOdrtVVw==',
  'PBKDF2 SHA-1, PHC': '$pbkdf2-sha1$i=1000,l=20$MDEyMzQ1Njc4OWFiY2RlZg$rDjxw4qmzpl4HTyqLNYNsdE5Zi4',
  'PBKDF2 SHA-1, passlib': '$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg$rDjxw4qmzpl4HTyqLNYNsdE5Zi4',
  'PBKDF2 SHA-256, PHC':
    '$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$BVALGMmC/K/8ELErc5VgJxyPFApArIZRCQsqjEgZWJ4',
  'PBKDF2 SHA-256, Django': 'pbkdf2_sha256$1000$saltysalt$mFrNkv5iSGH91rz48G6wvz9xKZihQ03KmTZTWR8gDAo=',
  'PBKDF2 SHA-256, Werkzeug':
    'pbkdf2:sha256:1000$saltysalt$985acd92fe624861fdd6bcf8f06eb0bf3f712998a1434dca993653591f200c0a',
  'PBKDF2 SHA-512, PHC':
    '$pbkdf2-sha512$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$7F/Y1rnWXXurLCfFvAmyjyXtbABhgzBTBNcm//wlnvGBOz7OExlgRFs5qwaY5PzB3/WjR7P4yv/ACDQZpDXIfQ',
  'PBKDF2 SHA-512, passlib':
    '$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg$7F/Y1rnWXXurLCfFvAmyjyXtbABhgzBTBNcm//wlnvGBOz7OExlgRFs5qwaY5PzB3/WjR7P4yv/ACDQZpDXIfQ',
}

describe.each(Object.entries(hashes))('%s', (_name, hash) => {
  test('verifies its password and no other, and is to be made anew [PW5]', async () => {
    expect(await hasher.verify(hash, password)).toBe(true)
    for (const wrong of ['', 'correct horse batter', `${password} `, 'CORRECT HORSE BATTERY'])
      expect(await hasher.verify(hash, wrong)).toBe(false)
    expect(hasher.isOutdated(hash)).toBe(true)
  })
})

test("Django's spelling of argon2 verifies, and is to be made anew", async () => {
  const own = await hasher.hash(password)
  expect(await hasher.verify(`argon2${own}`, password)).toBe(true)
  expect([hasher.isOutdated(own), hasher.isOutdated(`argon2${own}`)]).toEqual([false, true])
})

test('what follows a NUL counts: bcrypt would not see it [PW2]', async () => {
  for (const hash of [hashes['bcrypt 2b'], hashes['bcrypt of Django, SHA-256']])
    expect(await hasher.verify(hash, `${password}\0anything`)).toBe(false)
})

test.each([
  ['argon2, memory', '$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'],
  ['argon2, passes', '$argon2id$v=19$m=8192,t=11,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'],
  ['bcrypt', '$2b$15$fOexQK2rqMphln7QGuRcUeD.JQ8VZxCPkB20barYmJfE8PKTduCuu'],
  ['scrypt, memory', '$scrypt$ln=16,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$xXt6EAFzAOlee5Hgl8R5+kLA6sDARjRcMGtm6fZJsa8'],
  ['scrypt, lanes', '$scrypt$ln=10,r=8,p=5$MDEyMzQ1Njc4OWFiY2RlZg$xXt6EAFzAOlee5Hgl8R5+kLA6sDARjRcMGtm6fZJsa8'],
  ['PBKDF2', 'pbkdf2_sha256$2000001$saltysalt$mFrNkv5iSGH91rz48G6wvz9xKZihQ03KmTZTWR8gDAo='],
])('beyond its bounds nothing is computed: %s [PW6]', async (_name, hash) => {
  const started = performance.now()
  await expect(hasher.verify(hash, password)).rejects.toBeInstanceOf(StoredHashError)
  expect(performance.now() - started).toBeLessThan(50)
})

test('whatever stands there is a hash within its bounds or none, at once', () => {
  const check = (text: string) => {
    try {
      parseStoredHash(text)
    } catch (error) {
      expect(error).toBeInstanceOf(StoredHashError)
    }
  }
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), check))
  const damaged = fc
    .tuple(fc.constantFrom(...Object.values(hashes)), fc.nat(200), fc.string({ maxLength: 3 }))
    .map(([hash, at, put]) => hash.slice(0, at % hash.length) + put + hash.slice((at % hash.length) + 1))
  fc.assert(fc.property(damaged, check), { numRuns: 3000 })
})
