import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { mailedToken, type Person, signedInOnDevice, signedUp } from '../support/people.ts'

const url = '/v0/auth/set-initial-password'
const first = 'the very first passphrase'
const app = useApp()

const refused = ({ status, code, body, setCookies }: Answer) => ({ status, code, body, setCookies })
const refusal = (status: number, code: string) => ({ status, code, body: { status, code }, setCookies: [] })

const set = (client: TestClient, new_password: unknown) => client.post(url, { new_password })

/** On a browser that the account does not know: 202 says that the password is right. */
const login = async ({ email }: Person, password: string) =>
  (await app.client().post('/v0/auth/login', { email, password })).status

const dropPassword = ({ email }: Person) => app.sql('update users set password_hash = null where email = $1', [email])

async function withoutPassword(wished: Partial<Person> = {}) {
  const { person, client } = await signedUp(app, wished)
  await dropPassword(person)
  return { person, client }
}

const hasPassword = async (client: TestClient) => (await client.get('/v0/user/me')).body.has_password

const auditOf = ({ email }: Person) =>
  app.sql(
    "select type from security_events where type = 'password_set' and user_id = (select id from users where email = $1)",
    [email],
  )

describe(`POST ${url}`, () => {
  test('the password works; the own session goes on and every other one ends', async () => {
    const { person, client } = await signedInOnDevice(app)
    const other = app.client()
    other.cookies.set('__Host-device_id', client.cookies.get('__Host-device_id') ?? '')
    await other.post('/v0/auth/login', { email: person.email, password: person.password })
    await dropPassword(person)
    expect([await hasPassword(client), await hasPassword(other)]).toEqual([false, false])
    const answer = await set(client, first)
    expect([answer.status, answer.body, answer.setCookies]).toEqual([204, {}, []])
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(await hasPassword(client)).toBe(true)
    expect((await other.get('/v0/user/me')).code).toBe('user:invalid_session')
    expect([await login(person, first), await login(person, person.password)]).toEqual([202, 401])
    expect(await auditOf(person)).toHaveLength(1)
  })

  test('device links that wait are void', async () => {
    const { person, client } = await signedUp(app)
    await login(person, person.password)
    const token = await mailedToken(app, person.email, 2)
    await dropPassword(person)
    await set(client, first)
    expect((await app.client().post('/v0/auth/device/verify', { token })).code).toBe('token:invalid_device_verify')
  })

  test('stores no password [SE1]', async () => {
    const { client } = await withoutPassword()
    await set(client, first)
    for (const table of ['users', 'security_events', 'mails']) {
      const rows = await app.sql<{ row: string }>(`select t::text as row from ${table} t`)
      expect(rows.map(({ row }) => row).join('\n')).not.toContain(first)
    }
  })

  test('of 50 that race one wins [PW4]', async () => {
    const { person, client } = await withoutPassword()
    const wishes = Array.from({ length: 50 }, (_, index) => `racing passphrase ${index}`)
    const answers = await Promise.all(wishes.map((wish) => set(client, wish)))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'password:already_set')).toHaveLength(49)
    const winner = wishes[answers.findIndex(({ status }) => status === 204)] ?? ''
    const loser = wishes[answers.findIndex(({ status }) => status !== 204)] ?? ''
    expect([await login(person, winner), await login(person, loser)]).toEqual([202, 401])
    expect(await auditOf(person)).toHaveLength(1)
  })

  test('password:already_set, whatever was sent', async () => {
    const { person, client } = await signedUp(app)
    for (const body of [
      undefined,
      {},
      '{"new_password":',
      { new_password: null },
      { new_password: 1 },
      { new_password: 'short' },
      { new_password: first },
    ]) {
      expect(refused(await client.post(url, body))).toEqual(refusal(400, 'password:already_set'))
    }
    expect([await login(person, person.password), await login(person, first)]).toEqual([202, 401])
  })

  describe('user:reauthentication_required', () => {
    const age = ({ email }: Person) =>
      app.sql(
        "update sessions set authenticated_at = now() - interval '301 seconds' where user_id = (select id from users where email = $1)",
        [email],
      )

    test('with a session that is no longer fresh, before any field', async () => {
      const { person, client } = await withoutPassword()
      await age(person)
      for (const body of [{ new_password: first }, {}, { new_password: 'short' }])
        expect(refused(await client.post(url, body))).toEqual(refusal(401, 'user:reauthentication_required'))
      expect(await hasPassword(client)).toBe(false)
    })

    test('also where a password is set', async () => {
      const { person, client } = await signedUp(app)
      await age(person)
      expect((await set(client, first)).code).toBe('user:reauthentication_required')
    })
  })

  test.each([undefined, {}, { new_password: null }, { new_password: '' }])(
    'password:new_password_missing %j',
    async (body) => {
      const { client } = await withoutPassword()
      expect(refused(await client.post(url, body))).toEqual(refusal(400, 'password:new_password_missing'))
    },
  )

  test('general:bad_request', async () => {
    const { client } = await withoutPassword()
    const answer = await set(client, 1)
    expect([answer.status, answer.code, answer.body.fields]).toEqual([
      400,
      'general:bad_request',
      [{ path: '/new_password', rule: 'type' }],
    ])
    expect((await client.post(url, '{"new_password":')).code).toBe('general:bad_request')
  })

  describe('general:validation_error', () => {
    async function breaks(client: TestClient, wish: string) {
      const answer = await set(client, wish)
      expect([answer.status, answer.code]).toEqual([400, 'general:validation_error'])
      return answer.body.fields
    }

    test.each([
      ['x'.repeat(11), { rule: 'min_length', limit: 12 }],
      ['x'.repeat(129), { rule: 'max_length', limit: 128 }],
      ['PassWord1234', { rule: 'common' }],
      ['twelve \ud800 chars', { rule: 'charset' }],
    ])('%j [PW1 PW3]', async (wish, problem) => {
      const { client } = await withoutPassword()
      expect(await breaks(client, wish)).toEqual([{ path: '/new_password', ...problem }])
      expect(await hasPassword(client)).toBe(false)
    })

    test('the own e-mail, its local part, the handle or the name; nothing is set [PW3]', async () => {
      const { client } = await withoutPassword({
        email: 'Personal-Initial@example.com',
        handle: 'own_initial_123',
        display_name: 'Personal Initial',
      })
      for (const wish of ['personal-initial@EXAMPLE.com', 'personal-initial', 'OWN_INITIAL_123', 'personal initial']) {
        expect(await breaks(client, wish)).toEqual([{ path: '/new_password', rule: 'personal' }])
      }
      expect(await hasPassword(client)).toBe(false)
    })
  })
})
