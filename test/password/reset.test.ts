import { describe, expect, onTestFinished, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startApp, useApp } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { mailedToken, mailsTo, newPerson, type Person, signedInOnDevice, signedUp, signUp } from '../support/people.ts'

const url = '/v0/auth/reset-password'
const fresh = 'a wholly new passphrase'
const app = useApp()

const refused = ({ status, code, body, setCookies }: Answer) => ({ status, code, body, setCookies })
const refusal = (status: number, code: string) => ({ status, code, body: { status, code }, setCookies: [] })
const invalid = refusal(400, 'token:invalid_reset')

const reset = (body: object) => app.client().post(url, { new_password: fresh, ...body })

/** On a browser that the account does not know: 202 says that the password is right. */
const login = async ({ email }: Person, password: string) =>
  (await app.client().post('/v0/auth/login', { email, password })).status

/** The token of a link that is asked for now; `mails`: how many the person has with it. */
async function askedLink({ email }: Person, mails: number): Promise<string> {
  expect((await app.client().post('/v0/auth/forgot-password', { email })).status).toBe(204)
  return mailedToken(app, email, mails)
}

async function forgetful(wished: Partial<Person> = {}) {
  const { person, client } = await signedUp(app, wished)
  return { person, client, token: await askedLink(person, 2) }
}

const endLink = ({ email }: Person) =>
  app.sql("update mailed_tokens set expires_at = now() - interval '1 second' where address_key = $1", [
    email.toLowerCase(),
  ])

const eventsOf = async ({ email }: Person) => {
  const rows = await app.sql<{ type: string }>(
    "select type from security_events where type like 'password%' and user_id = (select id from users where email = $1) order by created_at, id",
    [email],
  )
  return rows.map(({ type }) => type)
}

describe(`POST ${url}`, () => {
  test('the new password works, the old one does not; nobody is signed in by it', async () => {
    const { person, token } = await forgetful()
    const answer = await reset({ token })
    expect([answer.status, answer.body, answer.setCookies]).toEqual([204, {}, []])
    expect(answer.headers['cache-control']).toBe('no-store')
    expect([await login(person, person.password), await login(person, fresh)]).toEqual([401, 202])
    expect(await eventsOf(person)).toEqual(['password_reset_requested', 'password_reset'])
  })

  test('every session, device, device link and other reset link of the account is dead', async () => {
    const { person, client } = await signedInOnDevice(app)
    const other = app.client()
    other.cookies.set('__Host-device_id', client.cookies.get('__Host-device_id') ?? '')
    expect((await other.post('/v0/auth/login', { email: person.email, password: person.password })).status).toBe(204)
    expect(await login(person, person.password)).toBe(202)
    const device = await mailedToken(app, person.email, 3)
    const older = await askedLink(person, 4)
    const token = await askedLink(person, 5)
    // As if it had never been superseded: the reset itself must end it.
    await app.sql(
      "update mailed_tokens set superseded_at = null where purpose = 'password_reset' and address_key = $1",
      [person.email],
    )
    expect((await reset({ token })).status).toBe(204)
    for (const browser of [client, other]) expect((await browser.get('/v0/user/me')).code).toBe('user:invalid_session')
    expect((await app.client().post('/v0/auth/device/verify', { token: device })).code).toBe(
      'token:invalid_device_verify',
    )
    expect((await reset({ token: older, new_password: 'yet another passphrase' })).code).toBe('token:invalid_reset')
    const again = await client.post('/v0/auth/login', { email: person.email, password: fresh })
    expect([again.status, again.body]).toEqual([202, { status: 'device_verification_required' }])
    expect(
      await app.sql('select id from devices where user_id = (select id from users where email = $1)', [person.email]),
    ).toEqual([])
  })

  test('nothing of another account ends', async () => {
    const { person: other, client } = await signedInOnDevice(app)
    const { token } = await forgetful()
    await reset({ token })
    expect((await client.get('/v0/user/me')).status).toBe(200)
    expect((await client.post('/v0/auth/login', { email: other.email, password: other.password })).status).toBe(204)
  })

  test('with the address in the body, in any of its spellings', async () => {
    const { person, token } = await forgetful()
    expect((await reset({ token, email: ` ${person.email.toUpperCase()} ` })).status).toBe(204)
  })

  test('stores neither password nor token [SE1]', async () => {
    const { token } = await forgetful()
    await reset({ token })
    for (const table of ['users', 'sessions', 'mailed_tokens', 'mails', 'pgboss.job', 'security_events']) {
      const rows = await app.sql<{ row: string }>(`select t::text as row from ${table} t`)
      const text = rows.map(({ row }) => row).join('\n')
      expect(text).not.toContain(token)
      expect(text).not.toContain(fresh)
    }
  })

  test("whoever has the mailbox need not wait for others' guesses [TH2]", async () => {
    const strict = await startApp({ RATE_LIMITS: 'on' })
    onTestFinished(() => strict.close())
    const { email } = (await signedUp(strict)).person
    const guess = (password: string) => strict.client().post('/v0/auth/login', { email, password })
    for (let attempt = 0; attempt < 5; attempt++) await guess('not the password')
    expect((await guess('not the password')).code).toBe('rate_limit:exceeded')
    await strict.client().post('/v0/auth/forgot-password', { email })
    // Beside the link of the sign-up there is a word on the guesses.
    const token = await mailedToken(strict, email, 3)
    expect((await strict.client().post(url, { token, new_password: fresh })).status).toBe(204)
    expect((await guess(fresh)).status).toBe(202)
  })

  test('of 100 posts of one token one wins [TK1]', async () => {
    const { person, token } = await forgetful()
    const wishes = Array.from({ length: 100 }, (_, index) => `racing passphrase ${index}`)
    const answers = await Promise.all(wishes.map((new_password) => reset({ token, new_password })))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'token:invalid_reset')).toHaveLength(99)
    const winner = wishes[answers.findIndex(({ status }) => status === 204)] ?? ''
    const loser = wishes[answers.findIndex(({ status }) => status !== 204)] ?? ''
    expect([await login(person, winner), await login(person, loser)]).toEqual([202, 401])
    expect(await eventsOf(person)).toEqual(['password_reset_requested', 'password_reset'])
  })

  test('against a newer request for a link, the older one works wholly or not at all', async () => {
    for (let round = 0; round < 3; round++) {
      const { person, token } = await forgetful()
      const [answer, newer] = await Promise.all([
        reset({ token }),
        app.client().post('/v0/auth/forgot-password', { email: person.email }),
      ])
      expect(newer.status).toBe(204)
      const used = answer.status === 204
      if (!used) expect(answer.code).toBe('token:invalid_reset')
      expect([await login(person, fresh), await login(person, person.password)]).toEqual(used ? [202, 401] : [401, 202])
    }
  })

  test('GET and HEAD never consume [SE9]', async () => {
    const { token } = await forgetful()
    for (let visit = 0; visit < 100; visit++) {
      const method = visit % 2 === 0 ? 'GET' : 'HEAD'
      const reply = await app.app.inject({
        method,
        url: `${url}?token=${token}&new_password=${encodeURIComponent(fresh)}`,
        headers: { host: 'auth.example.com' },
      })
      expect([reply.statusCode, reply.headers['x-error-code'], reply.headers.allow]).toEqual([
        404,
        'system:not_found',
        'POST',
      ])
    }
    expect((await reset({ token })).status).toBe(204)
  })

  describe('token:invalid_reset', () => {
    test.each(['x', 'pot_', makeToken('session').text, `${makeToken('mailed').text}x`, makeToken('mailed').text])(
      'malformed, of another kind or unknown: %s',
      async (token) => {
        expect(refused(await reset({ token }))).toEqual(invalid)
        expect(refused(await reset({ token, email: newPerson().email }))).toEqual(invalid)
      },
    )

    test('used', async () => {
      const { person, token } = await forgetful()
      await reset({ token })
      const again = { token, new_password: 'yet another passphrase' }
      expect(refused(await reset(again))).toEqual(invalid)
      expect(refused(await reset({ ...again, email: person.email }))).toEqual(invalid)
      expect(await login(person, fresh)).toBe(202)
    })

    test('superseded, before anything else is said of it', async () => {
      const { person, token } = await forgetful()
      await askedLink(person, 3)
      await endLink(person)
      expect(refused(await reset({ token }))).toEqual(invalid)
      expect(refused(await reset({ token, email: newPerson().email }))).toEqual(invalid)
    })

    test('of another purpose: a verification link and a device link, which stay good', async () => {
      const waiting = await signUp(app)
      const verification = await mailedToken(app, waiting.email)
      const { person } = await signedUp(app)
      await login(person, person.password)
      const device = await mailedToken(app, person.email, 2)
      for (const token of [verification, device]) expect(refused(await reset({ token }))).toEqual(invalid)
      expect((await app.client().post('/v0/auth/verify-email', { token: verification })).status).toBe(204)
      expect((await app.client().post('/v0/auth/device/verify', { token: device })).status).toBe(204)
    })

    test('a reset link is good for nothing else', async () => {
      const { token } = await forgetful()
      for (const route of ['/v0/auth/verify-email', '/v0/auth/device/verify'])
        expect((await app.client().post(route, { token })).status).toBe(400)
      expect((await reset({ token })).status).toBe(204)
    })

    test('of an account that is gone', async () => {
      const { person, token } = await forgetful()
      await app.sql('delete from users where email = $1', [person.email])
      expect(refused(await reset({ token }))).toEqual(invalid)
    })
  })

  test('token:email_mismatch; nothing is consumed', async () => {
    const { person, client, token } = await forgetful()
    const { person: other } = await signedUp(app)
    for (const email of [newPerson().email, other.email])
      expect(refused(await reset({ token, email }))).toEqual(refusal(400, 'token:email_mismatch'))
    expect((await client.get('/v0/user/me')).status).toBe(200)
    expect((await reset({ token, email: person.email })).status).toBe(204)
  })

  test('token:expired_reset; nothing is changed', async () => {
    const { person, client, token } = await forgetful()
    await endLink(person)
    for (const email of [undefined, person.email])
      expect(refused(await reset({ token, email }))).toEqual(refusal(400, 'token:expired_reset'))
    expect((await client.get('/v0/user/me')).status).toBe(200)
    expect([await login(person, person.password), await login(person, fresh)]).toEqual([202, 401])
  })

  test('another address goes before used, used before expired, expired before a personal password', async () => {
    const email = newPerson().email
    const used = await forgetful()
    await reset({ token: used.token })
    expect((await reset({ token: used.token, email })).code).toBe('token:email_mismatch')
    await endLink(used.person)
    expect((await reset({ token: used.token, email })).code).toBe('token:email_mismatch')
    expect((await reset({ token: used.token, email: used.person.email })).code).toBe('token:invalid_reset')
    const expired = await forgetful()
    await endLink(expired.person)
    expect((await reset({ token: expired.token, email })).code).toBe('token:email_mismatch')
    expect((await reset({ token: expired.token, new_password: expired.person.email })).code).toBe('token:expired_reset')
  })

  test.each([{}, { new_password: null }, { new_password: '' }, { new_password: '', email: 'nobody' }])(
    'password:new_password_missing, whatever the token is: %j',
    async (body) => {
      const { token } = await forgetful()
      for (const text of [token, 'x'])
        expect(refused(await app.client().post(url, { token: text, ...body }))).toEqual(
          refusal(400, 'password:new_password_missing'),
        )
      expect((await reset({ token })).status).toBe(204)
    },
  )

  describe('general:bad_request', () => {
    test.each([
      [{}, { path: '/token', rule: 'required' }],
      [{ token: null }, { path: '/token', rule: 'required' }],
      [{ token: '' }, { path: '/token', rule: 'required' }],
      [
        { token: '', new_password: 'short' },
        { path: '/token', rule: 'required' },
      ],
      [{ token: 1 }, { path: '/token', rule: 'type' }],
      [
        { token: 'x', new_password: 1 },
        { path: '/new_password', rule: 'type' },
      ],
      [
        { token: 'x', email: 1 },
        { path: '/email', rule: 'type' },
      ],
      [
        { token: 'x', email: null },
        { path: '/email', rule: 'type' },
      ],
    ])('%j', async (body, problem) => {
      const answer = await reset(body)
      expect([answer.status, answer.code, answer.body.fields]).toEqual([400, 'general:bad_request', [problem]])
    })

    test('malformed JSON and another content type', async () => {
      expect((await app.client().post(url, '{"token":')).code).toBe('general:bad_request')
      const form = await app
        .client()
        .post(url, 'token=x', { headers: { 'content-type': 'application/x-www-form-urlencoded' } })
      expect(form.code).toBe('general:bad_request')
    })
  })

  describe('general:validation_error', () => {
    test.each([
      ['x'.repeat(11), { rule: 'min_length', limit: 12 }],
      ['x'.repeat(129), { rule: 'max_length', limit: 128 }],
      ['PassWord1234', { rule: 'common' }],
      ['twelve \ud800 chars', { rule: 'charset' }],
    ])('%j, also with a dead token; nothing is consumed [PW1 PW3]', async (new_password, problem) => {
      const { token } = await forgetful()
      for (const text of [token, 'x']) {
        const answer = await reset({ token: text, new_password })
        expect([answer.status, answer.code, answer.body.fields]).toEqual([
          400,
          'general:validation_error',
          [{ path: '/new_password', ...problem }],
        ])
      }
      expect((await reset({ token })).status).toBe(204)
    })

    test('the own e-mail, its local part, the handle or the name; nothing is consumed [PW3]', async () => {
      const { person, client, token } = await forgetful({
        email: 'Personal-Reset@example.com',
        handle: 'own_reset_12345',
        display_name: 'Personal Reset',
      })
      for (const new_password of [
        'personal-reset@EXAMPLE.com',
        'personal-reset',
        'OWN_RESET_12345',
        'personal reset',
      ]) {
        const answer = await reset({ token, new_password })
        expect([answer.status, answer.code, answer.body.fields]).toEqual([
          400,
          'general:validation_error',
          [{ path: '/new_password', rule: 'personal' }],
        ])
      }
      expect((await client.get('/v0/user/me')).status).toBe(200)
      expect(await login(person, person.password)).toBe(202)
      expect((await reset({ token })).status).toBe(204)
    })

    test('email', async () => {
      const { token } = await forgetful()
      for (const email of ['nobody', '']) {
        const answer = await reset({ token, email })
        expect([answer.status, answer.code, answer.body.fields]).toEqual([
          400,
          'general:validation_error',
          [{ path: '/email', rule: 'format' }],
        ])
      }
    })
  })
})

test('the page behind a link, which stands in for the front end in development, consumes nothing [SE9]', async () => {
  const dev = await startApp({ APP_ENV: 'development', FRONTEND_URL: undefined, PUBLIC_URL: undefined })
  onTestFinished(() => dev.close())
  const { person } = await signedUp(dev)
  await dev.client().post('/v0/auth/forgot-password', { email: person.email })
  const [mail] = await mailsTo(dev, person.email, 2)
  const link = new URL(/http\S+token=\S+/.exec(mail?.text ?? '')?.[0] ?? '')
  for (let visit = 0; visit < 100; visit++) {
    const method = visit % 2 === 0 ? 'GET' : 'HEAD'
    const reply = await dev.app.inject({ method, url: link.pathname + link.search, headers: { host: link.host } })
    expect(reply.statusCode).toBe(200)
  }
  const answer = await dev.client().post(url, { token: link.searchParams.get('token'), new_password: fresh })
  expect(answer.status).toBe(204)
})
