import { describe, expect, test } from 'vitest'
import { foreignHash } from '../hashing/foreign-hashes.ts'
import { useApp } from '../support/app.ts'
import { signedUp } from '../support/people.ts'

const app = useApp()

const odd = 'Übergröße ²½\u00a0ﬁnal µ´'
const hashes = [
  foreignHash(/PHP .* bcrypt/, odd),
  foreignHash(/PHP .* argon2id/, odd),
  foreignHash(/WordPress .* phpass/, odd),
  foreignHash(/Supabase/, 'user1password'),
  foreignHash(/ASP\.NET Identity v3 SHA-1/, 'my password'),
  foreignHash(/OpenLDAP .* SSHA512/, odd),
  foreignHash(/Spring .* scrypt$/, odd),
  foreignHash(/django .* pbkdf2_sha256/, odd),
]

async function withHash(hash: string) {
  const { person } = await signedUp(app)
  await app.sql('update users set password_hash = $2 where email = $1', [person.email, hash])
  const login = (given: string) => app.client().post('/v0/auth/login', { email: person.email, password: given })
  const stored = async () =>
    (await app.sql<{ hash: string }>('select password_hash as hash from users where email = $1', [person.email]))[0]
      ?.hash
  return { login, stored }
}

describe.each(hashes)('a hash of another system, $system', ({ hash, password }) => {
  test('signs in, and is argon2id from then on [PW5 FD25]', async () => {
    const { login, stored } = await withHash(hash)
    expect((await login('not the password')).code).toBe('auth:invalid_credentials')
    expect(await stored()).toBe(hash)
    expect((await login(password)).status).toBe(202)
    expect(await stored()).toMatch(/^\$argon2id\$v=19\$m=8192,t=1,p=1\$/)
    expect((await login(password)).status).toBe(202)
    expect((await login('not the password')).code).toBe('auth:invalid_credentials')
  })
})

test.each([
  ['bcrypt', '$2b$31$fOexQK2rqMphln7QGuRcUeD.JQ8VZxCPkB20barYmJfE8PKTduCuu'],
  ['argon2id', '$argon2id$v=19$m=1048576,t=10,p=1$c29tZXNhbHRzb21lc2FsdA$YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE'],
])('system:hashing_error for %s beyond its bounds, without a wait [PW6 AT15]', async (_scheme, hash) => {
  const { login } = await withHash(hash)
  const startedAt = performance.now()
  expect((await login('correct horse battery')).code).toBe('system:hashing_error')
  expect(performance.now() - startedAt).toBeLessThan(5000)
})
