import { describe, expect, test } from 'vitest'
import { startApp, useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailsTo, newPerson, signedUp } from '../support/people.ts'
import { appStart, begin, mailedCode, postLink, start, typeDigits, verifyOf, wrong } from './support.ts'

/** Signs up whoever shows a mailbox; of one address the digits are known. */
const app = useApp({ EMAIL_SIGN_UP: 'on', TEST_IDENTITIES: 'review@example.com:409731' })
const verifyEmail = '/v0/auth/verify-email'
const resend = '/v0/auth/mailed-code/resend'
const codeOf = async (answer: Promise<{ code: string | undefined }>) => (await answer).code
const ageMails = (email: string) =>
  app.sql("update mailed_tokens set mailed_at = mailed_at - interval '1 hour' where address_key = $1", [email])

async function signingUp(more: object = {}) {
  const person = newPerson()
  const client = app.client()
  const { status, body } = await client.post('/v0/auth/signup', { ...person, ...more })
  expect(status).toBe(202)
  return { person, client, code_token: String(body.code_token), ...(await mailedCode(app, person.email)) }
}
const typeAt = (client: TestClient, url: string, code_token: string, code: string) =>
  client.post(url, { code_token, code })

describe.each([start, appStart])('POST %s/verify, of an address that nobody has', (url) => {
  const complete = url === start ? '/v0/auth/complete-signup' : '/v0/app/auth/complete-signup'

  test('the digits give a pending_token; a handle, and there is an account without a password', async () => {
    const { email, handle, display_name } = newPerson()
    const client = app.client()
    const { code_token } = await begin(client, email, url, { remember_me: true })
    const { digits, mail } = await mailedCode(app, email)
    expect(mail.text).toContain('Enter this code where you asked to sign up.')
    const { status, body } = await typeDigits({ client, url, code_token }, digits)
    expect([status, body]).toEqual([
      200,
      {
        pending_token: expect.stringMatching(/^pps_/),
        email,
        suggested_handle: expect.stringMatching(/^person/),
      },
    ])
    expect(await app.sql('select id from users where email = $1', [email])).toEqual([])
    const wish = { pending_token: body.pending_token, handle, display_name }
    if (url === start) expect(await codeOf(app.client().post(complete, wish))).toBe('user:invalid_token')
    const done = await client.post(complete, wish)
    expect([done.status, done.code]).toEqual([url === start ? 204 : 200, undefined])
    if (url === appStart) client.headers.authorization = `Bearer ${String(done.body.token)}`
    expect((await client.get('/v0/user/me')).body).toMatchObject({ email, handle, has_password: false })
    const [row] = await app.sql(
      'select s.methods from sessions s join users u on u.id = s.user_id where u.email = $1',
      [email],
    )
    expect(row).toEqual({ methods: ['mail'] })
    expect(await codeOf(typeDigits({ client, url, code_token }, digits))).toBe('email:invalid_code_token')
  })

  test('asked again in another spelling, the mail goes to the one that the account will have [MC6]', async () => {
    const { email } = newPerson()
    const typed = email.replace(/^[^@]+/, (name) => name.toUpperCase())
    const client = app.client()
    const first = await begin(client, typed, start)
    await mailedCode(app, typed)
    await ageMails(email)
    expect((await begin(client, email, start)).code_token).toBe(first.code_token)
    await mailedCode(app, email, 2)
    const { messages } = (
      await app.app.inject({ url: `/api/v1/search?query=to:${email}`, headers: { host: 'localhost' } })
    ).json()
    const recipients = messages.map(({ To: [to] }: { To: { Address: string }[] }) => to?.Address)
    expect(recipients).toEqual([typed, typed])
  })

  test('the link does so as well, elsewhere with the address; a sign-up that waits ends, password and all [TK3]', async () => {
    const { person } = await signingUp()
    await begin(app.client(), person.email, url)
    const { token } = await mailedCode(app, person.email, 2)
    const client = app.client()
    const { status, body } = await postLink({ url, token }, client, person.email)
    expect(status).toBe(200)
    const { handle, display_name } = newPerson()
    const { status: done } = await client.post(complete, { pending_token: body.pending_token, handle, display_name })
    expect(done).toBeLessThan(300)
    const login = app.client().post('/v0/auth/login', { email: person.email, password: person.password })
    expect(await codeOf(login)).toBe('auth:invalid_credentials')
  })

  test('whose address somebody took meanwhile: nothing is opened', async () => {
    const { email } = newPerson()
    const client = app.client()
    const { code_token } = await begin(client, email, url)
    const { digits, token } = await mailedCode(app, email)
    await app.sql(
      "insert into users (id, email, email_key, handle, display_name) values (gen_random_uuid(), $1, $1, 'x', 'x')",
      [email],
    )
    expect(await codeOf(typeDigits({ client, url, code_token }, digits))).toBe('email:invalid_code_token')
    expect(await codeOf(postLink({ url, token }, client))).toBe('token:invalid_sign_in')
  })
})

describe('POST /v0/auth/signup', () => {
  test('without a password the digits make an account that has none', async () => {
    const { person, client, code_token, digits } = await signingUp({ password: undefined })
    expect((await typeAt(client, verifyEmail, code_token, digits)).status).toBe(204)
    expect((await client.get('/v0/user/me')).body).toMatchObject({ handle: person.handle, has_password: false })
    const login = app.client().post('/v0/auth/login', { email: person.email, password: person.password })
    expect(await codeOf(login)).toBe('auth:invalid_credentials')
  })

  test('without EMAIL_SIGN_UP general:bad_request', async () => {
    const usual = await startApp({ MAIL_CODES: 'none' })
    try {
      const person = newPerson()
      const { password: _, ...rest } = person
      expect(await codeOf(usual.client().post('/v0/auth/signup', rest))).toBe('general:bad_request')
      // Where its mails have no digits, nothing is there to type them with.
      const { body } = await usual.client().post('/v0/auth/signup', person)
      expect(Object.keys(body)).toEqual(['message'])
      const { person: known } = await signedUp(usual)
      await begin(usual.client(), known.email)
      const [mail] = await mailsTo(usual, known.email, 2)
      expect([mail?.subject, /\d{3} \d{3}/.test(mail?.text ?? '')]).toEqual(['Your link to sign in', false])
    } finally {
      await usual.close()
    }
  })

  test('a registered address gets the same answer, and a mail without digits [MC2 TH6]', async () => {
    const { person } = await signedUp(app)
    const client = app.client()
    const { body } = await client.post('/v0/auth/signup', newPerson({ email: person.email }))
    expect(Object.keys(body)).toEqual(['message', 'code_token', 'expires_at', 'resend_at'])
    const [notice] = await mailsTo(app, person.email, 2)
    expect(notice?.subject).toBe('You already have an account')
    const code_token = String(body.code_token)
    expect(await codeOf(typeAt(client, verifyEmail, code_token, '000000'))).toBe('email:invalid_code')
  })
})

describe.each([verifyEmail, '/v0/app/auth/verify-email'])('POST %s', (url) => {
  test('digits do what the link does, once; of both at once one makes the account [MC4]', async () => {
    const { person, client, code_token, digits, token } = await signingUp()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 4 === 0 ? typeAt(client, url, code_token, digits) : app.client().post(url, { token }),
      ),
    )
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1)
    expect(await app.sql('select handle from users where email = $1', [person.email])).toEqual([
      { handle: person.handle },
    ])
  })

  test('email:invalid_code; email:invalid_code_token: of a sign-in, used up; email:code_token_expired [MC1]', async () => {
    const { person, client, code_token, digits } = await signingUp()
    expect(await codeOf(typeAt(client, url, code_token, wrong(digits)))).toBe('email:invalid_code')
    expect(await codeOf(typeAt(client, verifyOf(start), code_token, digits))).toBe('email:invalid_code_token')
    const signIn = await begin(client, newPerson().email)
    expect(await codeOf(typeAt(client, url, signIn.code_token, '000000'))).toBe('email:invalid_code_token')
    await app.sql('update mailed_tokens set expires_at = now() where address_key = $1', [person.email])
    expect(await codeOf(typeAt(client, url, code_token, digits))).toBe('email:code_token_expired')
    const other = await signingUp()
    for (let tries = 0; tries < 5; tries++) await typeAt(other.client, url, other.code_token, 'x')
    expect(await codeOf(typeAt(other.client, url, other.code_token, other.digits))).toBe('email:invalid_code_token')
    expect((await app.client().post(url, { token: other.token })).status).toBeLessThan(300)
  })
})

describe(`POST ${resend}, of a sign-up`, () => {
  test('the same mail once more; of a registered address the same answer; void after a newer sign-up [MC6]', async () => {
    const { person, client, code_token, digits, token } = await signingUp()
    const codeOfResend = () => codeOf(client.post(resend, { code_token }))
    expect(await codeOfResend()).toBe('rate_limit:exceeded')
    await ageMails(person.email)
    expect(await codeOfResend()).toBe(undefined)
    expect(await mailedCode(app, person.email, 2)).toMatchObject({ digits, token })
    await ageMails(person.email)
    await app.sql('update sign_ups set expires_at = now() where email = $1', [person.email])
    expect(await codeOfResend()).toBe('email:code_token_expired')
    await app.client().post('/v0/auth/signup', newPerson({ email: person.email }))
    expect(await codeOfResend()).toBe('email:invalid_code_token')
  })

  test('in a browser with a name the digits are good there alone', async () => {
    const client = app.client()
    await begin(client, newPerson().email)
    const person = newPerson()
    const { body } = await client.post('/v0/auth/signup', person)
    const { digits } = await mailedCode(app, person.email)
    const code_token = String(body.code_token)
    expect(await codeOf(typeAt(app.client(), verifyEmail, code_token, digits))).toBe('email:invalid_code_token')
    expect((await typeAt(client, verifyEmail, code_token, digits)).status).toBe(204)
  })
})

test('TEST_IDENTITIES: the digits of that address are always the same', async () => {
  for (const url of [start, appStart]) {
    const client = app.client()
    const { code_token } = await begin(client, 'Review@example.com', url)
    expect((await typeDigits({ client, url, code_token }, '409731')).status).toBe(200)
  }
})
