import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { addressDigest } from '../../src/accounts/address-digest.ts'
import { startApp, useApp } from '../support/app.ts'
import { mailedToken, mailsTo, newPerson, signedInOnDevice, signedUp, signUp } from '../support/people.ts'

const app = useApp()

describe.each(['/v0/auth/login', '/v0/app/auth/login'])('POST %s', (url) => {
  const isApp = url.includes('/app/')
  const login = (body: object, client = app.client()) => client.post(url, body)

  test('on a new device: 202, and a link that works on either form', async () => {
    const { person } = await signedUp(app)
    const answer = await login({ email: person.email, password: person.password })
    expect([answer.status, answer.body]).toEqual([202, { status: 'device_verification_required' }])
    expect(answer.setCookies).toEqual([])
    const [mail] = await mailsTo(app, person.email, 2)
    expect(mail?.text).toContain('/account/verify-device?token=pot_')
    const token = await mailedToken(app, person.email, 2)
    expect(
      (await app.client().post(isApp ? '/v0/auth/device/verify' : '/v0/app/auth/device/verify', { token })).status,
    ).toBeLessThan(300)
  })

  test('on a new device with DEVICE_GATE=off: a session, and no known device [FD80]', async () => {
    const ungated = await startApp({ DEVICE_GATE: 'off' })
    const { person } = await signedUp(ungated)
    const answer = await ungated.client().post(url, { email: person.email, password: person.password })
    expect([answer.status, answer.body]).toEqual(isApp ? [200, { token: expect.any(String) }] : [204, {}])
    expect(answer.setCookies.join()).not.toContain('device_id')
    expect(await ungated.sql('select 1 from devices')).toEqual([])
    await ungated.close()
  })

  test('on a known device: a session', async () => {
    const { person, client } = await signedInOnDevice(app)
    const device = [...client.cookies].find(([name]) => name.endsWith('device_id'))?.[1] ?? ''
    const known = app.client()
    if (isApp) known.headers['x-device-token'] = device
    else known.cookies.set('__Host-device_id', device)
    const answer = await login({ email: person.email, password: person.password }, known)
    expect(answer.status).toBe(isApp ? 200 : 204)
    if (isApp) known.headers.authorization = `Bearer ${String(answer.body.token)}`
    expect((await known.get('/v0/user/me')).body.email).toBe(person.email)
  })

  test("another account's device and a device token that the server never issued do not count", async () => {
    const { person } = await signedUp(app)
    const { client: other } = await signedInOnDevice(app)
    const foreign = other.cookies.get('__Host-device_id') ?? ''
    for (const token of [foreign, `pdt_${'A'.repeat(49)}`, 'junk']) {
      const client = app.client()
      if (isApp) client.headers['x-device-token'] = token
      else client.cookies.set('__Host-device_id', token)
      expect((await login({ email: person.email, password: person.password }, client)).status).toBe(202)
    }
  })

  test('auth:invalid_credentials, byte for byte the same for unknown address, wrong password and account without one [TH4]', async () => {
    const { person } = await signedUp(app)
    const { person: passwordless } = await signedUp(app)
    await app.sql('update users set password_hash = null where email = $1', [passwordless.email])
    const answers = await Promise.all([
      login({ email: newPerson().email, password: 'not the password' }),
      login({ email: person.email, password: 'not the password' }),
      login({ email: passwordless.email, password: passwordless.password }),
    ])
    for (const { status, code, body, headers } of answers) {
      expect([status, code, body]).toEqual([
        401,
        'auth:invalid_credentials',
        { status: 401, code: 'auth:invalid_credentials' },
      ])
      expect(Object.keys(headers)).toEqual(Object.keys(answers[0].headers))
    }
  })

  test('user:not_verified with the right password of a sign-up that waits; with a wrong one auth:invalid_credentials', async () => {
    const waiting = await signUp(app)
    const right = await login({ email: waiting.email, password: waiting.password })
    expect([right.status, right.code]).toEqual([401, 'user:not_verified'])
    expect((await login({ email: waiting.email, password: 'not the password' })).code).toBe('auth:invalid_credentials')
  })

  test('rate_limit:exceeded after five wrong passwords, alike without an account; the right one must wait too [TH2 TH3]', async () => {
    const strict = await startApp({ RATE_LIMITS: 'on' })
    const { person } = await signedUp(strict)
    for (const email of [person.email, 'nobody@example.com']) {
      for (let attempt = 0; attempt < 5; attempt++) {
        const answer = await strict.client().post(url, { email, password: 'not the password' })
        expect(answer.code).toBe('auth:invalid_credentials')
      }
      const answer = await strict.client().post(url, { email, password: person.password })
      expect([answer.status, answer.code, answer.headers['retry-after']]).toEqual([429, 'rate_limit:exceeded', '1'])
    }
    await strict.close()
  })

  test('user:banned with the right password only [TH4]', async () => {
    const { person } = await signedUp(app)
    await app.sql('update users set banned_at = now() where email = $1', [person.email])
    const wrong = await app.client().post(url, { ...person, password: 'not the password' })
    expect([wrong.status, wrong.code]).toEqual([401, 'auth:invalid_credentials'])
    const right = await app.client().post(url, person)
    expect([right.status, right.code]).toEqual([403, 'user:banned'])
    await app.sql('update users set banned_until = now() where email = $1', [person.email])
    expect((await app.client().post(url, person)).status).toBe(202)
  })

  test('system:hashing_error when the stored hash cannot be parsed or is out of bounds [PW6]', async () => {
    const { person } = await signedUp(app)
    const salt = 'c29tZXNhbHRzb21lc2FsdA'
    const key = 'kqkS1P+AdCXUn4r4tq4r2N8nvBJLj9lKt8eB9l8RO1s'
    for (const hash of [
      'garbage',
      '',
      `$argon2id$v=19$m=4194304,t=2,p=1$${salt}$${key}`,
      `$argon2id$v=19$m=65536,t=99,p=1$${salt}$${key}`,
    ]) {
      await app.sql('update users set password_hash = $2 where email = $1', [person.email, hash])
      const answer = await login({ email: person.email, password: person.password })
      expect([answer.status, answer.code]).toEqual([500, 'system:hashing_error'])
    }
  })

  test('general:validation_error', async () => {
    const answer = await login({ email: 'nobody', password: 'x'.repeat(1025) })
    expect(answer.code).toBe('general:validation_error')
    expect(answer.body.fields).toEqual([
      { path: '/email', rule: 'format' },
      { path: '/password', rule: 'max_length', limit: 1024 },
    ])
  })

  test('general:bad_request names missing fields and wrong types', async () => {
    const answer = await login({ email: null, remember_me: 'yes' })
    expect([answer.status, answer.code]).toEqual([400, 'general:bad_request'])
    expect(answer.body.fields).toEqual([
      { path: '/email', rule: 'required' },
      { path: '/password', rule: 'required' },
      { path: '/remember_me', rule: 'type' },
    ])
    expect((await login({ email: '', password: '' })).body.fields).toEqual([
      { path: '/email', rule: 'required' },
      { path: '/password', rule: 'required' },
    ])
  })

  test('worker faults of the device link', async () => {
    const { person } = await signedUp(app)
    const lying = createServer((_request, response) => response.end('hello'))
    await new Promise<void>((resolve) => lying.listen(0, '127.0.0.1', resolve))
    const { port } = lying.address() as AddressInfo
    const cases = [
      [
        { SMTP_URL: 'smtp://127.0.0.1:1', WORKER_URL: `http://127.0.0.1:${port}`, WORKER_SECRET: 'w'.repeat(40) },
        'worker:response_invalid',
      ],
      [{ SMTP_URL: 'smtp://127.0.0.1:1' }, 'worker:verification_email_send_failed'],
      [
        { SMTP_URL: 'smtp://127.0.0.1:1', WORKER_URL: 'http://127.0.0.1:1', WORKER_SECRET: 'w'.repeat(40) },
        'worker:connection_failed',
      ],
    ] as const
    for (const [env, code] of cases) {
      const broken = await startApp({ ...env, DATABASE_URL: app.config.databaseUrl })
      const answer = await broken.client().post(url, { email: person.email, password: person.password })
      expect(answer.code).toBe(code)
      await broken.close()
    }
    lying.close()
  })

  test('every try is in the audit; an unknown address only as a digest that nobody can try out [LG2 LG3 AT20]', async () => {
    const email = newPerson().email
    await login({ email, password: 'not the password' })
    const rows = await app.sql<{ text: string }>(
      "select t::text as text from security_events t where type = 'login_failed'",
    )
    expect(rows.length).toBeGreaterThan(0)
    const text = [...rows, ...(await counted())].map((row) => row.text).join()
    const digest = (encoding: 'hex' | 'base64' | 'base64url') => createHash('sha256').update(email).digest(encoding)
    for (const known of [email, digest('hex'), digest('base64'), digest('base64url')]) expect(text).not.toContain(known)
    expect(text).toContain(addressDigest(app.deps.keyring, email))
  })

  const counted = () =>
    app.sql<{ text: string }>('select key as text from failed_attempts union all select key from rate_counters')
})

test('remember_me makes the session cookie outlive the browser, also over the device link', async () => {
  const { person, client } = await signedInOnDevice(app)
  const login = await client.post('/v0/auth/login', {
    email: person.email,
    password: person.password,
    remember_me: true,
  })
  expect(login.setCookies).toEqual([
    expect.stringMatching(/^__Host-session_id=pst_\S+; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
  ])
  const forgetful = await client.post('/v0/auth/login', { email: person.email, password: person.password })
  expect(forgetful.setCookies[0]).not.toContain('Max-Age')
  await app.client().post('/v0/auth/login', { email: person.email, password: person.password, remember_me: true })
  const link = await app.client().post('/v0/auth/device/verify', { token: await mailedToken(app, person.email, 3) })
  expect(link.setCookies[0]).toContain('Max-Age=2592000')
})

test('a known device still gets in while others lock the account [TH2]', async () => {
  const strict = await startApp({ RATE_LIMITS: 'on' })
  const { person, client } = await signedInOnDevice(strict)
  const guess = () => strict.client().post('/v0/auth/login', { email: person.email, password: 'not the password' })
  for (let attempt = 0; attempt < 5; attempt++) await guess()
  expect((await guess()).code).toBe('rate_limit:exceeded')
  expect((await client.post('/v0/auth/login', { email: person.email, password: person.password })).status).toBe(204)
  await strict.close()
})

test('of 200 parallel tries at one account five are hashed [TH3]', async () => {
  const strict = await startApp({ RATE_LIMITS: 'on' })
  const { person } = await signedUp(strict)
  const startedAt = performance.now()
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      strict
        .client()
        .post(
          '/v0/auth/login',
          { email: person.email, password: 'not the password' },
          { remoteAddress: `10.0.${index}.1` },
        ),
    ),
  )
  const hashed = answers.filter(({ code }) => code === 'auth:invalid_credentials').length
  expect(answers.filter(({ code }) => code === 'rate_limit:exceeded')).toHaveLength(200 - hashed)
  // A block of one second, then of two, of four: on a machine this slow one may run out before the last of them came.
  const over = Math.floor(Math.log2(1 + (performance.now() - startedAt) / 1000))
  expect([hashed >= 5, hashed <= 5 + over]).toEqual([true, true])
  await strict.close()
})

test('a session is a fresh token at every sign-in; one that the client brings is never adopted [SE3]', async () => {
  const { person, client } = await signedInOnDevice(app)
  const planted = client.cookies.get('__Host-session_id')
  const answer = await client.post('/v0/auth/login', { email: person.email, password: person.password })
  expect(answer.status).toBe(204)
  expect(client.cookies.get('__Host-session_id')).not.toBe(planted)
})
