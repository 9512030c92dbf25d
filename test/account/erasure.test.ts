import { randomUUIDv7 } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { open } from '../../src/crypto/sealed-box.ts'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { type TestApp, useApp } from '../support/app.ts'
import { type Answer, seen, type TestClient } from '../support/client.ts'
import { appWith } from '../support/mail-way.ts'
import { mailedToken, mailsTo, newPerson, signedInOnDevice, signedUp } from '../support/people.ts'
import { arrive, historyOf, OidcProvider } from '../support/provider.ts'
import { writtenRefusals } from '../support/refusals.ts'
import { onDeviceOf, tempToken, verify, withTotp } from '../totp/support.ts'

const url = '/v0/user/me'
const app = useApp()

const remove = (client: TestClient, body?: unknown) => client.send('DELETE', url, { body })

const linked = (at: TestApp, email: string, issuer: string) =>
  at.sql(
    `insert into oauth_identities (id, user_id, provider_id, issuer, subject, email)
     select gen_random_uuid(), id, 'google', $2, $1, $1 from users where email = $1`,
    [email, issuer],
  )

describe('of a deleted account', () => {
  test('nothing that was issued before opens anything', async () => {
    const provider = new OidcProvider()
    const issuer = await provider.start()
    onTestFinished(() => provider.stop())
    const own = await appWith({
      GOOGLE_CLIENT_ID: provider.clientId,
      GOOGLE_CLIENT_SECRET: provider.clientSecret,
      GOOGLE_ISSUER: issuer,
    })
    const { person, client } = await signedInOnDevice(own)
    const { email, password } = person
    const newEmail = newPerson().email
    const changeEmail = (to: string) => client.post('/v0/auth/change-email', { password, new_email: to })
    const post = (path: string, body: object) => own.client().post(path, body)
    await changeEmail(newEmail)
    await post('/v0/auth/confirm-email-change', { token: await mailedToken(own, newEmail) })
    const undo = await mailedToken(own, email, 4)
    expect((await client.post('/v0/auth/login', { email: newEmail, password })).status).toBe(204)

    const { body: granted } = await client.post('/v0/auth/token')
    const bearer = own.client()
    bearer.headers.authorization = `Bearer ${client.cookies.get('__Host-session_id')}`
    const { body: appGrant } = await bearer.post('/v0/auth/token')
    const nextEmail = newPerson().email
    await changeEmail(nextEmail)
    await post('/v0/auth/forgot-password', { email: newEmail })
    const reset = await mailedToken(own, newEmail, 4)
    await post('/v0/auth/login', { email: newEmail, password })
    const device = await mailedToken(own, newEmail, 5)
    await linked(own, newEmail, issuer)
    const [{ hash } = {}] = await own.sql('select password_hash as hash from users where email = $1', [newEmail])
    await own.sql('update users set password_hash = null where email = $1', [newEmail])
    expect((await remove(client)).status).toBe(202)
    const deletion = await mailedToken(own, newEmail, 6)
    await own.sql('update users set password_hash = $2 where email = $1', [newEmail, hash])

    const stolen = own.client()
    for (const [name, value] of client.cookies) stolen.cookies.set(name, value)
    expect((await remove(client, { password })).status).toBe(204)

    expect((await bearer.get(url)).code).toBe('user:invalid_session')
    expect((await stolen.get(url)).code).toBe('user:invalid_session')
    expect(stolen.cookies.has('__Host-refresh_token')).toBe(true)
    expect((await stolen.post('/v0/auth/token/refresh')).code).toBe('user:invalid_token')
    const refresh = { refresh_token: appGrant.refresh_token }
    expect((await post('/v0/auth/token/refresh', refresh)).code).toBe('user:invalid_token')
    for (const { access_token } of [granted, appGrant]) {
      const authorization = `Bearer ${access_token}`
      for (const path of [url, '/v0/auth/check'])
        expect((await own.client().get(path, { headers: { authorization } })).code).toBe('user:invalid_session')
    }
    for (const [path, token, code] of [
      ['confirm-email-change', await mailedToken(own, nextEmail), 'token:invalid_email_change'],
      ['undo-email-change', undo, 'token:invalid_email_change'],
      ['reset-password', reset, 'token:invalid_reset'],
      ['device/verify', device, 'token:invalid_device_verify'],
    ] as const)
      expect((await post(`/v0/auth/${path}`, { token, new_password: 'a wholly new passphrase' })).code).toBe(code)
    const confirmed = await post('/v0/user/me/deletion/confirm', { token: deletion })
    expect(confirmed.code).toBe('token:invalid_account_deletion')
    for (const address of [email, newEmail])
      expect((await stolen.post('/v0/auth/login', { email: address, password })).code).toBe('auth:invalid_credentials')

    provider.reset({ sub: newEmail, email: newEmail, email_verified: true })
    const browser = own.client()
    const back = await browser.post('/v0/auth/oauth/google/login', await arrive(browser, 'google'))
    expect([back.status, back.body]).toEqual([
      200,
      expect.objectContaining({ pending_token: expect.stringMatching(/^pps_/), email: newEmail }),
    ])
  })

  test('no login that waited for its code goes on', async () => {
    const { person, client, code } = await withTotp(app)
    const waiting = await tempToken(onDeviceOf(app, client), person)
    expect((await remove(client, { password: person.password })).status).toBe(204)
    expect((await verify(onDeviceOf(app, client), waiting, await code(1))).code).toBe('totp:temp_token_invalid')
  })

  test('the verification link says no more than an unknown one', async () => {
    const person = newPerson()
    await app.client().post('/v0/auth/signup', person)
    const token = await mailedToken(app, person.email)
    const client = app.client()
    await client.post('/v0/auth/verify-email', { token })
    await remove(client, { password: person.password })
    const answer = await app.client().post('/v0/auth/verify-email', { token })
    const unknown = await app.client().post('/v0/auth/verify-email', { token: makeToken('mailed').text })
    expect([answer.code, seen(answer)]).toEqual(['token:invalid_verification', seen(unknown)])
  })

  test('a sign-in and a forgotten password are answered as for an address that nobody had', async () => {
    const { person, client } = await signedInOnDevice(app)
    expect((await remove(client, { password: person.password })).status).toBe(204)
    const stranger = newPerson({ email: `${'x'.repeat(person.email.length - 12)}@example.com` })
    for (const path of ['login', 'forgot-password', 'resend-verification-email']) {
      const [answer, unknown] = await Promise.all(
        [person, stranger].map(({ email, password }) => app.client().post(`/v0/auth/${path}`, { email, password })),
      )
      expect(seen(answer as Answer)).toEqual(seen(unknown as Answer))
    }
    expect((await client.post('/v0/auth/login', person)).code).toBe('auth:invalid_credentials')
  })

  test('the address may sign up again, as another account; the handle stays taken', async () => {
    const { person, client } = await signedInOnDevice(app)
    const { id } = (await client.get(url)).body
    expect((await remove(client, { password: person.password })).status).toBe(204)
    const same = await app.client().post('/v0/auth/signup', person)
    expect([same.status, same.code]).toEqual([409, 'user:handle_already_exists'])

    const again = newPerson({ email: person.email })
    expect((await app.client().post('/v0/auth/signup', again)).status).toBe(202)
    // The device was the deleted account's.
    const device = onDeviceOf(app, client)
    const verified = await client.post('/v0/auth/verify-email', { token: await mailedToken(app, person.email, 3) })
    expect(verified.status).toBe(204)
    const account = (await client.get(url)).body
    expect(account).toMatchObject({ email: person.email, handle: again.handle })
    expect(account.id).not.toBe(id)
    expect(await historyOf(client)).toEqual(['device_added', 'sign_up'])
    expect((await device.post('/v0/auth/login', again)).status).toBe(202)
  })
})

/** Every row of every table, and what the sealed mails say, by table; without the counts of networks, which are nobody's. */
async function dump(at: TestApp): Promise<Map<string, string>> {
  const tables = await at.sql<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
       and table_name <> 'rate_counters'`,
  )
  const texts = new Map<string, string>()
  for (const { name } of tables) {
    const rows = await at.sql<{ row: string }>(`select t::text as row from ${name} t`)
    texts.set(name, rows.map(({ row }) => row).join('\n'))
  }
  const mails = await at.sql<{ id: string; payload: Buffer }>('select id, payload from mails where payload is not null')
  const opened = mails.map(({ id, payload }) => open(at.deps.keyring, payload, id).toString())
  return texts.set('sealed mails', opened.join('\n'))
}

describe('nothing personal is left in any table [DA2 LG2]', () => {
  const address = '203.0.113.77'
  const canary = /canary|203\.0\.113\.77/i
  const sing = async (at: TestApp) =>
    [...(await dump(at))].filter(([, text]) => canary.test(text)).map(([name]) => name)
  const env = { TRUSTED_PROXIES: '127.0.0.1', RATE_LIMITS: 'on' }
  const wished = { email: 'canary@example.com', display_name: 'Canary Bird' }

  async function canaryOn(at: TestApp) {
    const { person } = await signedUp(at, wished)
    const client = at.client()
    Object.assign(client.headers, { 'user-agent': 'Canary/1.0', 'x-forwarded-for': address })
    await client.post('/v0/auth/login', person)
    const token = await mailedToken(at, person.email, 2)
    expect((await client.post('/v0/auth/device/verify', { token })).status).toBe(204)
    return { person, client }
  }

  test('of what the account and others wrote, mails that wait included; its events keep type and time', async () => {
    const own = await appWith(env)
    const { person, client } = await canaryOn(own)
    const { email, password } = person
    const stranger = own.client()
    Object.assign(stranger.headers, client.headers)
    await client.send('PATCH', url, { body: { bio: 'Canary of the year' } })
    const newEmail = 'new.canary@example.com'
    await client.post('/v0/auth/change-email', { password, new_email: newEmail })
    const token = await mailedToken(own, newEmail)
    await stranger.post('/v0/auth/confirm-email-change', { token })
    const me = { email: newEmail, password }
    expect((await client.post('/v0/auth/login', me)).status).toBe(204)
    await linked(own, newEmail, 'https://canary.example.com')
    await client.post('/v0/auth/token')
    await mailsTo(own, email, 4)
    await mailsTo(own, newEmail, 2)

    // From here on no mail leaves.
    await own.deps.inbox?.close()
    for (const [path, body] of [
      ['signup', { ...newPerson(), email: newEmail, display_name: 'Another Canary' }],
      ['forgot-password', { email: newEmail }],
      ['login', me],
    ] as const)
      expect((await stranger.post(`/v0/auth/${path}`, body)).status).toBe(502)
    const asked = await client.post('/v0/auth/change-email', { password, new_email: 'third.canary@example.com' })
    expect(asked.status).toBe(502)
    const wrong = { ...me, password: 'not the password' }
    for (let time = 0; time < 6; time++) {
      await stranger.post('/v0/auth/login', wrong)
      await client.post('/v0/auth/reauthenticate', wrong)
    }
    await own.sql('update failed_attempts set blocked_until = null')

    const { id } = (await client.get(url)).body
    const eventsOf = () => own.sql('select * from security_events where user_id = $1 order by created_at, id', [id])
    const before = await eventsOf()
    expect(await sing(own)).toEqual(
      expect.arrayContaining([
        ...['users', 'sessions', 'devices', 'mailed_tokens', 'sign_ups', 'oauth_identities', 'security_events'].map(
          (table) => `public.${table}`,
        ),
        'sealed mails',
      ]),
    )
    await writtenRefusals(own)
    expect((await remove(client, { password })).status).toBe(204)
    expect(await sing(own)).toEqual([])

    const after = await eventsOf()
    expect(after).toHaveLength(before.length + 1)
    expect(after.slice(0, -1)).toEqual(
      before.map((event) => ({ ...event, ip_address: null, user_agent: null, metadata: null, request_id: null })),
    )
    expect(after.at(-1)).toMatchObject({ type: 'deletion_requested', ip_address: null, user_agent: null })
    expect(await own.sql("select key from failed_attempts where key ~ 'account|device'")).toEqual([])
  })

  test('of TOTP', async () => {
    const { person, client } = await withTotp(app)
    const { id } = (await client.get(url)).body
    await remove(client, { password: person.password })
    for (const table of ['totp_secrets', 'backup_codes', 'pending_logins'])
      expect(await app.sql(`select id from ${table} where user_id = $1`, [id])).toEqual([])
  })

  test('of links that were mailed to an earlier address', async () => {
    const own = await appWith(env)
    const person = newPerson(wished)
    await own.client().post('/v0/auth/signup', person)
    await own.client().post('/v0/auth/resend-verification-email', { email: person.email })
    const client = own.client()
    await client.post('/v0/auth/verify-email', { token: await mailedToken(own, person.email, 2) })
    const newEmail = newPerson().email
    await client.post('/v0/auth/change-email', { password: person.password, new_email: newEmail })
    const confirm = { token: await mailedToken(own, newEmail) }
    expect((await own.client().post('/v0/auth/confirm-email-change', confirm)).status).toBe(204)
    const back = own.client()
    await back.post('/v0/auth/login', { email: newEmail, password: person.password })
    await back.post('/v0/auth/device/verify', { token: await mailedToken(own, newEmail, 3) })
    expect(await sing(own)).toContain('public.mailed_tokens')
    expect((await remove(back, { password: person.password })).status).toBe(204)
    expect(await sing(own)).toEqual([])
  })

  test('of a sign-up through a provider that still waits with that address', async () => {
    const own = await appWith(env)
    const { person, client } = await canaryOn(own)
    await own.sql(
      `insert into oauth_sign_ups (id, digest, provider_id, issuer, subject, email, is_app, expires_at)
       values ($1, $2, 'google', 'https://issuer.example.com', 'subject', $3, true, now() + interval '1 hour')`,
      [randomUUIDv7(), makeToken('pendingOauth').digest, person.email.toUpperCase()],
    )
    expect((await remove(client, { password: person.password })).status).toBe(204)
    expect(await sing(own)).toEqual([])
  })
})
