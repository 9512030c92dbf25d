import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp, useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, mailsTo, signedInOnDevice, signedUp } from '../support/people.ts'
import { ageSessions, eventsOf, spendBackupCodes, withTotp } from '../totp/support.ts'

const url = '/v0/auth/reauthenticate'
/** A route that demands a fresh session and changes nothing that these tests look at. */
const freshUrl = '/v0/auth/sessions/revoke-others'
const app = useApp()

/** An account whose one session was opened long enough ago. */
async function signedInLongAgo() {
  const { person, client } = await signedUp(app)
  await ageSessions(app, person)
  return { person, client }
}

/** The same with TOTP on. */
async function withTotpLongAgo() {
  const one = await withTotp(app)
  await ageSessions(app, one.person)
  return one
}

const outcomeOfFresh = async (client: TestClient) => {
  const { code, status } = await client.post(freshUrl)
  return code ?? status
}

describe(`POST ${url}`, () => {
  test('with the password: the session is fresh', async () => {
    const { person, client } = await signedInLongAgo()
    expect(await outcomeOfFresh(client)).toBe('user:reauthentication_required')
    const token = client.cookies.get('__Host-session_id')
    const answer = await client.post(url, { password: person.password })
    expect([answer.status, answer.body, answer.setCookies]).toEqual([204, {}, []])
    expect(await outcomeOfFresh(client)).toBe(204)
    expect(client.cookies.get('__Host-session_id')).toBe(token)
  })

  test('of an app, by its bearer', async () => {
    const { person, client } = await signedInLongAgo()
    const inApp = app.client()
    inApp.headers.authorization = `Bearer ${client.cookies.get('__Host-session_id')}`
    expect((await inApp.post(url, { password: person.password })).status).toBe(204)
    expect(await outcomeOfFresh(inApp)).toBe(204)
  })

  test('password:incorrect, and the session is no fresher', async () => {
    const { client } = await signedInLongAgo()
    const { person: other } = await signedUp(app)
    for (const password of ['not the password', other.password]) {
      const answer = await client.post(url, { password })
      expect([answer.code, answer.setCookies]).toEqual(['password:incorrect', []])
    }
    expect(await outcomeOfFresh(client)).toBe('user:reauthentication_required')
    expect((await client.get('/v0/user/me')).status).toBe(200)
  })

  test('user:password_not_set', async () => {
    const { person, client } = await signedInLongAgo()
    await app.sql('update users set password_hash = null where email = $1', [person.email])
    expect((await client.post(url, { password: person.password })).code).toBe('user:password_not_set')
    expect(await outcomeOfFresh(client)).toBe('user:reauthentication_required')
  })

  test('totp:not_enabled for a code', async () => {
    const { client } = await signedInLongAgo()
    for (const code of ['123456', 'ABCD1234']) expect((await client.post(url, { code })).code).toBe('totp:not_enabled')
    expect(await outcomeOfFresh(client)).toBe('user:reauthentication_required')
  })

  test('with a code of the app: the session is fresh', async () => {
    const { person, client, code } = await withTotpLongAgo()
    expect((await client.post(url, { code: await code() })).status).toBe(204)
    expect((await eventsOf(app, person))[0]).toBe('login_succeeded')
    expect(await outcomeOfFresh(client)).toBe(204)
  })

  test('with a backup code: the same, and its owner is told how many are left', async () => {
    const { person, client, backupCodes } = await withTotpLongAgo()
    expect((await client.post(url, { code: backupCodes[0] })).status).toBe(204)
    expect((await eventsOf(app, person)).slice(0, 2)).toEqual(['login_succeeded', 'backup_code_used'])
    expect(await outcomeOfFresh(client)).toBe(204)
    const [notice] = await mailsTo(app, person.email, 4)
    expect([notice?.subject, notice?.text]).toEqual(['A backup code was used', expect.stringContaining('left: 9')])
    expect((await client.post(url, { code: backupCodes[0] })).code).toBe('totp:invalid_code')
  })

  test('totp:invalid_code, and the session is no fresher', async () => {
    const { client, code } = await withTotpLongAgo()
    for (const wrong of ['000000', 'AAAAAAAA', await code(3), await code(-3), 'x']) {
      const answer = await client.post(url, { code: wrong })
      expect([answer.status, answer.code]).toEqual([400, 'totp:invalid_code'])
    }
    expect(await outcomeOfFresh(client)).toBe('user:reauthentication_required')
  })

  test('totp:backup_code_exhausted', async () => {
    const { person, client, backupCodes } = await withTotpLongAgo()
    await spendBackupCodes(app, person)
    const answer = await client.post(url, { code: backupCodes[0] })
    expect([answer.status, answer.code]).toEqual([401, 'totp:backup_code_exhausted'])
    expect(await outcomeOfFresh(client)).toBe('user:reauthentication_required')
  })

  test('general:bad_request for none, both, or another type', async () => {
    const { person, client } = await signedInLongAgo()
    const { password } = person
    for (const body of [
      undefined,
      {},
      { password, code: '123456' },
      { password: 1 },
      { code: 123456 },
      { password: null },
      [],
      '"x"',
    ]) {
      const answer = await client.post(url, body)
      expect([body, answer.status, answer.code]).toEqual([body, 400, 'general:bad_request'])
    }
    expect(await outcomeOfFresh(client)).toBe('user:reauthentication_required')
  })

  test('general:validation_error for a password beyond 1,024 bytes', async () => {
    const { client } = await signedInLongAgo()
    const answer = await client.post(url, { password: 'x'.repeat(1025) })
    expect(answer.code).toBe('general:validation_error')
    expect(answer.body.fields).toEqual([{ path: '/password', rule: 'max_length', limit: 1024 }])
  })

  test('system:hashing_error when the stored hash is damaged [PW6]', async () => {
    const { person, client } = await signedInLongAgo()
    await app.sql("update users set password_hash = 'garbage' where email = $1", [person.email])
    const answer = await client.post(url, { password: person.password })
    expect([answer.status, answer.code]).toEqual([500, 'system:hashing_error'])
    expect(await outcomeOfFresh(client)).toBe('user:reauthentication_required')
  })

  describe('rate_limit:exceeded', () => {
    let strict: TestApp
    beforeAll(async () => {
      strict = await startApp({ RATE_LIMITS: 'on' })
    })
    afterAll(() => strict.close())

    /** An hour, so that no block runs out while the test looks at it. */
    const prolongBlocks = () =>
      strict.sql("update failed_attempts set blocked_until = now() + interval '1 hour' where blocked_until is not null")
    /** Also of the hashes a minute. */
    const endBlocks = async () => {
      await strict.sql('update failed_attempts set blocked_until = now() where blocked_until is not null')
      await strict.sql("delete from rate_counters where key like 'hashes:%'")
    }

    const guess = async (client: TestClient, times: number) => {
      for (let time = 0; time < times; time++) {
        expect((await client.post(url, { password: 'not the password' })).code).toBe('password:incorrect')
      }
    }

    test('after five wrong passwords: the right one must wait too, and is free again after a success [TH2 TH3]', async () => {
      const { person, client } = await signedUp(strict)
      const right = { password: person.password }
      await guess(client, 5)
      const refusal = await client.post(url, right)
      expect([refusal.status, refusal.code, refusal.headers['retry-after']]).toEqual([429, 'rate_limit:exceeded', '1'])
      await endBlocks()
      expect((await client.post(url, right)).status).toBe(204)
      await guess(client, 5)
      expect((await client.post(url, right)).code).toBe('rate_limit:exceeded')
    })

    test('one count with login, and each known device its own', async () => {
      const { person, client } = await signedInOnDevice(strict)
      const login = { email: person.email, password: person.password }
      const other = strict.client()
      expect((await other.post('/v0/auth/login', login)).status).toBe(202)
      const token = await mailedToken(strict, person.email, 3)
      expect((await other.post('/v0/auth/device/verify', { token })).status).toBe(204)

      for (let time = 0; time < 3; time++) {
        const answer = await client.post('/v0/auth/login', { ...login, password: 'not the password' })
        expect(answer.code).toBe('auth:invalid_credentials')
      }
      await guess(client, 2)
      await prolongBlocks()
      expect((await client.post(url, { password: person.password })).code).toBe('rate_limit:exceeded')
      expect((await client.post('/v0/auth/login', login)).code).toBe('rate_limit:exceeded')

      expect((await other.post(url, { password: person.password })).status).toBe(204)
      expect((await other.post('/v0/auth/login', login)).status).toBe(204)
      expect((await strict.client().post('/v0/auth/login', login)).status).toBe(202)
    })

    test('what cannot be tried is not counted', async () => {
      const { person, client } = await signedUp(strict)
      for (let time = 0; time < 6; time++) expect((await client.post(url, {})).code).toBe('general:bad_request')
      expect((await client.post(url, { password: person.password })).status).toBe(204)
    })
  })
})
