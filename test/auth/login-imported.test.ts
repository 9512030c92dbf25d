import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { signedUp } from '../support/people.ts'

const password = 'correct horse battery'
let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const hashes = {
  bcrypt: '$2b$04$fOexQK2rqMphln7QGuRcUeD.JQ8VZxCPkB20barYmJfE8PKTduCuu',
  scrypt: '$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$xXt6EAFzAOlee5Hgl8R5+kLA6sDARjRcMGtm6fZJsa8',
  PBKDF2: 'pbkdf2_sha256$1000$saltysalt$mFrNkv5iSGH91rz48G6wvz9xKZihQ03KmTZTWR8gDAo=',
}

async function withHash(hash: string) {
  const { person } = await signedUp(app)
  await app.sql('update users set password_hash = $2 where email = $1', [person.email, hash])
  const login = (given: string) => app.client().post('/v0/auth/login', { email: person.email, password: given })
  const stored = async () =>
    (await app.sql<{ hash: string }>('select password_hash as hash from users where email = $1', [person.email]))[0]
      ?.hash
  return { login, stored }
}

describe.each(Object.entries(hashes))('a hash of another system, %s', (_name, hash) => {
  test('signs in, and is argon2id from then on [PW5]', async () => {
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
  '$2b$31$fOexQK2rqMphln7QGuRcUeD.JQ8VZxCPkB20barYmJfE8PKTduCuu',
  '$argon2id$v=19$m=1048576,t=10,p=1$c29tZXNhbHRzb21lc2FsdA$YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE',
])('system:hashing_error for one beyond its bounds, without a wait: %s [PW6 AT15]', async (hash) => {
  const { login } = await withHash(hash)
  const startedAt = performance.now()
  expect((await login(password)).code).toBe('system:hashing_error')
  expect(performance.now() - startedAt).toBeLessThan(5000)
})
