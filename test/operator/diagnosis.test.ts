import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogue } from '../../src/errors/catalogue.ts'
import { administrator, moderator } from '../audit/support.ts'
import { said, unknownId } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { appWith, recordingMailServer } from '../support/mail-way.ts'
import { mailedToken, mailsTo, newPerson, signedInOnDevice, signUp } from '../support/people.ts'
import { writtenRefusals } from '../support/refusals.ts'
import { runAdmin } from '../support/server-process.ts'

const url = '/v0/admin/diagnosis'
let app: TestApp
let admin: Awaited<ReturnType<typeof administrator>>
beforeAll(async () => {
  app = await startApp()
  admin = await administrator(app)
})
afterAll(() => app.close())

type Reason = { readonly name: string; readonly says: string; readonly until?: string; readonly acts: string[] }
type Diagnosis = {
  readonly reasons: readonly Reason[]
  readonly account?: Readonly<Record<string, unknown>>
  readonly sign_up?: Readonly<Record<string, unknown>>
  readonly mails: readonly Readonly<Record<string, unknown>>[]
  readonly refusals: readonly Readonly<Record<string, unknown>>[]
}
const ask = async (query: Readonly<Record<string, string>>) => {
  await writtenRefusals(app)
  const { status, body } = await admin.client.get(`${url}?${new URLSearchParams(query)}`)
  expect([query, status]).toEqual([query, 200])
  return body as unknown as Diagnosis
}
const namesOf = ({ reasons }: Diagnosis) => reasons.map(({ name }) => name)
const logIn = (email: string, password = 'not the right password') =>
  app.client().post('/v0/auth/login', { email, password })

test('nothing stands in the way of somebody who can sign in', async () => {
  const { person, client } = await signedInOnDevice(app)
  const { id } = (await client.get('/v0/user/me')).body
  for (const query of [{ email: person.email }, { handle: person.handle }, { user_id: String(id) }]) {
    const found = await ask(query)
    expect(found.reasons).toEqual([])
    expect(found.account).toMatchObject({
      id,
      email: person.email,
      handle: person.handle,
      roles: [],
      locks: [],
      has_password: true,
      factors: [],
      passkeys: [],
      connections: [],
      sessions: 2,
      devices: [{ user_agent: 'Postern tests', ip_address: '127.0.0.1' }],
    })
    expect(found.mails).toContainEqual(expect.objectContaining({ purpose: 'device_verify', state: 'sent' }))
  }
})

test('a ban, a lock and the last refusal, each with what helps', async () => {
  const { person, client } = await signedInOnDevice(app)
  const { id } = (await client.get('/v0/user/me')).body
  await logIn(person.email)
  await app.sql(
    `update failed_attempts set blocked_until = now() + interval '15 minutes' where key = 'account:' || $1::text`,
    [id],
  )
  await admin.client.post('/v0/users/ban', { user_id: id, reason: 'spam' })
  const found = await ask({ user_id: String(id) })
  expect(found.reasons).toEqual([
    { name: 'banned', says: 'The account is banned for good: spam', acts: ['unban'] },
    {
      name: 'locked',
      says: expect.stringContaining('passwords of devices that are not known'),
      until: expect.stringMatching(/Z$/),
      acts: ['unlock'],
    },
    {
      name: 'refused',
      says: expect.stringContaining(catalogue['auth:invalid_credentials'].meaning),
      code: 'auth:invalid_credentials',
      acts: ['send-password-link'],
    },
  ])
  expect(found.account).toMatchObject({ ban: { reason: 'spam' }, locks: [{ of: expect.any(String) }] })
  expect(found.refusals).toHaveLength(1)
})

test('a sign-up that waits, by its address and handle, with its mail', async () => {
  const person = await signUp(app, newPerson())
  await mailedToken(app, person.email)
  await logIn(person.email, person.password)
  for (const query of [{ email: person.email }, { handle: person.handle }]) {
    const found = await ask(query)
    expect(namesOf(found)).toEqual(['not_verified', 'refused'])
    expect(found.reasons[0]).toMatchObject({ acts: ['resend-verification'], until: expect.stringMatching(/Z$/) })
    expect(found.account).toBeUndefined()
    expect(found.sign_up).toMatchObject({ email: person.email, handle: person.handle })
    expect(found.mails).toMatchObject([{ purpose: 'verify_email', state: 'sent' }])
    expect(found.refusals).toMatchObject([{ code: 'user:not_verified', acts: ['resend-verification'] }])
  }
})

test('an address that nobody has: no account, and what was refused to it', async () => {
  const email = 'nobody.at.all@example.com'
  await logIn(email)
  await app.client().post('/v0/auth/email-sign-in', { email })
  const found = await ask({ email })
  expect(namesOf(found)).toEqual(['no_account', 'refused'])
  expect(found.reasons[0]?.acts).toEqual(['invite'])
  expect([found.account, found.sign_up]).toEqual([undefined, undefined])
  expect(found.refusals).toMatchObject([{ code: 'auth:invalid_credentials' }])
})

test('a mail that the mail server refused for good, with its codes', async () => {
  const { smtpUrl } = await recordingMailServer({ refuse: 550 })
  const { databaseUrl = '', keysDir } = app.config
  const refusing = await appWith({ DATABASE_URL: databaseUrl, KEYS_DIR: keysDir, SMTP_URL: smtpUrl })
  const person = newPerson()
  await refusing.client().post('/v0/auth/signup', person)
  const found = await ask({ email: person.email })
  expect(namesOf(found)).toContain('mail_refused')
  expect(found.mails).toMatchObject([{ purpose: 'verify_email', state: 'refused', refusal: '550' }])
})

test('an account with no way in, a connection whose provider is gone, and sign-up that is closed', async () => {
  const closed = await startApp({
    DATABASE_URL: app.config.databaseUrl,
    KEYS_DIR: app.config.keysDir,
    SIGN_UP: 'invite',
    EMAIL_SIGN_IN: 'off',
  })
  const { person } = await signedInOnDevice(app)
  await app.sql('update users set password_hash = null where email = $1', [person.email])
  await app.sql(
    `insert into oauth_identities (id, user_id, provider_id, issuer, subject)
     select gen_random_uuid(), id, 'gone', 'https://gone.example.com', 'subject' from users where email = $1`,
    [person.email],
  )
  const client = closed.client()
  for (const [name, value] of admin.client.cookies) client.cookies.set(name, value)
  const of = async (email: string) => namesOf((await client.get(`${url}?email=${email}`)).body as unknown as Diagnosis)
  expect(await of(person.email)).toEqual(['no_way_in', 'connection_dead'])
  expect(await of('stranger@example.com')).toEqual(['no_account', 'sign_up_refused'])
  await closed.close()
})

test('no secret, hash, digest or token is in it [AD2]', async () => {
  const { person, client } = await signedInOnDevice(app)
  const setup = await client.post('/v0/auth/totp/setup')
  await client.post('/v0/auth/forgot-password', { email: person.email })
  await mailsTo(app, person.email, 3)
  const text = JSON.stringify(await ask({ email: person.email }))
  const [user] = await app.sql<Record<string, string>>(
    `select password_hash, encode(passkey_handle, 'hex') as handle from users where email = $1`,
    [person.email],
  )
  const tokens = (await mailsTo(app, person.email)).flatMap(({ text: mail }) => /token=(\S+)/.exec(mail)?.[1] ?? [])
  const secrets = [...client.cookies.values(), ...tokens, setup.body.secret, user?.password_hash]
  expect(secrets.filter(Boolean).length).toBeGreaterThan(4)
  for (const secret of secrets.filter(Boolean)) expect(text).not.toContain(secret)
})

test('general:bad_request unless one of the three is given; user:not_found for what is nobody’s', async () => {
  for (const query of ['', 'email=a@example.com&handle=ada_l', 'user_id=x'])
    expect([query, ...said(await admin.client.get(`${url}?${query}`))]).toEqual([query, 400, 'general:bad_request'])
  for (const query of ['handle=nobody_1', `user_id=${unknownId}`])
    expect([query, ...said(await admin.client.get(`${url}?${query}`))]).toEqual([query, 404, 'user:not_found'])
})

test('general:validation_error for what is no address; user:permission_insufficient for a moderator', async () => {
  expect(said(await admin.client.get(`${url}?email=nobody`))).toEqual([400, 'general:validation_error'])
  const mod = await moderator(app)
  expect(said(await mod.client.get(`${url}?email=a@example.com`))).toEqual([403, 'user:permission_insufficient'])
})

test('npm run admin -- diagnose says the same', async () => {
  const person = await signUp(app, newPerson())
  const { code, out } = await runAdmin(app, ['diagnose', person.email])
  expect(code).toBe(0)
  expect(out).toMatch(/^not_verified +The sign-up waits .+; until \S+Z; what helps: resend-verification$/m)
  expect(out).toMatch(/^its mails:\n {2}\S+ verify_email: \w+$/m)
  expect((await runAdmin(app, ['diagnose', '@nobody_1'])).code).toBe(1)
})
