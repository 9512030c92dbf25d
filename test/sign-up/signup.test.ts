import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startApp, type TestApp, useApp } from '../support/app.ts'
import { seen } from '../support/client.ts'
import { openMailSink } from '../support/mail-sink.ts'
import { mailedToken, mailsTo, newPerson, signedUp, signUp } from '../support/people.ts'

const url = '/v0/auth/signup'
const app = useApp()

const post = (person: object) => app.client().post(url, person)

describe('POST /v0/auth/signup', () => {
  test('answers 202 and mails a link that names handle and time of the sign-up', async () => {
    const person = newPerson()
    const answer = await post(person)
    expect(answer.status).toBe(202)
    expect(answer.body).toEqual({
      message: expect.any(String),
      code_token: expect.stringMatching(/^pct_/),
      expires_at: expect.any(String),
      resend_at: expect.any(String),
    })
    expect(answer.setCookies).toEqual([])
    const [mail] = await mailsTo(app, person.email)
    expect(mail?.text).toContain(person.handle)
    expect(mail?.text).toContain('/account/verify-email?token=pot_')
    expect(mail?.subject).not.toContain(person.handle)
  })

  test('creates no account before the link is used [TK3]', async () => {
    const person = await signUp(app)
    expect(await app.sql('select id from users where email = $1', [person.email])).toEqual([])
  })

  test('stores neither the password nor the token [SE1]', async () => {
    const person = await signUp(app)
    const token = await mailedToken(app, person.email)
    for (const table of ['sign_ups', 'mailed_tokens', 'mails', 'pgboss.job', 'security_events', 'rate_counters']) {
      const rows = await app.sql<{ row: string }>(`select t::text as row from ${table} t`)
      const text = rows.map(({ row }) => row).join('\n')
      expect(text).not.toContain(person.password)
      expect(text).not.toContain(token)
    }
  })

  test('erases the payload of a mail once it is sent [EM5]', async () => {
    const person = await signUp(app)
    await mailsTo(app, person.email)
    const rows = await app.sql(
      'select payload, sent_at from mails m join mailed_tokens t on t.id = m.token_id where t.address_key = $1',
      [person.email],
    )
    expect(rows).toEqual([{ payload: null, sent_at: expect.any(Date) }])
  })

  test('a registered address gets the same answer, a notice without a link, and its sign-up never becomes an account [TH6]', async () => {
    const { person } = await signedUp(app)
    const fresh = await post(newPerson())
    const intruder = newPerson({ email: person.email })
    const answer = await post(intruder)
    expect(seen(answer)).toEqual(seen(fresh))
    const [notice] = await mailsTo(app, person.email, 2)
    expect(notice?.text).not.toContain('token=')
    const login = await app.client().post('/v0/auth/login', { email: person.email, password: intruder.password })
    expect(login.code).toBe('user:not_verified')
    const own = await app.client().post('/v0/auth/login', { email: person.email, password: person.password })
    expect(own.status).toBe(202)
  })

  test('a newer sign-up supersedes the older one with its link, password and handle', async () => {
    const first = await signUp(app)
    const oldToken = await mailedToken(app, first.email)
    const second = await signUp(app, newPerson({ email: first.email }))
    await signUp(app, newPerson({ handle: first.handle }))
    const stale = await app.client().post('/v0/auth/verify-email', { token: oldToken })
    expect(stale.code).toBe('token:invalid_verification')
    const token = await mailedToken(app, second.email, 2)
    const client = app.client()
    await client.post('/v0/auth/verify-email', { token })
    expect((await client.get('/v0/user/me')).body).toMatchObject({
      handle: second.handle,
      display_name: second.display_name,
    })
    const login = await app.client().post('/v0/auth/login', { email: first.email, password: first.password })
    expect(login.code).toBe('auth:invalid_credentials')
  })

  test('the own earlier reservation of a handle is no conflict', async () => {
    const person = await signUp(app)
    expect((await post(person)).status).toBe(202)
  })

  test('an address is one address in every spelling', async () => {
    const { person } = await signedUp(app, { email: 'Jürgen.Spelling@Bücher.example' })
    const again = newPerson({ email: '  jürgen.spelling@XN--bcher-kva.EXAMPLE ' })
    expect((await post(again)).status).toBe(202)
    await mailsTo(app, person.email, 2)
    expect(
      await app.sql("select id from users where email_key = 'jürgen.spelling@xn--bcher-kva.example'"),
    ).toHaveLength(1)
  })

  test('of 20 sign-ups that race for one handle one gets it', async () => {
    const handle = 'contended'
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(newPerson({ handle }))))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'user:handle_already_exists')).toHaveLength(19)
  })

  test('user:handle_already_exists, in any case of its letters, for users and for sign-ups that wait', async () => {
    const { person } = await signedUp(app)
    const waiting = await signUp(app)
    for (const handle of [person.handle, person.handle.toUpperCase(), waiting.handle]) {
      const answer = await post(newPerson({ handle }))
      expect([answer.status, answer.code]).toEqual([409, 'user:handle_already_exists'])
    }
  })

  test('a reservation past its end is no conflict', async () => {
    const waiting = await signUp(app)
    await app.sql("update handles set expires_at = now() - interval '1 second' where key = $1", [waiting.handle])
    await app.sql("update sign_ups set expires_at = now() - interval '1 second' where handle = $1", [waiting.handle])
    expect((await post(newPerson({ handle: waiting.handle }))).status).toBe(202)
  })

  test('rate_limit:exceeded after five mails to one address in an hour [RL5]', async () => {
    const strict = await startApp({ RATE_LIMITS: 'on' })
    const person = newPerson()
    for (let mail = 0; mail < 5; mail++) expect((await strict.client().post(url, person)).status).toBe(202)
    const answer = await strict.client().post(url, person)
    expect([answer.status, answer.code]).toEqual([429, 'rate_limit:exceeded'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(3000)
    await strict.close()
  })

  describe('general:validation_error', () => {
    const breaks = async (wished: object) => {
      const answer = await post({ ...newPerson(), ...wished })
      expect([answer.status, answer.code]).toEqual([400, 'general:validation_error'])
      return answer.body.fields
    }
    test.each([
      ['abc', { rule: 'min_length', limit: 4 }],
      ['a'.repeat(16), { rule: 'max_length', limit: 15 }],
      ['käfer', { rule: 'charset' }],
      ['with space', { rule: 'charset' }],
      ['_abc', { rule: 'format' }],
      ['abc_', { rule: 'format' }],
      ['ab__cd', { rule: 'format' }],
      ['Admin', { rule: 'reserved' }],
      ['no_reply', { rule: 'reserved' }],
    ])('handle %s', async (handle, problem) => {
      expect(await breaks({ handle })).toEqual([{ path: '/handle', ...problem }])
    })
    test.each([
      ['x'.repeat(51), { rule: 'max_length', limit: 50 }],
      ['<b>', { rule: 'charset' }],
      ['a\u0007b', { rule: 'charset' }],
      ['a\u202eb', { rule: 'charset' }],
      ['\ud800', { rule: 'charset' }],
      [' \u00a0\u3164 ', { rule: 'blank' }],
    ])('display_name %j', async (display_name, problem) => {
      expect(await breaks({ display_name })).toEqual([{ path: '/display_name', ...problem }])
    })
    test.each([
      'plain',
      'a@b',
      '@example.com',
      'a@example.com, b@example.com',
      'Ada <ada@example.com>',
      '"a b"@example.com',
      'a@example.com\r\nBcc: b@example.com',
      'a..b@example.com',
      '.a@example.com',
      'a@-example.com',
      'a@example..com',
      'a@127.0.0.1',
      'a@[127.0.0.1]',
      'a b@example.com',
      'a\u200b@example.com',
      'a\ufffd@example.com',
      'a@example.com/x',
      'a@example.com?x',
      'a@example.com#x',
      'a@ex%61mple.com',
    ])('email %j is not one address [EM2]', async (email) => {
      expect(await breaks({ email })).toEqual([{ path: '/email', rule: 'format' }])
    })
    test('email over 254 characters', async () => {
      expect(await breaks({ email: `${'a'.repeat(250)}@b.example` })).toEqual([
        { path: '/email', rule: 'max_length', limit: 254 },
      ])
    })
    test.each([
      ['x'.repeat(11), { rule: 'min_length', limit: 12 }],
      ['x'.repeat(129), { rule: 'max_length', limit: 128 }],
      ['password1234', { rule: 'common' }],
      ['PassWord1234', { rule: 'common' }],
      ['123456789012', { rule: 'common' }],
      ['twelve \ud800 chars', { rule: 'charset' }],
    ])('password %j [PW1 PW3]', async (password, problem) => {
      expect(await breaks({ password })).toEqual([{ path: '/password', ...problem }])
    })
    test('a password that is the e-mail, its local part, the handle or the name [PW3]', async () => {
      const person = {
        email: 'personal-password@example.com',
        handle: 'personal_pass_1',
        display_name: 'Personal Password',
      }
      for (const password of [
        'Personal-Password@example.com',
        'personal-password',
        'PERSONAL_PASS_1',
        'personal password',
      ]) {
        expect(await breaks({ ...person, password })).toEqual([{ path: '/password', rule: 'personal' }])
      }
    })
    test('never echoes a value', async () => {
      const answer = await post({
        email: 'canary-1',
        handle: 'canary-2!',
        display_name: '<canary-3>',
        password: 'canary-4',
      })
      expect(answer.body.fields).toHaveLength(4)
      expect(JSON.stringify(answer.body)).not.toContain('canary')
    })
  })

  test('passwords that only resemble a name pass; the limits themselves pass [PW2 PW3]', async () => {
    expect((await post(newPerson({ display_name: 'E2E Test User', password: 'e2e-password-123' }))).status).toBe(202)
    expect((await post(newPerson({ password: '🔐'.repeat(128) }))).status).toBe(202)
    expect((await post(newPerson({ password: 'just twelve!' }))).status).toBe(202)
  })

  test('a password is the same however its characters were composed, and its last character counts [PW2]', async () => {
    const { person } = await signedUp(app, { password: `Ångström ${'🔐'.repeat(60)}x` })
    const login = (password: string) => app.client().post('/v0/auth/login', { email: person.email, password })
    expect((await login(person.password.normalize('NFD'))).status).toBe(202)
    expect((await login(`${person.password.slice(0, -1)}y`)).code).toBe('auth:invalid_credentials')
  })

  test('unknown fields are ignored and never bound [AZ2]', async () => {
    const person = newPerson()
    const wishes = {
      user_id: crypto.randomUUID(),
      roles: ['admin'],
      email_verified: true,
      registered: true,
      totp_enabled: true,
    }
    expect((await post({ ...person, ...wishes })).status).toBe(202)
    const client = app.client()
    await client.post('/v0/auth/verify-email', { token: await mailedToken(app, person.email) })
    const { body } = await client.get('/v0/user/me')
    expect(body.id).not.toBe(wishes.user_id)
    expect(body).not.toHaveProperty('roles')
    expect(body.totp_enabled).toBe(false)
  })

  test('a mail server is asked for the same mailbox, however the domain is spelt [AT1]', async () => {
    const sink = await openMailSink(() => 0)
    onTestFinished(() => sink.stop())
    const own = await startApp({ SMTP_URL: sink.url })
    onTestFinished(() => own.close())
    for (const email of ['one@example.com', 'two@\uFF45xample.com'])
      expect((await own.client().post('/v0/auth/signup', { ...newPerson(), email })).status).toBe(202)
    expect(sink.taken.map(({ to }) => to)).toEqual(['one@example.com', 'two@example.com'])
  })

  describe('while the way of the mail is broken', () => {
    const accept = (answer: string) =>
      createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(answer)))
    const listen = (server: ReturnType<typeof createServer>) =>
      new Promise<number>((resolve) =>
        server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
      )

    /** The sign-up is kept: the person can verify with the mail that comes later. */
    const expectKept = async (broken: TestApp, email: string) =>
      expect(await broken.sql('select id from sign_ups where email = $1', [email])).toHaveLength(1)

    const atWorker = async (workerUrl: string) =>
      startApp({
        WORKER_URL: workerUrl,
        WORKER_SECRET: 'w'.repeat(40),
        SMTP_URL: 'smtp://127.0.0.1:1',
        WORKER_TIMEOUT_MS: '300',
      })

    test('worker:connection_failed when the worker is away, and when it hangs; alike for a registered address [TH6]', async () => {
      const hanging = createServer(() => {})
      for (const port of [1, await listen(hanging)]) {
        const broken = await atWorker(`http://127.0.0.1:${port}`)
        const person = newPerson()
        const answer = await broken.client().post(url, person)
        expect([answer.status, answer.code, answer.headers['retry-after']]).toEqual([
          503,
          'worker:connection_failed',
          '5',
        ])
        await expectKept(broken, person.email)
        await broken.sql(
          "insert into users (id, email, email_key, handle, display_name) values (gen_random_uuid(), $1, $1, 'x', 'x')",
          ['registered@example.com'],
        )
        const registered = await broken.client().post(url, newPerson({ email: 'registered@example.com' }))
        expect(seen(registered)).toEqual(seen(answer))
        await broken.close()
      }
      hanging.close()
    })

    test.each([
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello',
      'HTTP/1.1 418 Teapot\r\ncontent-length: 0\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: 22\r\n\r\n{"outcome":"whatever"}',
      'HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n',
    ])('worker:response_invalid when the worker says %j [FT7]', async (garbage) => {
      const lying = accept(garbage)
      const broken = await atWorker(`http://127.0.0.1:${await listen(lying)}`)
      const person = newPerson()
      const answer = await broken.client().post(url, person)
      expect([answer.status, answer.code]).toEqual([502, 'worker:response_invalid'])
      await expectKept(broken, person.email)
      await broken.close()
      lying.close()
    })

    test('worker:verification_email_send_failed when SMTP refuses [FT6]', async () => {
      const broken = await startApp({ SMTP_URL: 'smtp://127.0.0.1:1' })
      const person = newPerson()
      const answer = await broken.client().post(url, person)
      expect([answer.status, answer.code]).toEqual([502, 'worker:verification_email_send_failed'])
      await expectKept(broken, person.email)
      await broken.close()
    })

    test('MAIL_DELIVERY=queue: 202 all the same [FT6]', async () => {
      const queueing = await startApp({ SMTP_URL: 'smtp://127.0.0.1:1', MAIL_DELIVERY: 'queue' })
      expect((await queueing.client().post(url, newPerson())).status).toBe(202)
      await queueing.close()
    })
  })

  test('system:internal_error when the encryption key is gone, nothing half done, and all is well once it is back', async () => {
    const damaged = await startApp()
    const { readdirSync, renameSync } = await import('node:fs')
    const { join } = await import('node:path')
    const keys = readdirSync(damaged.config.keysDir).filter((name) => name.startsWith('encryption-'))
    const move = (from: string, to: string) => {
      for (const key of keys) renameSync(join(from, key), join(to, key))
    }
    const person = newPerson()
    move(damaged.config.keysDir, damaged.config.dataDir)
    await expect
      .poll(async () => (await damaged.client().post(url, person)).code, { timeout: 10_000 })
      .toBe('system:internal_error')
    await damaged.sql('delete from sign_ups')
    expect((await damaged.client().post(url, person)).status).toBe(400)
    expect(await damaged.sql('select id from sign_ups')).toEqual([])
    move(damaged.config.dataDir, damaged.config.keysDir)
    await expect.poll(async () => (await damaged.client().post(url, person)).status, { timeout: 10_000 }).toBe(202)
    await damaged.close()
  })
})
