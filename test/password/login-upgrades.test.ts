import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Argon2, type Argon2Cost, loadReference } from '../../src/hashing/argon2.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { turns } from '../support/long-form.ts'
import { mailedToken, type Person, signedInOnDevice, signedUp } from '../support/people.ts'

const fresh = 'a wholly new passphrase'
let app: TestApp
let argon2: Argon2
beforeAll(async () => {
  app = await startApp()
  argon2 = await loadReference()
})
afterAll(() => app.close())

const today: Argon2Cost = { memoryKib: 8192, timeCost: 1 }
const weaker: Argon2Cost = { memoryKib: 4096, timeCost: 1 }
const login = ({ email, password }: Person, client = app.client()) => client.post('/v0/auth/login', { email, password })

const hashOf = async ({ email }: Person) => {
  const [row] = await app.sql<{ password_hash: string }>('select password_hash from users where email = $1', [email])
  return row?.password_hash ?? ''
}

/** Stores a hash of the account's own password that was made with another cost; gives it. */
async function storeHash({ email, password }: Person, cost: Argon2Cost): Promise<string> {
  const hash = await argon2.hash(password, cost)
  await app.sql('update users set password_hash = $2 where email = $1', [email, hash])
  return hash
}

/** Another browser on the device of the client, without a session. */
function onDeviceOf(client: TestClient): TestClient {
  const other = app.client()
  other.cookies.set('__Host-device_id', client.cookies.get('__Host-device_id') ?? '')
  return other
}

const liveSessions = ({ email }: Person) =>
  app.sql('select id from sessions where user_id = (select id from users where email = $1) and ended_at is null', [
    email,
  ])

const isAlive = async (client: TestClient) => (await client.get('/v0/user/me')).status === 200

describe('a hash of yesterday is made anew at login, and the password goes on working [PW5]', () => {
  const isOfToday = /^\$argon2id\$v=19\$m=8192,t=1,p=1\$/

  test.each([weaker, { memoryKib: 8192, timeCost: 2 }])('on a known device: %j', async (cost) => {
    const { person, client } = await signedInOnDevice(app)
    const old = await storeHash(person, cost)
    expect((await login(person, client)).status).toBe(204)
    const renewed = await hashOf(person)
    expect(renewed).not.toBe(old)
    expect(renewed).toMatch(isOfToday)
    expect((await login(person, client)).status).toBe(204)
    expect(await hashOf(person)).toBe(renewed)
    expect((await login({ ...person, password: 'not the password' }, client)).code).toBe('auth:invalid_credentials')
  })

  test('on a new device, whose link works', async () => {
    const { person } = await signedUp(app)
    await storeHash(person, weaker)
    expect((await login(person)).status).toBe(202)
    expect(await hashOf(person)).toMatch(isOfToday)
    const token = await mailedToken(app, person.email, 2)
    expect((await app.client().post('/v0/auth/device/verify', { token })).status).toBe(204)
    expect((await login(person)).status).toBe(202)
  })

  test('no session ends by it', async () => {
    const { person, client } = await signedInOnDevice(app)
    await storeHash(person, weaker)
    await login(person, onDeviceOf(client))
    expect(await isAlive(client)).toBe(true)
  })

  test('not by a wrong password', async () => {
    const { person, client } = await signedInOnDevice(app)
    const old = await storeHash(person, weaker)
    expect((await login({ ...person, password: 'not the password' }, client)).code).toBe('auth:invalid_credentials')
    expect(await hashOf(person)).toBe(old)
  })

  test('not where the other library made it with the parameters of today', async () => {
    const { person, client } = await signedInOnDevice(app)
    const stored = await storeHash(person, today)
    expect((await login(person, client)).status).toBe(204)
    expect(await hashOf(person)).toBe(stored)
  })

  test('logins that come at the same moment all get in', async () => {
    const { person, client } = await signedInOnDevice(app)
    await storeHash(person, weaker)
    const answers = await Promise.all(Array.from({ length: 10 }, () => login(person, onDeviceOf(client))))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(204))
    expect((await login(person, client)).status).toBe(204)
  })

  test('a change of password at the same moment is not lost', async () => {
    for (let round = 0; round < 3; round++) {
      const { person, client } = await signedInOnDevice(app)
      await storeHash(person, weaker)
      const [change] = await Promise.all([
        client.post('/v0/auth/change-password', { current_password: person.password, new_password: fresh }),
        login(person, onDeviceOf(client)),
      ])
      expect(change.status).toBe(204)
      expect((await login(person)).status).toBe(401)
      expect((await login({ ...person, password: fresh })).status).toBe(202)
    }
  })
})

describe('what the old password opened does not outlive it', () => {
  /** Four logins one after the other in each of five browsers, so that some of them meet whatever happens meanwhile. */
  const manyLogins = async (person: Person, client: TestClient): Promise<TestClient[]> => {
    const lanes = Array.from({ length: 5 }, async () => {
      const opened: TestClient[] = []
      for (let turn = 0; turn < 4; turn++) {
        const browser = onDeviceOf(client)
        const { status, code } = await login(person, browser)
        if (status === 204) opened.push(browser)
        else expect([202, 401]).toContain(status)
        if (status === 401) expect(code).toBe('auth:invalid_credentials')
      }
      return opened
    })
    return (await Promise.all(lanes)).flat()
  }

  test("20 logins against a change of password: only the changer's session lives", async () => {
    for (let round = 0; round < 3; round++) {
      const { person, client } = await signedInOnDevice(app)
      const [opened, change] = await Promise.all([
        manyLogins(person, client),
        client.post('/v0/auth/change-password', { current_password: person.password, new_password: fresh }),
      ])
      expect(change.status).toBe(204)
      for (const browser of opened) expect((await browser.get('/v0/user/me')).code).toBe('user:invalid_session')
      expect(await isAlive(client)).toBe(true)
      expect(await liveSessions(person)).toHaveLength(1)
    }
  })

  test('20 logins against a reset: no session lives, and no link that they were mailed', async () => {
    for (let round = 0; round < 3; round++) {
      const { person, client } = await signedInOnDevice(app)
      await app.client().post('/v0/auth/forgot-password', { email: person.email })
      const token = await mailedToken(app, person.email, 3)
      const [opened, reset] = await Promise.all([
        manyLogins(person, client),
        app.client().post('/v0/auth/reset-password', { token, new_password: fresh }),
      ])
      expect(reset.status).toBe(204)
      for (const browser of opened) expect((await browser.get('/v0/user/me')).code).toBe('user:invalid_session')
      expect(await liveSessions(person)).toEqual([])
      expect(
        await app.sql(
          "select id from mailed_tokens where purpose = 'device_verify' and address_key = $1 and used_at is null and superseded_at is null",
          [person.email],
        ),
      ).toEqual([])
    }
  })

  test('a device link against a reset: neither its session nor its device is left', async () => {
    for (let round = 0; round < turns(4, 10); round++) {
      const { person } = await signedUp(app)
      expect((await login(person)).status).toBe(202)
      const device = await mailedToken(app, person.email, 2)
      await app.client().post('/v0/auth/forgot-password', { email: person.email })
      const token = await mailedToken(app, person.email, 3)
      const browser = app.client()
      // The reset spends its time on the hash: the link comes a little later every round.
      const verify = async () => {
        for (let before = 0; before < round; before++) await browser.get('/v0/user/me')
        return browser.post('/v0/auth/device/verify', { token: device })
      }
      const [reset, link] = await Promise.all([
        app.client().post('/v0/auth/reset-password', { token, new_password: fresh }),
        verify(),
      ])
      if (link.status !== 204) expect(link.code).toBe('token:invalid_device_verify')
      expect(reset.status).toBe(204)
      expect(await isAlive(browser)).toBe(false)
      expect(await liveSessions(person)).toEqual([])
      expect(
        await app.sql('select id from devices where user_id = (select id from users where email = $1)', [person.email]),
      ).toEqual([])
    }
  })

  test('a device link against a change of password: no session beside the changer', async () => {
    for (let round = 0; round < turns(3, 5); round++) {
      const { person, client } = await signedUp(app)
      expect((await login(person)).status).toBe(202)
      const token = await mailedToken(app, person.email, 2)
      const browser = app.client()
      const [change, link] = await Promise.all([
        client.post('/v0/auth/change-password', { current_password: person.password, new_password: fresh }),
        browser.post('/v0/auth/device/verify', { token }),
      ])
      expect(change.status).toBe(204)
      if (link.status !== 204) expect(link.code).toBe('token:invalid_device_verify')
      expect(await isAlive(browser)).toBe(false)
      expect(await liveSessions(person)).toHaveLength(1)
    }
  })
})
