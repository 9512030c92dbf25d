import { describe, expect, test } from 'vitest'
import { type TestApp, useApp } from '../support/app.ts'
import { type Answer, seen } from '../support/client.ts'
import {
  appAtWorker,
  appWith,
  appWithoutMailServer,
  hangingWorker,
  lyingWorker,
  mailsSettled,
  recordingMailServer,
} from '../support/mail-way.ts'
import { mailedToken, mailsTo, newPerson, type Person, signedUp, signUp } from '../support/people.ts'

const url = '/v0/auth/forgot-password'
const app = useApp()

const forgot = (email: unknown, client = app.client()) => client.post(url, { email })
const reset = (token: string, new_password = 'a wholly new passphrase') =>
  app.client().post('/v0/auth/reset-password', { token, new_password })

async function withoutPassword(at = app): Promise<Person> {
  const { person } = await signedUp(at)
  await at.sql('update users set password_hash = null where email = $1', [person.email])
  return person
}

/** Without a mail: where none goes out nobody can sign up. */
async function putAccount(at: TestApp, passwordHash: string | null): Promise<string> {
  const { email } = newPerson()
  await at.sql(
    "insert into users (id, email, email_key, handle, display_name, password_hash) values (gen_random_uuid(), $1, $1, 'x', 'x', $2)",
    [email, passwordHash],
  )
  return email
}

describe(`POST ${url}`, () => {
  test('mails a link with which a new password can be set', async () => {
    const { person, client } = await signedUp(app)
    const answer = await forgot(person.email)
    expect([answer.status, answer.body, answer.setCookies]).toEqual([204, {}, []])
    expect(answer.headers['cache-control']).toBe('no-store')
    const [mail] = await mailsTo(app, person.email, 2)
    expect(mail?.text).toMatch(/^https:\/\/app\.example\.com\/account\/reset-password\?token=pot_[A-Za-z0-9_-]{49}$/m)
    const token = await mailedToken(app, person.email, 2)
    expect((await client.get('/v0/user/me')).status).toBe(200)
    const login = await app.client().post('/v0/auth/login', { email: person.email, password: person.password })
    expect(login.status).toBe(202)
    expect((await reset(token)).status).toBe(204)
  })

  test('the same answer for a registered address, an account without a password, an unknown one and a sign-up [TH6]', async () => {
    const { person: registered } = await signedUp(app)
    const passwordless = await withoutPassword()
    const waiting = await signUp(app)
    const answers = []
    for (const email of [registered.email, passwordless.email, newPerson().email, waiting.email])
      answers.push(seen(await forgot(email)))
    expect(answers[0]?.status).toBe(204)
    for (const answer of answers) expect(answer).toEqual(answers[0])
    await mailsSettled(app)
    // The first link once more: there is nothing else yet that opens the account.
    expect(await mailsTo(app, waiting.email)).toHaveLength(2)
  })

  test('an account that nothing opens gets a link to set its first password [FD22]', async () => {
    const { email } = await withoutPassword()
    expect((await forgot(email)).status).toBe(204)
    const [mail] = await mailsTo(app, email, 2)
    expect(mail?.subject).toBe('Set a password for your account')
    expect((await reset(await mailedToken(app, email, 2))).status).toBe(204)
  })

  test('a newer link voids the older one [TK2]', async () => {
    const { person } = await signedUp(app)
    await forgot(person.email)
    const older = await mailedToken(app, person.email, 2)
    await forgot(person.email)
    const newer = await mailedToken(app, person.email, 3)
    expect((await reset(older)).code).toBe('token:invalid_reset')
    expect((await reset(newer)).status).toBe(204)
  })

  test('of links that are asked for at one moment one is left [TK2]', async () => {
    const { person } = await signedUp(app)
    const answers = await Promise.all(Array.from({ length: 5 }, () => forgot(person.email)))
    for (const { status } of answers) expect(status).toBe(204)
    await mailsSettled(app)
    const live = await app.sql(
      "select id from mailed_tokens where purpose = 'password_reset' and address_key = $1 and superseded_at is null",
      [person.email],
    )
    expect(live).toHaveLength(1)
  })

  test('goes to the mailbox as its owner wrote it, whatever the spelling of the request', async () => {
    await signedUp(app, { email: 'Mixed.Case@Forgot.Example' })
    for (const email of [' mixed.case@forgot.EXAMPLE ', 'MIXED.CASE@FORGOT.EXAMPLE'])
      expect((await forgot(email)).status).toBe(204)
    const recipients = () => (app.deps.inbox?.list() ?? []).map(({ to }) => String(to))
    const theirs = () => recipients().filter((to) => /forgot\.example/i.test(to))
    await expect.poll(theirs, { timeout: 15_000 }).toEqual(Array(3).fill('Mixed.Case@forgot.example'))
  })

  test('whatever the address, the mail server is asked as far as the recipient; only an account is then sent a mail [AT1 TH6]', async () => {
    const { smtpUrl, commands } = await recordingMailServer()
    const recorded = await appWith({ SMTP_URL: smtpUrl })
    const spoken = () => commands.filter((command) => command !== 'QUIT')
    const probe = ['EHLO', 'MAIL', 'RCPT', 'RSET']
    expect((await forgot(newPerson().email, recorded.client())).status).toBe(204)
    await mailsSettled(recorded)
    expect(spoken()).toEqual(probe)
    expect(await recorded.sql('select kind, payload from mails order by id')).toEqual([
      { kind: 'probe', payload: null },
      { kind: 'inquiry', payload: null },
    ])
    expect(await recorded.sql('select id from mailed_tokens')).toEqual([])
    for (const passwordHash of ['x', null]) {
      commands.length = 0
      const email = await putAccount(recorded, passwordHash)
      expect((await forgot(email, recorded.client())).status).toBe(204)
      await expect.poll(spoken, { timeout: 15_000 }).toEqual([...probe, 'EHLO', 'MAIL', 'RCPT', 'DATA'])
    }
  })

  test('stores no token, and writes the request into the history of the account [SE1 LG2]', async () => {
    const { person } = await signedUp(app)
    await forgot(person.email)
    const token = await mailedToken(app, person.email, 2)
    for (const table of ['mailed_tokens', 'mails', 'pgboss.job', 'security_events', 'rate_counters']) {
      const rows = await app.sql<{ row: string }>(`select t::text as row from ${table} t`)
      expect(rows.map(({ row }) => row).join('\n')).not.toContain(token)
    }
    const events = await app.sql(
      "select metadata from security_events where type = 'password_reset_requested' and user_id = (select id from users where email = $1)",
      [person.email],
    )
    expect(events).toEqual([{ metadata: null }])
  })

  test('rate_limit:exceeded after five mails to one address in an hour, alike for an unknown one [RL5 TH6]', async () => {
    const strict = await appWith({ RATE_LIMITS: 'on' })
    const { person } = await signedUp(strict)
    const passwordless = await withoutPassword(strict)
    const refusals = []
    for (const { email } of [person, passwordless, newPerson()]) {
      for (let mail = 0; mail < 5; mail++) expect((await forgot(email, strict.client())).status).toBe(204)
      const answer = await forgot(email.toUpperCase(), strict.client())
      expect([answer.status, answer.code]).toEqual([429, 'rate_limit:exceeded'])
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(3000)
      refusals.push(seen(answer))
    }
    for (const answer of refusals) expect(answer).toEqual(refusals[0])
    expect(await mailsTo(strict, person.email)).toHaveLength(6)
  })

  describe('while the way of the mail is broken, alike for every address [TH6]', () => {
    async function expectAlike(broken: TestApp, status: number, code: string) {
      const known = await putAccount(broken, 'x')
      const addresses = [known, await putAccount(broken, null), newPerson().email]
      const answers = []
      for (const email of addresses) answers.push(await forgot(email, broken.client()))
      expect([answers[0]?.status, answers[0]?.code]).toEqual([status, code])
      expect(answers[0]?.headers['retry-after']).toBe(status === 503 ? '5' : undefined)
      for (const answer of answers) expect(seen(answer)).toEqual(seen(answers[0] as Answer))
      const kept = await broken.sql(
        "select id from mails where kind <> 'probe' and (payload is not null or refusal is not null)",
      )
      expect(kept.length).toBeGreaterThan(0)
      return known
    }

    test('and the mail goes out once there is a way [AT1]', async () => {
      const broken = await appAtWorker()
      const known = await expectAlike(broken, 503, 'worker:connection_failed')
      const { databaseUrl = '', keysDir } = broken.config
      const whole = await appWith({ DATABASE_URL: databaseUrl, KEYS_DIR: keysDir, SMTP_URL: undefined })
      await mailsTo(whole, known)
    })

    test('worker:connection_failed when the worker is away', async () => {
      await expectAlike(await appAtWorker(), 503, 'worker:connection_failed')
    })

    test('worker:connection_failed when the worker hangs', async () => {
      await expectAlike(await appAtWorker(await hangingWorker()), 503, 'worker:connection_failed')
    })

    test('worker:response_invalid', async () => {
      await expectAlike(await appAtWorker(await lyingWorker()), 502, 'worker:response_invalid')
    })

    test('worker:password_reset_email_send_failed when the mail server is away', async () => {
      const broken = await appWithoutMailServer()
      await expectAlike(broken, 502, 'worker:password_reset_email_send_failed')
    })

    test.each([
      ['for now', 450],
      ['for good', 550],
    ])(
      'worker:password_reset_email_send_failed when the mail server refuses the recipient %s [FD32]',
      async (_, refuse) => {
        const { smtpUrl } = await recordingMailServer({ refuse })
        await expectAlike(await appWith({ SMTP_URL: smtpUrl }), 502, 'worker:password_reset_email_send_failed')
      },
    )

    test('MAIL_DELIVERY=queue: 204 all the same', async () => {
      const queueing = await appWithoutMailServer({ MAIL_DELIVERY: 'queue' })
      for (const email of [await putAccount(queueing, 'x'), newPerson().email])
        expect((await forgot(email, queueing.client())).status).toBe(204)
    })
  })

  test.each([
    [undefined, 'required'],
    [{}, 'required'],
    [{ email: null }, 'required'],
    [{ email: '' }, 'required'],
    [{ email: 1 }, 'type'],
  ])('general:bad_request %j', async (body, rule) => {
    const answer = await app.client().post(url, body)
    expect([answer.status, answer.code, answer.body.fields]).toEqual([
      400,
      'general:bad_request',
      [{ path: '/email', rule }],
    ])
  })

  test('general:validation_error', async () => {
    const answer = await forgot('nobody')
    expect([answer.status, answer.code, answer.body.fields]).toEqual([
      400,
      'general:validation_error',
      [{ path: '/email', rule: 'format' }],
    ])
  })
})
