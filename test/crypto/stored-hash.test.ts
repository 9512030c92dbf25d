import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { openPasswordHasher, type PasswordHasher } from '../../src/crypto/password-hasher.ts'
import { parseStoredHash, StoredHashError } from '../../src/crypto/stored-hash.ts'

const password = 'correct horse battery'
const cost = { memoryKib: 8192, timeCost: 1 }
let hasher: PasswordHasher
beforeAll(async () => {
  hasher = await openPasswordHasher({ cost, concurrency: 1 })
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

/** The last that costs as much as four of the hasher's own, and the first that costs more: 8,192 KiB, filled once. */
const argon2 = (parameters: string) => `$argon2id$v=19$${parameters}$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3`
const bcrypt = (rounds: string) => `$2b$${rounds}$fOexQK2rqMphln7QGuRcUeD.JQ8VZxCPkB20barYmJfE8PKTduCuu`
const scrypt = (parameters: string) =>
  `$scrypt$${parameters}$MDEyMzQ1Njc4OWFiY2RlZg$xXt6EAFzAOlee5Hgl8R5+kLA6sDARjRcMGtm6fZJsa8`
const pbkdf2 = (parameters: string, bytes: number) =>
  `$pbkdf2-${parameters}$MDEyMzQ1Njc4OWFiY2RlZg$${'x'.repeat((bytes * 4) / 3)}`
describe.each([
  ['argon2, memory', argon2('m=32768,t=1,p=1'), argon2('m=32769,t=1,p=1')],
  ['argon2, passes', argon2('m=256,t=128,p=1'), argon2('m=256,t=129,p=1')],
  ['argon2, the parameters in another order', argon2('p=1,t=2,m=16384'), argon2('p=1,t=2,m=16385')],
  ['argon2, lanes, which share the work', argon2('m=32768,t=1,p=16'), argon2('m=32769,t=1,p=16')],
  ['argon2 of Django', `argon2${argon2('m=32768,t=1,p=1')}`, `argon2${argon2('m=1048576,t=10,p=1')}`],
  ['bcrypt', bcrypt('07'), bcrypt('08')],
  ['bcrypt of Django', `bcrypt$${bcrypt('07')}`, `bcrypt_sha256$${bcrypt('08')}`],
  ['scrypt, memory', scrypt('ln=12,r=8,p=1'), scrypt('ln=13,r=8,p=1')],
  ['scrypt, blocks', scrypt('ln=10,r=32,p=1'), scrypt('ln=10,r=33,p=1')],
  ['scrypt, one after the other', scrypt('ln=10,r=8,p=4'), scrypt('ln=10,r=8,p=5')],
  ['PBKDF2, SHA-1', pbkdf2('sha1$i=81920,l=18', 18), pbkdf2('sha1$i=81921,l=18', 18)],
  ['PBKDF2, a key of two blocks', pbkdf2('sha1$i=40960,l=21', 21), pbkdf2('sha1$i=40961,l=21', 21)],
  ['PBKDF2, SHA-256', pbkdf2('sha256$i=81920,l=30', 30), pbkdf2('sha256$i=81921,l=30', 30)],
  ['PBKDF2, SHA-512', pbkdf2('sha512$i=25206,l=63', 63), pbkdf2('sha512$i=25207,l=63', 63)],
])('%s: what costs more than four own hashes', (_name, most, more) => {
  test('is refused and nothing computed [PW6 AT15]', async () => {
    expect(await hasher.verify(most, password)).toBe(false)
    const started = performance.now()
    await expect(hasher.verify(more, password)).rejects.toBeInstanceOf(StoredHashError)
    expect(performance.now() - started).toBeLessThan(50)
  })

  test('is taken by a server whose own cost as much', () => {
    const dearer = { memoryKib: 1024 * 1024, timeCost: 10 }
    expect(parseStoredHash(more, dearer)).toHaveProperty('cost')
  })
})

test('with the defaults a hash of 10 rounds of bcrypt or 2^14 of scrypt passes, one of 1 GiB never [AT15]', () => {
  const defaults = { memoryKib: 19_456, timeCost: 2 }
  for (const hash of [argon2('m=155648,t=1,p=4'), bcrypt('10'), scrypt('ln=14,r=8,p=1')])
    expect(parseStoredHash(hash, defaults)).toHaveProperty('cost')
  for (const hash of [argon2('m=1048576,t=10,p=1'), bcrypt('11'), scrypt('ln=15,r=8,p=1')])
    expect(() => parseStoredHash(hash, defaults)).toThrow(StoredHashError)
  for (const hash of [argon2('m=1048577,t=1,p=1'), scrypt('ln=20,r=9,p=1')])
    expect(() => parseStoredHash(hash, { memoryKib: 1024 * 1024, timeCost: 10 })).toThrow(StoredHashError)
})

test('whatever stands there is a hash within its bounds or none, at once', () => {
  const check = (text: string) => {
    try {
      parseStoredHash(text, cost)
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
