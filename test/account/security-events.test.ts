import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailsSettled } from '../support/mail-way.ts'
import { mailedToken, newPerson, type Person, signedInOnDevice, signedUp } from '../support/people.ts'
import { onDeviceOf, withTotp } from '../totp/support.ts'

const url = '/v0/user/me/security-events'
const app = useApp()

type Page = {
  readonly data: readonly { readonly id: string; readonly type: string; readonly created_at: string }[]
  readonly next_cursor?: string
}

async function pageOf(client: TestClient, query = ''): Promise<Page> {
  const { status, body } = await client.get(url + query)
  expect(status).toBe(200)
  return body as Page
}

const typesOf = async (client: TestClient) => (await pageOf(client, '?limit=100')).data.map(({ type }) => type)

/** What an act leaves behind; what is of one moment is in no order. */
async function left(client: TestClient, act: () => Promise<unknown>): Promise<string[]> {
  const before = await typesOf(client)
  await act()
  const after = await typesOf(client)
  expect(after.slice(after.length - before.length)).toEqual(before)
  return after.slice(0, after.length - before.length).sort()
}

async function besides(client: TestClient, { email, password }: Person): Promise<TestClient> {
  const other = onDeviceOf(app, client)
  expect((await other.post('/v0/auth/login', { email, password })).status).toBe(204)
  return other
}

/** Ids of that many events, the oldest first; of one millisecond they are in no order by themselves. */
const newIds = (count: number) => Array.from({ length: count }, () => randomUUIDv7()).sort()

const addEvents = ({ email }: Person, ids: readonly string[]) =>
  app.sql(
    "insert into security_events (id, user_id, type) select unnest($2::uuid[]), id, 'logout' from users where email = $1",
    [email, ids],
  )

describe(`GET ${url}`, () => {
  test('shows what happened with place and time, newest first, and nothing of anybody else', async () => {
    const { person, client } = await signedUp(app)
    await signedInOnDevice(app)
    await client.post('/v0/auth/reauthenticate', { password: person.password })
    await client.get('/v0/user/me/export')
    const { status, body, headers } = await client.get(url)
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    const at = {
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      ip_address: '127.0.0.1',
      user_agent: 'Postern tests',
    }
    expect(body).toEqual({
      data: [
        { type: 'data_exported', ...at },
        { type: 'login_succeeded', ...at, metadata: { act: 'reauthenticate' } },
        { type: 'sign_up', ...at },
      ],
    })
    const times = (body as Page).data.map(({ created_at }) => created_at)
    expect(times).toEqual([...times].sort().reverse())
  })

  test('leaves out what is not known', async () => {
    const { person, client } = await signedUp(app)
    await addEvents(person, newIds(1))
    expect(Object.keys((await pageOf(client)).data[0] ?? {})).toEqual(['id', 'type', 'created_at'])
  })

  describe('one event an act', () => {
    test('of sessions, devices and tokens', async () => {
      const { person, client } = await signedInOnDevice(app)
      const other = await besides(client, person)
      const [first, second] = [await besides(client, person), await besides(client, person)]
      const { sessions } = (await second.get('/v0/auth/sessions')).body as {
        sessions: { management_id: string; is_current: boolean }[]
      }
      const current = sessions.find(({ is_current }) => is_current)?.management_id
      const { devices } = (await client.get('/v0/auth/devices')).body as { devices: { id: string }[] }
      const { email, password } = person
      const wrong = { email, password: 'not the password' }
      for (const [expected, act] of [
        ['login_succeeded', () => besides(client, person)],
        ['login_failed', () => app.client().post('/v0/auth/login', wrong)],
        ['login_succeeded', () => client.post('/v0/auth/reauthenticate', { password })],
        ['login_failed', () => client.post('/v0/auth/reauthenticate', { password: wrong.password })],
        ['login_failed', () => client.send('DELETE', '/v0/user/me', { body: { password: wrong.password } })],
        ['session_revoked', () => client.send('DELETE', `/v0/auth/sessions/${current}`)],
        ['logout', () => first.post('/v0/auth/logout')],
        ['device_forgotten', () => other.send('DELETE', `/v0/auth/devices/${devices[0]?.id}`)],
        ['data_exported', () => client.get('/v0/user/me/export')],
      ] as const)
        expect(await left(client, act)).toEqual([expected])
    })

    const askForReset = async (email: string) => {
      await app.client().post('/v0/auth/forgot-password', { email })
      await mailsSettled(app)
    }

    test('of passwords and addresses', async () => {
      const { person, client } = await signedInOnDevice(app)
      const { email, password } = person
      const again = { ...person, password: 'a wholly new passphrase' }
      const change = { current_password: password, new_password: again.password }
      const newEmail = newPerson().email
      const asked = { password: again.password, new_email: newEmail }
      for (const [expected, act] of [
        ['password_changed', () => client.post('/v0/auth/change-password', change)],
        ['password_reset_requested', () => askForReset(email)],
        ['email_change_requested', () => client.post('/v0/auth/change-email', asked)],
      ] as const)
        expect(await left(client, act)).toEqual([expected])
      const before = await typesOf(client)

      const post = async (path: string, body: object) =>
        expect((await app.client().post(`/v0/auth/${path}`, body)).status).toBe(204)
      await post('confirm-email-change', { token: await mailedToken(app, newEmail) })
      await post('undo-email-change', { token: await mailedToken(app, email, 6) })
      const reset = { token: await mailedToken(app, email, 7), new_password: 'yet another passphrase' }
      await post('reset-password', reset)
      // No session and no device outlived that.
      const back = app.client()
      await back.post('/v0/auth/login', { email, password: reset.new_password })
      await back.post('/v0/auth/device/verify', { token: await mailedToken(app, email, 9) })
      const [one, two, ...others] = await typesOf(back)
      expect([one, two].sort()).toEqual(['device_added', 'login_succeeded'])
      expect(others).toEqual(['password_reset', 'email_change_undone', 'email_changed', ...before])
    })

    test('of an account without a password', async () => {
      const { person, client } = await signedUp(app)
      await app.sql('update users set password_hash = null where email = $1', [person.email])
      expect(await left(client, () => client.send('DELETE', '/v0/user/me'))).toEqual(['deletion_requested'])
      const set = () => client.post('/v0/auth/set-initial-password', { new_password: 'a first passphrase' })
      expect(await left(client, set)).toEqual(['password_set'])
    })

    test('of TOTP', async () => {
      const { client, code, backupCodes } = await withTotp(app)
      expect((await typesOf(client))[0]).toBe('totp_enabled')
      const post = async (path: string, sent: string) =>
        client.post(`/v0/auth/${path}`, { code: sent, totp_code: sent })
      const regenerate = await code()
      for (const [expected, act] of [
        [['login_failed'], () => post('totp/disable', '000000')],
        [['backup_code_used', 'login_succeeded'], () => post('reauthenticate', backupCodes[0] ?? '')],
        [['backup_codes_regenerated'], () => post('totp/backup-codes/regenerate', regenerate)],
        [['totp_disabled'], async () => post('totp/disable', await code(1))],
      ] as const)
        expect(await left(client, act)).toEqual(expected)
    })
  })

  test('20 at a time unless limit says otherwise; no next_cursor where nothing comes after', async () => {
    const { person, client } = await signedUp(app)
    await addEvents(person, newIds(24))
    const { data, next_cursor } = await pageOf(client)
    expect([data.length, next_cursor]).toEqual([20, data[19]?.id])
    const rest = await pageOf(client, `?cursor=${next_cursor}`)
    expect([rest.data.length, Object.keys(rest)]).toEqual([5, ['data']])
    for (const [limit, count, isMore] of [
      [1, 1, true],
      [24, 24, true],
      [25, 25, false],
      [100, 25, false],
    ] as const) {
      const page = await pageOf(client, `?limit=${limit}`)
      expect([page.data.length, 'next_cursor' in page]).toEqual([count, isMore])
    }
  })

  test('pages through 250 events without gaps or doubles while new ones arrive', async () => {
    const { person, client } = await signedUp(app)
    const [signUp] = (await pageOf(client)).data
    const ids = newIds(250)
    await addEvents(person, ids)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await pageOf(client, `?limit=60${cursor ? `&cursor=${cursor}` : ''}`)
      seen.push(...page.data.map(({ id }) => id))
      cursor = page.next_cursor
      expect((await client.post('/v0/auth/reauthenticate', { password: person.password })).status).toBe(204)
    } while (cursor)
    expect(seen).toEqual([...ids.reverse(), signUp?.id])
    expect((await pageOf(client)).data[0]?.type).toBe('login_succeeded')
  })

  test('the cursor of somebody else says no more than one that nobody has [AZ3]', async () => {
    const { person, client } = await signedUp(app)
    const { person: other } = await signedUp(app)
    const ids = newIds(7)
    const foreign = ids[3] ?? ''
    await addEvents(person, ids.toSpliced(3, 1))
    await addEvents(other, [foreign])
    const answer = await pageOf(client, `?cursor=${foreign}`)
    expect(answer).toEqual({ data: [] })
    await app.sql('delete from security_events where id = $1', [foreign])
    expect(await pageOf(client, `?cursor=${foreign}`)).toEqual(answer)
    expect(await pageOf(client, `?cursor=${foreign.toUpperCase()}`)).toEqual(answer)
  })

  test('a cursor may be a UUID of any version', async () => {
    const { client } = await signedUp(app)
    expect((await client.get(`${url}?cursor=${randomUUID()}`)).status).toBe(200)
  })

  test('whoever else the query names, it is the own account [AZ2]', async () => {
    const { client } = await signedUp(app)
    const { client: other } = await signedUp(app)
    const { id } = (await other.get('/v0/user/me')).body
    expect(await pageOf(client, `?user_id=${id}`)).toEqual(await pageOf(client))
  })

  test.each([
    ['0', { rule: 'min', limit: 1 }],
    ['-1', { rule: 'min', limit: 1 }],
    ['101', { rule: 'max', limit: 100 }],
    ['9999999999', { rule: 'max', limit: 100 }],
  ])('general:validation_error limit=%s', async (limit, problem) => {
    const { client } = await signedUp(app)
    const { status, code, body } = await client.get(`${url}?limit=${limit}`)
    expect([status, code, body.fields]).toEqual([400, 'general:validation_error', [{ path: '/limit', ...problem }]])
  })

  test.each([
    ['limit=x', '/limit'],
    ['limit=', '/limit'],
    ['limit=1.5', '/limit'],
    ['limit=1e1', '/limit'],
    ['limit=%0A5', '/limit'],
    ['limit=5&limit=6', '/limit'],
    ['cursor=x', '/cursor'],
    ['cursor=', '/cursor'],
    ['cursor=01890a5d-ac96-774b-bcce-b302099a805', '/cursor'],
    ['cursor=01890a5d-ac96-774b-bcce-b302099a8057%00', '/cursor'],
    ['cursor=01890a5d-ac96-774b-bcce-b302099a8057&cursor=01890a5d-ac96-774b-bcce-b302099a8057', '/cursor'],
  ])('general:bad_request %s', async (query, path) => {
    const { client } = await signedUp(app)
    const { status, code, body } = await client.get(`${url}?${query}`)
    expect([status, code, body.fields]).toEqual([400, 'general:bad_request', [expect.objectContaining({ path })]])
  })
})
