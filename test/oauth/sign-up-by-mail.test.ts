import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { appWith, brokenWorkers, mailsSettled } from '../support/mail-way.ts'
import { makeKey, shapeIssuer, startOtherServer } from '../support/native-provider.ts'
import { mailedToken, mailsTo, newPerson, signedUp } from '../support/people.ts'
import { administratorOf, answerPlainly, comeFrom, registerProvider } from '../support/registered-provider.ts'

const server = await startOtherServer()
const key = await makeKey('one')
let app: TestApp
let admin: TestClient
/** Whose word about addresses nobody takes: one of each kind. */
let plain: string
let oidc: string
beforeAll(async () => {
  app = await startApp()
  admin = await administratorOf(app)
  shapeIssuer(server, [key.jwk])
  plain = await registerProvider(admin, server, { plain: true, name: 'Chatty', email_verification: 'mail' })
  oidc = await registerProvider(admin, server, { name: 'Chatty', email_verification: 'mail' })
})
afterAll(async () => {
  await app.close()
  server.stop()
})

let count = 0
const newSubject = () => `by-mail-${++count}`
const newHandle = () => `by_mail_${++count}`

/** Both forms: how somebody comes from the provider, and where the sign-up ends. */
const forms = {
  '/v0/auth/complete-signup': async (client: TestClient, sub: string, claims: object) => {
    answerPlainly(server, { sub, ...claims })
    return comeFrom(client, plain)
  },
  '/v0/app/auth/complete-signup': async (client: TestClient, sub: string, claims: object) => {
    const seconds = Math.floor(Date.now() / 1000)
    const idToken = await key.sign({ iss: server.url, aud: 'postern', iat: seconds, exp: seconds + 60, sub, ...claims })
    return client.post(`/v0/app/auth/oauth/${oidc}/token`, { id_token: idToken })
  },
}

const accountsOf = (email: string) =>
  app.sql('select handle, password_hash from users where email_key = lower($1)', [email])

describe.each(Object.entries(forms))('email_verification: mail, POST %s', (url, come) => {
  const isApp = url.startsWith('/v0/app')
  const complete = (client: TestClient, pending_token: unknown, handle = newHandle()) =>
    client.post(url, { pending_token, handle, display_name: 'By Mail' })
  const verify = (client: TestClient, token: string, pending_token?: unknown) =>
    client.post(`/v0${isApp ? '/app' : ''}/auth/verify-email`, { token, ...(isApp && { pending_token }) })
  async function arrived(email = newPerson().email, on = app) {
    const sub = newSubject()
    const client = on.client()
    const answer = await come(client, sub, { email })
    expect([answer.status, answer.body.email]).toEqual([200, email])
    return { client, sub, email, token: answer.body.pending_token }
  }

  test.each([undefined, true, false, 'true'])(
    'no account before the mailbox has answered, with email_verified %j; then one with the connection alone [FD11]',
    async (verified) => {
      const [sub, { email }] = [newSubject(), newPerson()]
      const client = app.client()
      const claims = { email, email_verified: verified }
      const { body } = await come(client, sub, claims)
      const handle = newHandle()
      const answer = await complete(client, body.pending_token, handle)
      expect([answer.status, answer.body, answer.setCookies]).toEqual([
        202,
        { status: 'email_verification_required' },
        [],
      ])
      expect(await accountsOf(email)).toEqual([])
      expect((await client.get('/v0/auth/session')).status).not.toBe(500)
      const [mail] = await mailsTo(app, email)
      expect(mail?.text).toContain(`signed up through Chatty with this address and the handle ${handle}`)
      const verified204 = await verify(client, await mailedToken(app, email), body.pending_token)
      expect(verified204.status).toBe(isApp ? 200 : 204)
      expect(await accountsOf(email)).toEqual([{ handle, password_hash: null }])
      const again = await come(app.client(), sub, { email: 'another@example.com' })
      expect(again.status).toBe(isApp ? 200 : 204)
      expect(again.body).not.toHaveProperty('pending_token')
    },
  )

  test('an address that has an account: the same answers, and its owner is told [FD11]', async () => {
    const { person } = await signedUp(app)
    const { client, token, sub } = await arrived(person.email)
    expect((await complete(client, token)).body).toEqual({ status: 'email_verification_required' })
    const [notice] = await mailsTo(app, person.email, 2)
    expect(notice?.subject).toBe('You already have an account')
    expect(notice?.text).not.toContain('token=')
    const connections = await app.sql('select id from oauth_identities where subject = $1', [sub])
    expect(connections).toEqual([])
    // Whoever has the connection alone gets no further.
    expect((await arrived(person.email)).token).toEqual(expect.stringMatching(/^pps_/))
  })

  test('the same request again, as after a lost reply: the same answer and no second mail [FD11]', async () => {
    const { client, token, email } = await arrived()
    const handle = newHandle()
    expect((await complete(client, token, handle)).status).toBe(202)
    expect((await complete(client, token, handle)).status).toBe(202)
    expect((await complete(client, token)).code).toBe('user:invalid_token')
    await mailsSettled(app)
    expect(await mailsTo(app, email)).toHaveLength(1)
  })

  test('the link can be mailed anew; a newer sign-up of the address takes the place of an older one [FD11 TK3]', async () => {
    const { person } = await signedUp(app)
    const email = `anew.${person.email}`
    const first = await arrived(email)
    await complete(first.client, first.token)
    const old = await mailedToken(app, email)
    await app.client().post('/v0/auth/resend-verification-email', { email })
    await mailsTo(app, email, 2)
    expect((await verify(app.client(), old)).code).toBe('token:invalid_verification')
    const wish = { ...newPerson(), email }
    expect((await app.client().post('/v0/auth/signup', wish)).status).toBe(202)
    const link = await mailedToken(app, email, 3)
    expect((await verify(app.client(), link)).status).toBeLessThan(300)
    expect(await accountsOf(email)).toEqual([{ handle: wish.handle, password_hash: expect.any(String) }])
    expect(await app.sql('select id from oauth_identities where subject = $1', [first.sub])).toEqual([])
  })

  test('user:handle_already_exists, whoever holds it; the token is still good [FD11]', async () => {
    const { person } = await signedUp(app)
    const { client, token } = await arrived()
    expect((await complete(client, token, person.handle.toUpperCase())).code).toBe('user:handle_already_exists')
    const reserved = newHandle()
    expect((await complete(client, token, reserved)).status).toBe(202)
    const other = await arrived()
    expect((await complete(other.client, other.token, reserved)).code).toBe('user:handle_already_exists')
  })

  test('token:invalid_verification where another account has the connection by then [FD11]', async () => {
    const sub = newSubject()
    const [one, other] = [newPerson().email, newPerson().email]
    const links: (() => Promise<Answer>)[] = []
    for (const email of [one, other]) {
      const client = app.client()
      const { body } = await come(client, sub, { email })
      expect((await complete(client, body.pending_token)).status).toBe(202)
      links.push(async () => verify(client, await mailedToken(app, email), body.pending_token))
    }
    expect((await links[0]?.())?.status).toBeLessThan(300)
    expect((await links[1]?.())?.code).toBe('token:invalid_verification')
    expect(await accountsOf(other)).toEqual([])
  })

  test("token:invalid_verification: the link of somebody else's sign-up opens nothing for whoever has the mailbox alone [FD11]", async () => {
    const thief = await arrived()
    await complete(thief.client, thief.token)
    const link = await mailedToken(app, thief.email)
    const stranger = await arrived()
    for (const owner of [app.client(), stranger.client])
      expect((await verify(owner, link, stranger.token)).code).toBe('token:invalid_verification')
    const otherForm = `/v0${isApp ? '' : '/app'}/auth/verify-email`
    expect((await app.client().post(otherForm, { token: link })).code).toBe('token:invalid_verification')
    expect(await accountsOf(thief.email)).toEqual([])
    // Nor does it come anew by another door; the owner's own sign-up takes its place.
    expect((await app.client().post('/v0/auth/forgot-password', { email: thief.email })).status).toBe(204)
    const own = { ...newPerson(), email: thief.email }
    await mailsSettled(app)
    expect(await mailsTo(app, thief.email)).toHaveLength(1)
    expect((await app.client().post('/v0/auth/signup', own)).status).toBe(202)
    expect((await verify(app.client(), await mailedToken(app, own.email, 2))).status).toBeLessThan(300)
    expect((await come(app.client(), thief.sub, { email: newPerson().email })).body).toHaveProperty('pending_token')
    expect((await verify(thief.client, link, thief.token)).code).toBe('token:invalid_verification')
  })

  test('where it was refused the link is still good where it began, as the mail says [FD11]', async () => {
    const { client, token, email } = await arrived()
    await complete(client, token)
    const [mail] = await mailsTo(app, email)
    expect(mail?.text).toContain('open this link in the browser or app that you signed up with')
    const link = await mailedToken(app, email)
    expect((await verify(app.client(), link)).code).toBe('token:invalid_verification')
    expect((await verify(client, link, token)).status).toBeLessThan(300)
  })

  test('a login with any password is refused as that of a free address [FD11]', async () => {
    const { client, token, email } = await arrived()
    await complete(client, token)
    const answer = await app.client().post('/v0/auth/login', { email, password: 'any password at all' })
    expect(answer.code).toBe('auth:invalid_credentials')
  })

  test('worker faults', async () => {
    for (const [broken, code] of await brokenWorkers(app)) {
      const { client, token } = await arrived(newPerson().email, broken)
      expect((await complete(client, token)).code).toBe(code)
    }
  })

  test('rate_limit:exceeded after five mails to an address, and after twenty of a network [FD11]', async () => {
    const same = { DATABASE_URL: app.config.databaseUrl ?? '', KEYS_DIR: app.config.keysDir }
    const strict = await appWith({ ...same, RATE_LIMITS: 'on', TRUSTED_PROXIES: '127.0.0.1' })
    const network = isApp ? '198.51.100' : '203.0.113'
    const { email } = newPerson()
    const completeFrom = async (address: string, to: string) => {
      const sub = newSubject()
      const client = strict.client()
      client.headers['x-forwarded-for'] = address
      const { body } = await come(client, sub, { email: to })
      return complete(client, body.pending_token)
    }
    for (let time = 1; time <= 5; time++) expect((await completeFrom(`${network}.${time}`, email)).status).toBe(202)
    expect((await completeFrom(`${network}.6`, email)).code).toBe('rate_limit:exceeded')
    for (let time = 0; time < 20; time++)
      expect((await completeFrom(`${network}.9`, newPerson().email)).status).toBe(202)
    expect((await completeFrom(`${network}.9`, newPerson().email)).code).toBe('rate_limit:exceeded')
    expect((await completeFrom(`${network}.10`, newPerson().email)).status).toBe(202)
  })
})

test('a provider that is deleted takes along what waits for its mailbox [FD11]', async () => {
  const gone = await registerProvider(admin, server, { plain: true, email_verification: 'mail' })
  const [waiting, begun] = [newPerson().email, newPerson().email]
  const client = app.client()
  const tokens: unknown[] = []
  for (const email of [waiting, begun]) {
    answerPlainly(server, { sub: newSubject(), email })
    tokens.push((await comeFrom(client, gone)).body.pending_token)
  }
  const complete = (pending_token: unknown) =>
    client.post('/v0/auth/complete-signup', { pending_token, handle: newHandle(), display_name: 'G' })
  expect((await complete(tokens[0])).status).toBe(202)
  const link = await mailedToken(app, waiting)
  expect((await admin.send('DELETE', `/v0/admin/oauth/providers/${gone}`)).status).toBe(204)
  expect((await app.client().post('/v0/auth/verify-email', { token: link })).code).toBe('token:expired_verification')
  expect((await complete(tokens[1])).code).toBe('user:invalid_token')
  expect(await accountsOf(waiting)).toEqual([])
})

test('a link to an account keeps no address that nobody vouched for [FD11]', async () => {
  const { client } = await signedUp(app)
  const auth = (await client.get(`/v0/auth/oauth/${plain}/authorize?flow=link`)).body.auth_url
  answerPlainly(server, { sub: newSubject(), email: 'somebody@example.com' })
  const state = new URL(String(auth)).searchParams.get('state')
  expect((await client.post(`/v0/auth/oauth/${plain}/link`, { code: 'c', state })).status).toBe(204)
  const { connections } = (await client.get('/v0/auth/oauth/connections')).body
  expect(connections).toEqual([{ provider: plain, created_at: expect.any(String) }])
})
