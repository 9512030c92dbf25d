import { describe, expect, onTestFinished, test } from 'vitest'
import { startApp, useApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { mailedToken, newPerson, type Person, signedInOnDevice, signedUp } from '../support/people.ts'

const url = '/v0/auth/change-password'
const fresh = 'a wholly new passphrase'
const app = useApp()

const refused = ({ status, code, body, setCookies }: Answer) => ({ status, code, body, setCookies })
const refusal = (status: number, code: string) => ({ status, code, body: { status, code }, setCookies: [] })

/** On a browser that the account does not know: 202 says that the password is right. */
const login = async ({ email }: Person, password: string) =>
  (await app.client().post('/v0/auth/login', { email, password })).status

/** One more session of the account, on the device of the client. */
async function besides(client: TestClient, { email, password }: Person): Promise<TestClient> {
  const other = app.client()
  other.cookies.set('__Host-device_id', client.cookies.get('__Host-device_id') ?? '')
  expect((await other.post('/v0/auth/login', { email, password })).status).toBe(204)
  return other
}

const change = (client: TestClient, current_password: unknown, new_password: unknown) =>
  client.post(url, { current_password, new_password })

const auditOf = ({ email }: Person) =>
  app.sql(
    "select type from security_events where type = 'password_changed' and user_id = (select id from users where email = $1)",
    [email],
  )

describe(`POST ${url}`, () => {
  test('the new password works, the old one does not; the own session goes on and every other one ends', async () => {
    const { person, client } = await signedInOnDevice(app)
    const other = await besides(client, person)
    const bearer = app.client()
    bearer.headers.authorization = `Bearer ${(await besides(client, person)).cookies.get('__Host-session_id')}`
    const answer = await change(client, person.password, fresh)
    expect([answer.status, answer.body, answer.setCookies]).toEqual([204, {}, []])
    expect(answer.headers['cache-control']).toBe('no-store')
    expect((await client.get('/v0/user/me')).body.email).toBe(person.email)
    for (const ended of [other, bearer]) expect((await ended.get('/v0/user/me')).code).toBe('user:invalid_session')
    expect([await login(person, person.password), await login(person, fresh)]).toEqual([401, 202])
    expect(await auditOf(person)).toHaveLength(1)
  })

  test('the device stays known', async () => {
    const { person, client } = await signedInOnDevice(app)
    await change(client, person.password, fresh)
    await besides(client, { ...person, password: fresh })
  })

  test('with forget_devices every device needs a link again, and the own session goes on [AT12]', async () => {
    const { person, client } = await signedInOnDevice(app)
    const wish = { current_password: person.password, new_password: fresh, forget_devices: true }
    expect((await client.post(url, wish)).status).toBe(204)
    expect((await client.get('/v0/auth/devices')).body.devices).toEqual([])
    const again = await client.post('/v0/auth/login', { email: person.email, password: fresh })
    expect([again.status, again.body]).toEqual([202, { status: 'device_verification_required' }])
    const wrong = await client.post(url, { ...wish, current_password: fresh, forget_devices: 'yes' })
    expect(wrong.code).toBe('general:bad_request')
  })

  test('device links that wait and reset links are void', async () => {
    const { person, client } = await signedInOnDevice(app)
    expect(await login(person, person.password)).toBe(202)
    const device = await mailedToken(app, person.email, 3)
    await app.client().post('/v0/auth/forgot-password', { email: person.email })
    const reset = await mailedToken(app, person.email, 4)
    expect((await change(client, person.password, fresh)).status).toBe(204)
    expect((await app.client().post('/v0/auth/device/verify', { token: device })).code).toBe(
      'token:invalid_device_verify',
    )
    const late = await app
      .client()
      .post('/v0/auth/reset-password', { token: reset, new_password: 'yet another passphrase' })
    expect(late.code).toBe('token:invalid_reset')
    expect(await login(person, fresh)).toBe(202)
  })

  test('stores neither password [SE1]', async () => {
    const { person, client } = await signedUp(app)
    await change(client, person.password, fresh)
    for (const table of ['users', 'sessions', 'security_events', 'failed_attempts', 'mails']) {
      const rows = await app.sql<{ row: string }>(`select t::text as row from ${table} t`)
      const text = rows.map(({ row }) => row).join('\n')
      expect(text).not.toContain(person.password)
      expect(text).not.toContain(fresh)
    }
  })

  test('of 20 changes that race with one current password one wins', async () => {
    const { person, client } = await signedUp(app)
    const wishes = Array.from({ length: 20 }, (_, index) => `racing passphrase ${index}`)
    const answers = await Promise.all(wishes.map((wish) => change(client, person.password, wish)))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'user:invalid_password')).toHaveLength(19)
    const winner = wishes[answers.findIndex(({ status }) => status === 204)] ?? ''
    const loser = wishes[answers.findIndex(({ status }) => status !== 204)] ?? ''
    expect([await login(person, winner), await login(person, loser)]).toEqual([202, 401])
    expect(await auditOf(person)).toHaveLength(1)
    expect((await client.get('/v0/user/me')).status).toBe(200)
  })

  test('password:cannot_update_oauth_only, whatever was sent', async () => {
    const { person, client } = await signedUp(app)
    await app.sql('update users set password_hash = null where email = $1', [person.email])
    for (const body of [
      undefined,
      {},
      '{"current_password":',
      '[]',
      { current_password: null, new_password: '' },
      { current_password: 1, new_password: [] },
      { current_password: 'x'.repeat(1025), new_password: 'short' },
      { current_password: person.password, new_password: fresh },
    ]) {
      expect(refused(await client.post(url, body))).toEqual(refusal(400, 'password:cannot_update_oauth_only'))
    }
    const form = await client.post(url, 'new_password=x', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(form.code).toBe('password:cannot_update_oauth_only')
    expect(await app.sql('select password_hash from users where email = $1', [person.email])).toEqual([
      { password_hash: null },
    ])
  })

  test.each([
    undefined,
    {},
    { new_password: fresh },
    { current_password: null, new_password: fresh },
    { current_password: '', new_password: fresh },
    { current_password: '', new_password: null },
    { new_password: 'short' },
  ])('password:required_for_update %j', async (body) => {
    const { client } = await signedUp(app)
    expect(refused(await client.post(url, body))).toEqual(refusal(400, 'password:required_for_update'))
  })

  test.each([
    { current_password: 'any' },
    { current_password: 'any', new_password: null },
    { current_password: 'any', new_password: '' },
    { current_password: 'x'.repeat(1025), new_password: '' },
  ])('password:new_password_missing %#', async (body) => {
    const { client } = await signedUp(app)
    expect(refused(await client.post(url, body))).toEqual(refusal(400, 'password:new_password_missing'))
  })

  describe('general:bad_request', () => {
    test.each([
      [{ current_password: 1, new_password: fresh }, [{ path: '/current_password', rule: 'type' }]],
      [{ current_password: 'any', new_password: 1 }, [{ path: '/new_password', rule: 'type' }]],
      [{ current_password: ['any'], new_password: 'short' }, [{ path: '/current_password', rule: 'type' }]],
    ])('%j', async (body, fields) => {
      const { client } = await signedUp(app)
      const answer = await client.post(url, body)
      expect([answer.status, answer.code, answer.body.fields]).toEqual([400, 'general:bad_request', fields])
    })

    test('a wrong type beside a missing field, malformed JSON and another content type', async () => {
      const { client } = await signedUp(app)
      expect((await client.post(url, { new_password: 1 })).code).toBe('general:bad_request')
      expect((await client.post(url, { current_password: 1 })).code).toBe('general:bad_request')
      expect((await client.post(url, '{"current_password":')).code).toBe('general:bad_request')
      const form = await client.post(url, 'current_password=x', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
      expect(form.code).toBe('general:bad_request')
    })
  })

  describe('general:validation_error', () => {
    async function breaks(client: TestClient, current: string, wish: string) {
      const answer = await change(client, current, wish)
      expect([answer.status, answer.code]).toEqual([400, 'general:validation_error'])
      return answer.body.fields
    }

    test.each([
      ['x'.repeat(11), { rule: 'min_length', limit: 12 }],
      ['x'.repeat(129), { rule: 'max_length', limit: 128 }],
      ['PassWord1234', { rule: 'common' }],
      ['twelve \ud800 chars', { rule: 'charset' }],
    ])('%j, before the current password is looked at [PW1 PW3]', async (wish, problem) => {
      const { person, client } = await signedUp(app)
      const fields = [{ path: '/new_password', ...problem }]
      expect(await breaks(client, person.password, wish)).toEqual(fields)
      expect(await breaks(client, 'not the password', wish)).toEqual(fields)
    })

    test('the own e-mail, its local part, the handle or the name [PW3]', async () => {
      const { person, client } = await signedUp(app, {
        email: 'Personal-Change@example.com',
        handle: 'own_change_1234',
        display_name: 'Personal Change',
      })
      for (const wish of [
        'personal-change@EXAMPLE.com',
        'personal-change',
        'OWN_CHANGE_1234',
        'personal change',
        'Ｐersonal change',
      ]) {
        expect(await breaks(client, person.password, wish)).toEqual([{ path: '/new_password', rule: 'personal' }])
      }
      expect(await login(person, person.password)).toBe(202)
    })

    test('unchanged, however its characters were composed [PW2]', async () => {
      const { person, client } = await signedUp(app, { password: 'Ångström is a length' })
      for (const wish of [person.password, person.password.normalize('NFD')]) {
        expect(await breaks(client, person.password, wish)).toEqual([{ path: '/new_password', rule: 'unchanged' }])
      }
      expect((await change(client, person.password, person.password.toUpperCase())).status).toBe(204)
    })

    test('a current password over 1,024 bytes; all that is wrong at once', async () => {
      const { client } = await signedUp(app)
      expect(await breaks(client, 'x'.repeat(1025), 'canary')).toEqual([
        { path: '/current_password', rule: 'max_length', limit: 1024 },
        { path: '/new_password', rule: 'min_length', limit: 12 },
      ])
      const answer = await change(client, 'x'.repeat(1025), 'canary')
      expect(JSON.stringify(answer.body)).not.toContain('canary')
    })
  })

  test('user:invalid_password; nothing is changed and no session ends', async () => {
    const { person, client } = await signedInOnDevice(app)
    const other = await besides(client, person)
    expect(refused(await change(client, 'not the password', fresh))).toEqual(refusal(401, 'user:invalid_password'))
    for (const alive of [client, other]) expect((await alive.get('/v0/user/me')).status).toBe(200)
    expect([await login(person, person.password), await login(person, fresh)]).toEqual([202, 401])
    expect(await auditOf(person)).toEqual([])
  })

  test('rate_limit:exceeded after five wrong passwords; the right one must wait too [TH2 TH3]', async () => {
    const strict = await startApp({ RATE_LIMITS: 'on' })
    onTestFinished(() => strict.close())
    const { person, client } = await signedUp(strict)
    for (let attempt = 0; attempt < 5; attempt++)
      expect((await change(client, 'not the password', fresh)).code).toBe('user:invalid_password')
    const answer = await change(client, person.password, fresh)
    expect([answer.status, answer.code, answer.headers['retry-after']]).toEqual([429, 'rate_limit:exceeded', '1'])
    await strict.sql('update failed_attempts set blocked_until = now()')
    expect((await change(client, person.password, fresh)).status).toBe(204)
    expect(await strict.sql('select count, blocked_until from failed_attempts')).toEqual([
      { count: 0, blocked_until: null },
    ])
  })

  test('system:hashing_error when the stored hash cannot be parsed [PW6]', async () => {
    const { person, client } = await signedUp(app)
    for (const hash of ['garbage', '']) {
      await app.sql('update users set password_hash = $2 where email = $1', [person.email, hash])
      expect(refused(await change(client, person.password, fresh))).toEqual(refusal(500, 'system:hashing_error'))
    }
  })

  test("changes the caller's password, whatever account the body names [AZ2]", async () => {
    const { person, client } = await signedUp(app)
    const { person: other } = await signedUp(app)
    const body = { current_password: person.password, new_password: fresh, email: other.email, user_id: newPerson() }
    expect((await client.post(url, body)).status).toBe(204)
    expect([await login(other, other.password), await login(person, fresh)]).toEqual([202, 202])
  })
})
