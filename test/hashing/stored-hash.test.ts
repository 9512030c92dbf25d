import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { openPasswordHasher, type PasswordHasher } from '../../src/hashing/password-hasher.ts'
import { parseStoredHash } from '../../src/hashing/stored-hash.ts'
import { StoredHashError } from '../../src/hashing/stored-hash-parts.ts'
import { turns } from '../support/long-form.ts'
import { byDefault, cheap, foreignHash, foreignHashes } from './foreign-hashes.ts'

const cost = { memoryKib: 8192, timeCost: 1 }
let hasher: PasswordHasher
beforeAll(async () => {
  hasher = await openPasswordHasher({ cost, concurrency: 1 })
})

describe('of another system', () => {
  test.each(cheap)('$system verifies its password and no other, and is to be made anew [FD25]', async (made) => {
    const { hash, password } = made
    expect(await hasher.verify(hash, password)).toBe(true)
    expect(await hasher.verify(hash, `${password}.`)).toBe(false)
    // Made anew by a sign-in, however it came here.
    expect(hasher.isOutdated(hash)).toBe(true)
  })

  test.each(byDefault)('$system by default is within the bounds [FD25]', ({ hash }) => {
    expect(parseStoredHash(hash, cost)).toHaveProperty('cost')
  })

  test('Django scrypt with the order and the p=5 that it has by default [FD20]', async () => {
    const { hash, password } = foreignHash(/django .* scrypt/)
    expect(hash).toMatch(/^scrypt\$16384\$[^$]+\$8\$5\$/)
    expect(await hasher.verify(hash, password)).toBe(true)
    expect(await hasher.verify(hash, 'correct horse batter')).toBe(false)
  })

  test.each([/passlib .* scrypt/, /SpringSecurity_v5_8/, /werkzeug .* scrypt/])(
    'what %s makes by default verifies too',
    async (system) => {
      const { hash, password } = foreignHash(system)
      expect(await hasher.verify(hash, password)).toBe(true)
    },
  )

  test.each(['PHP 8.2 argon2id', 'argon2-cffi', 'passlib .* argon2', 'django .* argon2'])(
    'of %s: characters that NFKC changes count as they were typed [FD21]',
    async (system) => {
      const odd = 'Übergröße ²½\u00a0ﬁnal µ´'
      const { hash } = foreignHash(new RegExp(system), odd)
      expect(await hasher.verify(hash, odd)).toBe(true)
      expect(await hasher.verify(hash, odd.normalize('NFKC'))).toBe(false)
    },
  )

  test('a system that normalised as we do: either spelling [FD21]', async () => {
    const { hash, password } = foreignHash(/better-auth/, 'Übergröße ²½\u00a0ﬁnal µ´')
    expect(await hasher.verify(hash, password)).toBe(true)
    expect(await hasher.verify(hash, password.normalize('NFKC'))).toBe(true)
  })

  test('WordPress: blanks around what is typed do not count', async () => {
    for (const system of [/WordPress .* phpass/, /WordPress 6.8/]) {
      const { hash, password } = foreignHash(system)
      expect(await hasher.verify(hash, ` ${password}\n`)).toBe(true)
    }
  })
})

test.each(['²³µ´½ﬁ 12', 'pass\u00a0word horse', 'e\u0301toile du nord'])(
  'our own hash: every spelling of %s is the same password [PW2 FD21]',
  async (password) => {
    for (const hash of [await hasher.hash(password), await hasher.hash(password.normalize('NFKC'))])
      for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const)
        expect(await hasher.verify(hash, password.normalize(form))).toBe(true)
  },
)

test("what has Django's name before it is not ours, whatever its parameters: it is made anew [FD21]", async () => {
  const own = await hasher.hash('correct horse battery')
  expect(await hasher.verify(`argon2${own}`, 'correct horse battery')).toBe(true)
  expect([hasher.isOutdated(own), hasher.isOutdated(`argon2${own}`)]).toEqual([false, true])
})

test('what follows a NUL counts: bcrypt would not see it [PW2]', async () => {
  for (const { hash, password } of cheap.filter(({ system }) => /bcrypt/.test(system)))
    expect(await hasher.verify(hash, `${password}\0anything`)).toBe(false)
})

const salt = 'MDEyMzQ1Njc4OWFiY2RlZg'
const argon2 = (parameters: string) => `$argon2id$v=19$${parameters}$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3`
const bcrypt = (rounds: string) => `$2b$${rounds}$fOexQK2rqMphln7QGuRcUeD.JQ8VZxCPkB20barYmJfE8PKTduCuu`
const scrypt = (parameters: string) => `$scrypt$${parameters}$${salt}$xXt6EAFzAOlee5Hgl8R5+kLA6sDARjRcMGtm6fZJsa8`
const pbkdf2 = (parameters: string, bytes: number) => `$pbkdf2-${parameters}$${salt}$${'x'.repeat((bytes * 4) / 3)}`
const firebase = foreignHash(/Supabase/, 'user1password').hash
const shaCrypt = foreignHash(/CRYPT \$6/, 'Übergröße ²½\u00a0ﬁnal µ´').hash
const spring = foreignHash(/Spring .* scrypt@/).hash

/** What is dearest by default in its scheme, and what is a little dearer. */
describe.each([
  ['argon2, memory', argon2('m=262144,t=1,p=1'), argon2('m=262145,t=1,p=1')],
  ['argon2, passes', argon2('m=256,t=1024,p=1'), argon2('m=256,t=1025,p=1')],
  ['argon2, the parameters in another order', argon2('p=1,t=4,m=65536'), argon2('p=1,t=4,m=65537')],
  ['argon2, lanes, which share the work', argon2('m=65536,t=4,p=16'), argon2('m=65536,t=5,p=16')],
  ['argon2 of Django', `argon2${argon2('m=65536,t=4,p=1')}`, `argon2${argon2('m=1048576,t=10,p=1')}`],
  ['argon2 of Spring', `{argon2}${argon2('m=65536,t=4,p=1')}`, `{argon2}${argon2('m=1048576,t=10,p=1')}`],
  ['bcrypt', bcrypt('13'), bcrypt('14')],
  ['bcrypt of Django', `bcrypt$${bcrypt('13')}`, `bcrypt_sha256$${bcrypt('14')}`],
  ['bcrypt of Spring', `{bcrypt}${bcrypt('13')}`, `{bcrypt}${bcrypt('14')}`],
  ['bcrypt of WordPress', `$wp${bcrypt('13').replace('$2b', '$2y')}`, `$wp${bcrypt('14').replace('$2b', '$2y')}`],
  ['scrypt, memory', scrypt('ln=16,r=10,p=1'), scrypt('ln=16,r=11,p=1')],
  ['scrypt, one after the other', scrypt('ln=14,r=8,p=5'), scrypt('ln=14,r=8,p=6')],
  ['scrypt of Kratos', scrypt('ln=16384,r=8,p=5'), scrypt('ln=131072,r=8,p=1')],
  ['scrypt of Spring', spring, spring.replace('$100801$', '$110801$')],
  ['scrypt of Firebase', firebase, firebase.replace('n=14', 'n=17')],
  ['PBKDF2, SHA-1', pbkdf2('sha1$i=1500000,l=18', 18), pbkdf2('sha1$i=1500001,l=18', 18)],
  ['PBKDF2, SHA-256', pbkdf2('sha256$i=1500000,l=30', 30), pbkdf2('sha256$i=1500001,l=30', 30)],
  [
    'PBKDF2, a key of two blocks, of which one is computed',
    pbkdf2('sha256$i=1500000,l=60', 60),
    pbkdf2('sha256$i=1500001,l=60', 60),
  ],
  ['PBKDF2, SHA-512', pbkdf2('sha512$i=461538,l=63', 63), pbkdf2('sha512$i=461539,l=63', 63)],
  [
    'PBKDF2 of ASP.NET',
    'AQAAAAEAFuNgAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw',
    'AQAAAAEAFuNhAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw',
  ],
  ['SHA-crypt', shaCrypt.replace('1000', '10922'), shaCrypt.replace('1000', '10923')],
  ['phpass', '$P$B1LvVQ4QtKLj6pa/J9S/b8Ly8gPEbf1', '$P$D1LvVQ4QtKLj6pa/J9S/b8Ly8gPEbf1'],
])('%s: what costs more than its systems make by default, and more than four own hashes', (_name, most, more) => {
  test('is refused and nothing computed [PW6 AT15]', async () => {
    expect(parseStoredHash(most, cost)).toHaveProperty('cost')
    const started = performance.now()
    await expect(hasher.verify(more, 'correct horse battery')).rejects.toBeInstanceOf(StoredHashError)
    expect(performance.now() - started).toBeLessThan(50)
  })

  test('is taken by a server whose own cost as much', () => {
    const dearer = { memoryKib: 1024 * 1024, timeCost: 10 }
    expect(parseStoredHash(more, dearer)).toHaveProperty('cost')
  })
})

test('1 GiB at once is never computed [AT15]', () => {
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
    .tuple(fc.constantFrom(...foreignHashes), fc.nat(200), fc.string({ maxLength: 3 }))
    .map(([{ hash }, at, put]) => hash.slice(0, at % hash.length) + put + hash.slice((at % hash.length) + 1))
  fc.assert(fc.property(damaged, check), { numRuns: turns(300, 1500) })
})
