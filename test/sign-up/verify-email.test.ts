import { describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startApp, useApp } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { mailedToken, mailsTo, newPerson, signedInOnDevice, signedUp, signUp } from '../support/people.ts'

const app = useApp()

const sessionCookie = /^__Host-session_id=pst_[A-Za-z0-9_-]{49}; Path=\/; HttpOnly; Secure; SameSite=Lax$/

/** A sign-up and the token of its newest link. */
async function waitingPerson(wished: Parameters<typeof newPerson>[0] = {}, atLeast = 1) {
  const person = await signUp(app, newPerson(wished))
  return { person, token: await mailedToken(app, person.email, atLeast) }
}

const endLink = (email: string) =>
  app.sql("update mailed_tokens set expires_at = now() - interval '1 second' where address_key = $1", [email])

const refused = ({ status, code, body, setCookies }: Answer) => ({ status, code, body, setCookies })
const refusal = (status: number, code: string) => ({ status, code, body: { status, code }, setCookies: [] })

describe.each(['/v0/auth/verify-email', '/v0/app/auth/verify-email'])('POST %s', (url) => {
  const isApp = url.includes('/app/')
  const success = isApp ? 200 : 204
  const verify = (body: unknown, client = app.client()) => client.post(url, body)

  test('creates the account and signs its owner in, on a known device [FD80]', async () => {
    const { person, token } = await waitingPerson()
    const client = app.client()
    const answer = await verify({ token }, client)
    expect(answer.status).toBe(success)
    expect(answer.headers['cache-control']).toBe('no-store')
    if (isApp) {
      const token = expect.stringMatching(/^pst_[A-Za-z0-9_-]{49}$/)
      const device_token = expect.stringMatching(/^pdt_[A-Za-z0-9_-]{49}$/)
      expect(answer.body).toEqual({ token, device_token })
      expect(answer.setCookies).toEqual([])
      client.headers.authorization = `Bearer ${String(answer.body.token)}`
      client.headers['x-device-token'] = String(answer.body.device_token)
    } else {
      expect(answer.body).toEqual({})
      expect(answer.setCookies).toEqual([
        expect.stringMatching(sessionCookie),
        expect.stringMatching(/^__Host-device_id=pdt_/),
      ])
    }
    const { email, handle, display_name } = person
    expect((await client.get('/v0/user/me')).body).toMatchObject({ email, handle, display_name, has_password: true })
    const login = isApp ? '/v0/app/auth/login' : '/v0/auth/login'
    expect((await client.post(login, { email, password: person.password })).status).toBe(success)
    const elsewhere = await app.client().post('/v0/auth/login', { email, password: person.password })
    expect([elsewhere.status, elsewhere.body]).toEqual([202, { status: 'device_verification_required' }])
  })

  test('with the address in the body, in any of its spellings', async () => {
    const { person, token } = await waitingPerson()
    expect((await verify({ token, email: ` ${person.email.toUpperCase()} ` })).status).toBe(success)
  })

  test("afterwards the handle is the user's for good, and nothing of the sign-up is left", async () => {
    const { person, token } = await waitingPerson()
    await verify({ token })
    expect(await app.sql('select id from sign_ups where email = $1', [person.email])).toEqual([])
    expect(await app.sql('select expires_at from handles where key = $1', [person.handle])).toEqual([
      { expires_at: null },
    ])
    const other = await app.client().post('/v0/auth/signup', newPerson({ handle: person.handle.toUpperCase() }))
    expect(other.code).toBe('user:handle_already_exists')
  })

  test('stores no token [SE1]', async () => {
    const { token } = await waitingPerson()
    const answer = await verify({ token })
    const session = isApp ? String(answer.body.token) : (/=(pst_[^;]+)/.exec(answer.setCookies[0] ?? '')?.[1] ?? '')
    for (const table of ['sessions', 'mailed_tokens', 'mails', 'security_events']) {
      const rows = await app.sql<{ row: string }>(`select t::text as row from ${table} t`)
      const text = rows.map(({ row }) => row).join('\n')
      expect(text).not.toContain(token)
      expect(text).not.toContain(session)
    }
  })

  test('of 100 posts of one token one wins: one account, one session [TK1 TK3]', async () => {
    const { person, token } = await waitingPerson()
    const answers = await Promise.all(Array.from({ length: 100 }, () => verify({ token })))
    expect(answers.filter(({ status }) => status === success)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'email:already_verified')).toHaveLength(99)
    const users = await app.sql<{ id: string }>('select id from users where email = $1', [person.email])
    expect(users).toHaveLength(1)
    expect(await app.sql('select id from sessions where user_id = $1', [users[0]?.id])).toHaveLength(1)
  })

  test('against a newer sign-up that comes at the same moment, the account is wholly of the one or of the other [TK3]', async () => {
    for (let round = 0; round < 5; round++) {
      const { person: first, token } = await waitingPerson()
      const second = newPerson({ email: first.email })
      const [answer, newer] = await Promise.all([verify({ token }), app.client().post('/v0/auth/signup', second)])
      expect(newer.status).toBe(202)
      if (answer.status !== success) {
        expect(answer.code).toBe('token:invalid_verification')
        const fresh = await mailedToken(app, first.email, 2)
        expect((await verify({ token: fresh })).status).toBe(success)
      }
      const owner = answer.status === success ? first : second
      expect(await app.sql('select handle, display_name from users where email = $1', [first.email])).toEqual([
        { handle: owner.handle, display_name: owner.display_name },
      ])
      const login = await app.client().post('/v0/auth/login', { email: first.email, password: owner.password })
      expect(login.status).toBe(202)
    }
  })

  test('GET and HEAD never consume [SE9]', async () => {
    const { token } = await waitingPerson()
    for (let visit = 0; visit < 100; visit++) {
      const method = visit % 2 === 0 ? 'GET' : 'HEAD'
      const reply = await app.app.inject({
        method,
        url: `${url}?token=${token}`,
        headers: { host: 'auth.example.com' },
      })
      expect([reply.statusCode, reply.headers['x-error-code'], reply.headers.allow]).toEqual([
        404,
        'system:not_found',
        'POST',
      ])
    }
    expect((await verify({ token })).status).toBe(success)
  })

  describe('token:invalid_verification', () => {
    const invalid = refusal(400, 'token:invalid_verification')

    test('malformed', async () => {
      const { token } = await waitingPerson()
      const flipped = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')
      for (const text of [
        'x',
        ' ',
        token.slice(0, -1),
        `${token}A`,
        flipped,
        `${token} `,
        token.toUpperCase(),
        'é'.repeat(53),
      ])
        expect(refused(await verify({ token: text }))).toEqual(invalid)
      expect((await verify({ token })).status).toBe(success)
    })

    test('well-formed but unknown', async () => {
      expect(refused(await verify({ token: makeToken('mailed').text }))).toEqual(invalid)
    })

    test('a token of another kind', async () => {
      const { client } = await signedInOnDevice(app)
      const device = client.cookies.get('__Host-device_id')
      const session = client.cookies.get('__Host-session_id')
      for (const token of [device, session, makeToken('device').text])
        expect(refused(await verify({ token }))).toEqual(invalid)
    })

    test('a link of another purpose, which goes on working', async () => {
      const { person } = await signedUp(app)
      await app.client().post('/v0/auth/login', { email: person.email, password: person.password })
      const token = await mailedToken(app, person.email, 2)
      expect(refused(await verify({ token }))).toEqual(invalid)
      expect(refused(await verify({ token, email: newPerson().email }))).toEqual(invalid)
      expect((await app.client().post('/v0/auth/device/verify', { token })).status).toBe(204)
    })

    test('superseded by a resend', async () => {
      const { person, token } = await waitingPerson()
      await app.client().post('/v0/auth/resend-verification-email', { email: person.email })
      const fresh = await mailedToken(app, person.email, 2)
      expect(refused(await verify({ token }))).toEqual(invalid)
      expect((await verify({ token: fresh })).status).toBe(success)
    })

    test('superseded by a newer sign-up, also past its end and with another address in the body', async () => {
      const { person, token } = await waitingPerson()
      const newer = await waitingPerson({ email: person.email }, 2)
      await app.sql("update mailed_tokens set expires_at = now() - interval '1 second' where superseded_at is not null")
      expect(refused(await verify({ token }))).toEqual(invalid)
      expect(refused(await verify({ token, email: newPerson().email }))).toEqual(invalid)
      expect((await verify({ token: newer.token })).status).toBe(success)
    })

    test('of an account that is gone', async () => {
      const { person, token } = await waitingPerson()
      await verify({ token })
      await app.sql('delete from users where email = $1', [person.email])
      expect(refused(await verify({ token }))).toEqual(invalid)
    })
  })

  test('token:email_mismatch, which consumes nothing', async () => {
    const { person, token } = await waitingPerson()
    expect(refused(await verify({ token, email: newPerson().email }))).toEqual(refusal(400, 'token:email_mismatch'))
    expect(await app.sql('select id from users where email = $1', [person.email])).toEqual([])
    expect((await verify({ token, email: person.email })).status).toBe(success)
  })

  test('email:already_verified when the token was used before', async () => {
    const { token } = await waitingPerson()
    await verify({ token })
    expect(refused(await verify({ token }))).toEqual(refusal(400, 'email:already_verified'))
  })

  test('token:expired_verification past the lifetime of the link', async () => {
    const { person, token } = await waitingPerson()
    await endLink(person.email)
    expect(refused(await verify({ token }))).toEqual(refusal(400, 'token:expired_verification'))
  })

  test('token:expired_verification past the end of the sign-up, whose handle is free again', async () => {
    const { person, token } = await waitingPerson()
    for (const table of ['sign_ups', 'handles'])
      await app.sql(
        `update ${table} set expires_at = now() - interval '1 second' where ${table === 'handles' ? 'key' : 'handle'} = $1`,
        [person.handle],
      )
    await signUp(app, newPerson({ handle: person.handle }))
    expect(refused(await verify({ token }))).toEqual(refusal(400, 'token:expired_verification'))
    expect(await app.sql('select id from users where email = $1', [person.email])).toEqual([])
  })

  test('another address goes before used, and used before expired', async () => {
    const { person, token } = await waitingPerson()
    const email = newPerson().email
    await verify({ token })
    expect((await verify({ token, email })).code).toBe('token:email_mismatch')
    await endLink(person.email)
    expect((await verify({ token, email })).code).toBe('token:email_mismatch')
    expect((await verify({ token, email: person.email })).code).toBe('email:already_verified')
    const unused = await waitingPerson()
    await endLink(unused.person.email)
    expect((await verify({ token: unused.token, email })).code).toBe('token:email_mismatch')
  })

  test('user:email_already_exists when the address was taken since the sign-up; the token stays usable', async () => {
    const { person, token } = await waitingPerson()
    await app.sql(
      "insert into users (id, email, email_key, handle, display_name) values (gen_random_uuid(), $1, $1, 'x', 'x')",
      [person.email],
    )
    expect(refused(await verify({ token }))).toEqual(refusal(409, 'user:email_already_exists'))
    await app.sql('delete from users where email = $1', [person.email])
    expect((await verify({ token })).status).toBe(success)
  })

  describe('FORBIDDEN', () => {
    test('in a browser with a live session of another account; nothing is consumed', async () => {
      const { person: other, client } = await signedUp(app)
      const { person, token } = await waitingPerson()
      expect(refused(await verify({ token }, client))).toEqual(refusal(403, 'FORBIDDEN'))
      expect(await app.sql('select id from users where email = $1', [person.email])).toEqual([])
      expect((await client.get('/v0/user/me')).body.email).toBe(other.email)
      expect((await verify({ token })).status).toBe(success)
    })

    test('not for a token that could not be used anyway', async () => {
      const { client } = await signedUp(app)
      const { person, token } = await waitingPerson()
      expect((await verify({ token: 'x' }, client)).code).toBe('token:invalid_verification')
      await app.sql("update sign_ups set expires_at = now() - interval '1 second' where email = $1", [person.email])
      expect((await verify({ token }, client)).code).toBe('token:expired_verification')
      await endLink(person.email)
      expect((await verify({ token }, client)).code).toBe('token:expired_verification')
    })

    test('not for a dead session, which is nobody', async () => {
      const { client: signedOut } = await signedUp(app)
      const revoked = signedOut.cookies.get('__Host-session_id') ?? ''
      await signedOut.post('/v0/auth/logout')
      for (const dead of ['junk', makeToken('session').text, revoked]) {
        const client = app.client()
        client.cookies.set('__Host-session_id', dead)
        const { token } = await waitingPerson()
        const answer = await verify({ token }, client)
        expect(answer.status).toBe(success)
        expect(answer.setCookies).toHaveLength(isApp ? 0 : 2)
      }
    })

    test('not for a bearer, which no browser holds', async () => {
      const { client: other } = await signedUp(app)
      const { token } = await waitingPerson()
      const client = app.client()
      client.headers.authorization = `Bearer ${other.cookies.get('__Host-session_id')}`
      expect((await verify({ token }, client)).status).toBe(success)
    })
  })

  describe('general:bad_request', () => {
    test.each([
      [undefined, { path: '/token', rule: 'required' }],
      [{}, { path: '/token', rule: 'required' }],
      [{ token: null }, { path: '/token', rule: 'required' }],
      [{ token: '' }, { path: '/token', rule: 'required' }],
      [{ token: 1 }, { path: '/token', rule: 'type' }],
      [{ token: ['pot_'] }, { path: '/token', rule: 'type' }],
      [
        { token: 'x', email: 1 },
        { path: '/email', rule: 'type' },
      ],
      [
        { token: 'x', email: null },
        { path: '/email', rule: 'type' },
      ],
    ])('%j', async (body, problem) => {
      const answer = await verify(body)
      expect([answer.status, answer.code, answer.body.fields]).toEqual([400, 'general:bad_request', [problem]])
    })

    test('malformed JSON and another content type', async () => {
      const { token } = await waitingPerson()
      expect((await verify('{"token":')).code).toBe('general:bad_request')
      const form = await app
        .client()
        .post(url, `token=${token}`, { headers: { 'content-type': 'application/x-www-form-urlencoded' } })
      expect([form.status, form.code]).toEqual([400, 'general:bad_request'])
    })
  })

  test('general:validation_error', async () => {
    const { token } = await waitingPerson()
    for (const email of ['nobody', '']) {
      const answer = await verify({ token, email })
      expect([answer.status, answer.code, answer.body.fields]).toEqual([
        400,
        'general:validation_error',
        [{ path: '/email', rule: 'format' }],
      ])
    }
    expect((await verify({ token })).status).toBe(success)
  })
})

test('the page behind a link, which stands in for the front end in development, consumes nothing [SE9]', async () => {
  const dev = await startApp({ APP_ENV: 'development', FRONTEND_URL: undefined, PUBLIC_URL: undefined })
  const person = await signUp(dev)
  const [mail] = await mailsTo(dev, person.email)
  const link = new URL(/http\S+token=\S+/.exec(mail?.text ?? '')?.[0] ?? '')
  for (let visit = 0; visit < 100; visit++) {
    const method = visit % 2 === 0 ? 'GET' : 'HEAD'
    const reply = await dev.app.inject({ method, url: link.pathname + link.search, headers: { host: link.host } })
    expect(reply.statusCode).toBe(200)
  }
  const answer = await dev.client().post('/v0/auth/verify-email', { token: link.searchParams.get('token') })
  expect(answer.setCookies).toEqual([
    expect.stringMatching(/^session_id=pst_[A-Za-z0-9_-]{49}; Path=\/; HttpOnly; SameSite=Lax$/),
    expect.stringMatching(/^device_id=pdt_[A-Za-z0-9_-]{49}; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax$/),
  ])
  await dev.close()
})
