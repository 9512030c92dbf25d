import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { brokenWorkers } from '../support/mail-way.ts'
import { mailedToken, newPerson, type Person, signedInOnDevice, signedUp } from '../support/people.ts'
import { withTotp } from '../totp/support.ts'

const url = '/v0/user/me'
const confirmUrl = '/v0/user/me/deletion/confirm'
let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const remove = (client: TestClient, body?: object) => client.send('DELETE', url, { body })
const withoutPassword = ({ email }: Person, at = app) =>
  at.sql('update users set password_hash = null where email = $1', [email])
const makeAdmin = ({ email }: Person, ends: string | null = null) =>
  app.sql("insert into user_roles (user_id, role, expires_at) select id, 'admin', $2 from users where email = $1", [
    email,
    ends,
  ])

describe(`DELETE ${url}`, () => {
  test('with the password: nothing opens the account any more, and its address is free', async () => {
    const { person, client } = await signedInOnDevice(app)
    const { body } = await client.post('/v0/auth/token')
    expect((await remove(client, { password: person.password })).status).toBe(204)
    expect(client.cookies.has('__Host-session_id')).toBe(false)
    const login = await client.post('/v0/auth/login', person)
    expect([login.status, login.code]).toEqual([401, 'auth:invalid_credentials'])
    const authorization = `Bearer ${body.access_token}`
    expect((await app.client().get(url, { headers: { authorization } })).code).toBe('user:invalid_session')
    expect((await client.post('/v0/auth/token/refresh')).code).toBe('user:invalid_token')
    const profile = await client.get(`/v0/users/profile?handle=${person.handle}`)
    expect(profile.body).toMatchObject({ deactivated: true, display_name: 'Deleted account', handle: person.handle })
    const again = await signedUp(app, { email: person.email })
    expect((await again.client.get(url)).body.id).not.toBe(profile.body.id)
  })

  test('with a code, and with a backup code', async () => {
    const one = await withTotp(app)
    expect((await remove(one.client, { totp_code: await one.code() })).status).toBe(204)
    const other = await withTotp(app)
    expect((await remove(other.client, { totp_code: other.backupCodes[0] })).status).toBe(204)
  })

  test('nothing personal is left, only type and time of what happened [DA2 LG2]', async () => {
    const canary = 'canary-bird'
    const away = await startApp({
      DATABASE_URL: app.config.databaseUrl,
      KEYS_DIR: app.config.keysDir,
      MAIL_DELIVERY: 'queue',
    })
    const { person, client } = await signedInOnDevice(app, { email: `${canary}@example.com`, display_name: canary })
    client.headers['user-agent'] = canary
    await client.send('PATCH', url, { body: { bio: canary } })
    await client.post('/v0/auth/login', person)
    await client.post('/v0/auth/reauthenticate', { password: 'wrong' })
    await away.client().post('/v0/auth/signup', { ...newPerson(), email: person.email, display_name: canary })
    await away.client().post('/v0/auth/forgot-password', { email: person.email })
    await app.sql(
      "insert into oauth_identities (id, user_id, provider_id, issuer, subject, email) select gen_random_uuid(), id, 'google', 'i', $1, $1 from users where email = $2",
      [canary, person.email],
    )
    const [{ id = '' } = {}] = await app.sql<{ id: string }>('select id from users where email = $1', [person.email])
    expect((await remove(client, { password: person.password })).status).toBe(204)
    const tables = await app.sql<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    )
    for (const { name } of tables)
      expect([name, await app.sql(`select t::text as row from ${name} t where t::text ilike '%${canary}%'`)]).toEqual([
        name,
        [],
      ])
    const events = await app.sql(
      'select type, ip_address, user_agent, metadata from security_events where user_id = $1',
      [id],
    )
    expect(events.length).toBeGreaterThan(4)
    for (const event of events) expect(event).toMatchObject({ ip_address: null, user_agent: null, metadata: null })
    await away.close()
  })

  test('user:reauthentication_required without a proof, or with one that proves nothing here', async () => {
    const { client } = await signedUp(app)
    for (const body of [undefined, {}, { totp_code: '123456' }])
      expect((await remove(client, body)).code).toBe('user:reauthentication_required')
    const one = await withTotp(app)
    await withoutPassword(one.person)
    expect((await remove(one.client, { password: one.person.password })).code).toBe('user:reauthentication_required')
  })

  test('user:invalid_password, totp:invalid_code, totp:backup_code_exhausted', async () => {
    const one = await withTotp(app)
    expect((await remove(one.client, { password: 'not the password' })).code).toBe('user:invalid_password')
    expect((await remove(one.client, { totp_code: '000000' })).code).toBe('totp:invalid_code')
    await app.sql('update backup_codes set used_at = now()')
    expect((await remove(one.client, { totp_code: 'AAAAAAAA' })).code).toBe('totp:backup_code_exhausted')
    expect((await one.client.get(url)).status).toBe(200)
  })

  test('general:bad_request for two proofs', async () => {
    const { person, client } = await signedUp(app)
    const answer = await remove(client, { password: person.password, totp_code: '123456' })
    expect(answer.code).toBe('general:bad_request')
  })

  test('system:hashing_error', async () => {
    const { person, client } = await signedUp(app)
    await app.sql("update users set password_hash = 'garbage' where email = $1", [person.email])
    expect((await remove(client, { password: person.password })).code).toBe('system:hashing_error')
  })

  test('user:cannot_manage_self for the last administrator, also when two leave at once [AZ4]', async () => {
    const { person, client } = await signedUp(app)
    await makeAdmin(person)
    const { person: passing } = await signedUp(app)
    await makeAdmin(passing, '2999-01-01')
    const answer = await remove(client, { password: person.password })
    expect([answer.status, answer.code]).toEqual([403, 'user:cannot_manage_self'])
    let last = { person, client }
    for (let round = 0; round < 5; round++) {
      const next = await signedUp(app)
      await makeAdmin(next.person)
      const both = [last, next]
      const answers = await Promise.all(both.map((one) => remove(one.client, { password: one.person.password })))
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 403])
      last = both[answers.findIndex(({ status }) => status === 403)] as typeof last
    }
    await app.sql('delete from user_roles')
  })

  test('of an account with neither password nor TOTP: 202 and a mailed link; worker faults; rate_limit:exceeded', async () => {
    const { person, client } = await signedUp(app)
    await withoutPassword(person)
    const answer = await remove(client)
    expect([answer.status, answer.body]).toEqual([202, { message: expect.any(String) }])
    const token = await mailedToken(app, person.email, 2)
    for (let time = 0; time < 3; time++) await app.client().get(`/account/confirm-deletion?token=${token}`)
    expect((await app.client().post(confirmUrl, { token })).status).toBe(204)
    expect((await client.get(url)).code).toBe('user:invalid_session')
    expect((await app.client().post(confirmUrl, { token })).code).toBe('token:invalid_account_deletion')
  })
})

describe(`POST ${confirmUrl}`, () => {
  const linkOf = async () => {
    const { person, client } = await signedUp(app)
    await withoutPassword(person)
    await remove(client)
    return { person, client, token: await mailedToken(app, person.email, 2) }
  }
  const codeOf = async (token: unknown) => (await app.client().post(confirmUrl, { token })).code

  test('token:invalid_account_deletion: malformed, unknown, superseded, expired', async () => {
    const { person, client, token } = await linkOf()
    for (const junk of ['junk', makeToken('mailed').text, makeToken('session').text])
      expect(await codeOf(junk)).toBe('token:invalid_account_deletion')
    await remove(client)
    const newer = await mailedToken(app, person.email, 3)
    expect(await codeOf(token)).toBe('token:invalid_account_deletion')
    await app.sql("update mailed_tokens set expires_at = now() where purpose = 'account_deletion'")
    expect(await codeOf(newer)).toBe('token:invalid_account_deletion')
  })

  test('user:cannot_manage_self, and nothing is used up', async () => {
    const { person, token } = await linkOf()
    await makeAdmin(person)
    expect(await codeOf(token)).toBe('user:cannot_manage_self')
    await app.sql('delete from user_roles')
    expect(await codeOf(token)).toBeUndefined()
  })

  test('general:bad_request', async () => {
    expect(await codeOf(undefined)).toBe('general:bad_request')
  })
})

test('worker faults of the deletion link, and rate_limit:exceeded after five', async () => {
  const { person, client } = await signedUp(app)
  await withoutPassword(person)
  const session = client.cookies.get('__Host-session_id') ?? ''
  const at = (other: TestApp) => {
    const same = other.client()
    same.cookies.set('__Host-session_id', session)
    return remove(same)
  }
  const strict = await startApp({
    RATE_LIMITS: 'on',
    DATABASE_URL: app.config.databaseUrl,
    KEYS_DIR: app.config.keysDir,
  })
  for (let time = 0; time < 5; time++) expect((await at(strict)).status).toBe(202)
  expect((await at(strict)).code).toBe('rate_limit:exceeded')
  await strict.close()
  for (const [broken, code] of await brokenWorkers(app)) expect((await at(broken)).code).toBe(code)
})
