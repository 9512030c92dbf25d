import { describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { type TestApp, useApp } from '../support/app.ts'
import { seen } from '../support/client.ts'
import {
  appAtWorker,
  appWith,
  appWithoutMailServer,
  hangingWorker,
  lyingWorker,
  mailsSettled,
  recordingMailServer,
} from '../support/mail-way.ts'
import { mailedToken, mailsTo, newPerson, signedUp, signUp } from '../support/people.ts'

const url = '/v0/auth/resend-verification-email'
const app = useApp()

const resend = (email: unknown, client = app.client()) => client.post(url, { email })
const verify = (token: string) => app.client().post('/v0/auth/verify-email', { token })

describe(`POST ${url}`, () => {
  test('a sign-up that waits gets a fresh link, and the old one is dead', async () => {
    const person = await signUp(app)
    const old = await mailedToken(app, person.email)
    const answer = await resend(person.email)
    expect([answer.status, answer.body, answer.setCookies]).toEqual([204, {}, []])
    const fresh = await mailedToken(app, person.email, 2)
    expect(fresh).not.toBe(old)
    expect((await verify(old)).code).toBe('token:invalid_verification')
    expect((await verify(fresh)).status).toBe(204)
  })

  test('the same answer for an address that waits, is unknown, registered or registered and signed up again [TH6]', async () => {
    const waiting = await signUp(app)
    const { person: registered } = await signedUp(app)
    const { person: decoy } = await signedUp(app)
    await signUp(app, newPerson({ email: decoy.email }))
    const answers = []
    for (const email of [waiting.email, newPerson().email, registered.email, decoy.email])
      answers.push(seen(await resend(email)))
    expect(answers[0]?.status).toBe(204)
    for (const answer of answers) expect(answer).toEqual(answers[0])
    await mailsSettled(app)
    expect(await mailsTo(app, registered.email)).toHaveLength(1)
  })

  test('the owner of a registered address that was signed up again gets no link', async () => {
    const { person } = await signedUp(app)
    await signUp(app, newPerson({ email: person.email }))
    await resend(person.email)
    const [newest] = await mailsTo(app, person.email, 3)
    expect(newest?.text).not.toContain('token=')
  })

  test('goes to the address as its owner wrote it, whatever the spelling of the request', async () => {
    const person = await signUp(app, newPerson({ email: 'Mixed.Case@Resend.Example' }))
    expect((await resend(' mixed.case@resend.EXAMPLE ')).status).toBe(204)
    await mailsTo(app, person.email, 2)
  })

  test('works after the link has expired, and prolongs link, sign-up and handle to a whole lifetime', async () => {
    const person = await signUp(app)
    const old = await mailedToken(app, person.email)
    await app.sql("update mailed_tokens set expires_at = now() - interval '1 second' where address_key = $1", [
      person.email,
    ])
    await app.sql("update sign_ups set expires_at = now() + interval '1 minute' where email = $1", [person.email])
    await app.sql("update handles set expires_at = now() + interval '1 minute' where key = $1", [person.handle])
    expect((await verify(old)).code).toBe('token:expired_verification')
    expect((await resend(person.email)).status).toBe(204)
    const fresh = await mailedToken(app, person.email, 2)
    const [lifetimes] = await app.sql<Record<string, number>>(
      `select extract(epoch from t.expires_at - t.created_at)::int as link,
         extract(epoch from s.expires_at - t.created_at)::int as sign_up,
         extract(epoch from h.expires_at - t.created_at)::int as handle
       from mailed_tokens t join sign_ups s on s.id = t.sign_up_id join handles h on h.sign_up_id = s.id
       where t.address_key = $1 and t.superseded_at is null`,
      [person.email],
    )
    const { emailVerificationTtlSeconds: link, signupTtlSeconds: kept } = app.config
    expect(lifetimes).toEqual({ link, sign_up: kept, handle: kept })
    expect((await verify(fresh)).status).toBe(204)
  })

  test('a sign-up past its end is as good as none', async () => {
    const person = await signUp(app)
    await app.sql("update sign_ups set expires_at = now() - interval '1 second' where email = $1", [person.email])
    expect((await resend(person.email)).status).toBe(204)
    await mailsSettled(app)
    expect(await mailsTo(app, person.email)).toHaveLength(1)
    expect(await app.sql('select id from sign_ups where email = $1 and expires_at > now()', [person.email])).toEqual([])
  })

  test('whatever the address, the mail server is asked as far as the recipient; only a sign-up is then sent a mail [AT1 TH6]', async () => {
    const { smtpUrl, commands } = await recordingMailServer()
    const recorded = await appWith({ SMTP_URL: smtpUrl })
    const spoken = () => commands.filter((command) => command !== 'QUIT')
    const probe = ['EHLO', 'MAIL', 'RCPT', 'RSET']
    expect((await resend(newPerson().email, recorded.client())).status).toBe(204)
    await mailsSettled(recorded)
    expect(spoken()).toEqual(probe)
    expect(await recorded.sql('select kind, payload from mails order by id')).toEqual([
      { kind: 'probe', payload: null },
      { kind: 'inquiry', payload: null },
    ])
    const waiting = await signUp(recorded)
    commands.length = 0
    expect((await resend(waiting.email, recorded.client())).status).toBe(204)
    await expect.poll(spoken, { timeout: 15_000 }).toEqual([...probe, 'EHLO', 'MAIL', 'RCPT', 'DATA'])
  })

  describe('email:already_verified', () => {
    test('signed in, for the own address, in any spelling, by cookie and by bearer', async () => {
      const { person, client } = await signedUp(app)
      const bearer = app.client()
      bearer.headers.authorization = `Bearer ${client.cookies.get('__Host-session_id')}`
      for (const signedIn of [client, bearer]) {
        for (const email of [person.email, ` ${person.email.toUpperCase()}`]) {
          const answer = await resend(email, signedIn)
          expect([answer.status, answer.code]).toEqual([400, 'email:already_verified'])
          expect(answer.setCookies).toEqual([])
        }
      }
      expect(await mailsTo(app, person.email)).toHaveLength(1)
    })

    test("not for somebody else's address", async () => {
      const { client } = await signedUp(app)
      const waiting = await signUp(app)
      expect((await resend(waiting.email, client)).status).toBe(204)
      await mailedToken(app, waiting.email, 2)
    })

    test('not with a dead credential, which is nobody', async () => {
      const { person, client: signedOut } = await signedUp(app)
      const revoked = signedOut.cookies.get('__Host-session_id') ?? ''
      await signedOut.post('/v0/auth/logout')
      const nobody = seen(await resend(person.email))
      for (const dead of ['junk', makeToken('session').text, revoked]) {
        const browser = app.client()
        browser.cookies.set('__Host-session_id', dead)
        expect(seen(await resend(person.email, browser))).toEqual(nobody)
        const other = app.client()
        other.headers.authorization = `Bearer ${dead}`
        expect(seen(await resend(person.email, other))).toEqual(nobody)
      }
    })
  })

  test('rate_limit:exceeded after five mails to one address in an hour, alike for an unknown one [RL5 TH6]', async () => {
    const strict = await appWith({ RATE_LIMITS: 'on' })
    const waiting = await signUp(strict)
    const unknown = newPerson()
    await resend(unknown.email, strict.client())
    const refusals = []
    for (const { email } of [waiting, unknown]) {
      for (let mail = 2; mail <= 5; mail++) expect((await resend(email, strict.client())).status).toBe(204)
      const answer = await resend(email.toUpperCase(), strict.client())
      expect([answer.status, answer.code]).toEqual([429, 'rate_limit:exceeded'])
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(3000)
      refusals.push(seen(answer))
    }
    expect(refusals[0]).toEqual(refusals[1])
    expect(await mailsTo(strict, waiting.email)).toHaveLength(5)
  })

  describe('while the way of the mail is broken, alike for an address that waits and an unknown one [TH6]', () => {
    async function expectBoth(broken: TestApp, status: number, code: string) {
      const waiting = newPerson()
      await broken.client().post('/v0/auth/signup', waiting)
      const pending = await resend(waiting.email, broken.client())
      const unknown = await resend(newPerson().email, broken.client())
      expect([pending.status, pending.code]).toEqual([status, code])
      expect(seen(unknown)).toEqual(seen(pending))
      expect(await broken.sql('select id from sign_ups where email = $1', [waiting.email])).toHaveLength(1)
    }

    test('worker:connection_failed when the worker is away', async () => {
      await expectBoth(await appAtWorker(), 503, 'worker:connection_failed')
    })

    test('worker:connection_failed when the worker hangs', async () => {
      await expectBoth(await appAtWorker(await hangingWorker()), 503, 'worker:connection_failed')
    })

    test('worker:response_invalid', async () => {
      await expectBoth(await appAtWorker(await lyingWorker()), 502, 'worker:response_invalid')
    })

    test('worker:verification_email_send_failed when the mail server is away', async () => {
      await expectBoth(await appWithoutMailServer(), 502, 'worker:verification_email_send_failed')
    })

    test.each([
      ['for now', 450],
      ['for good', 550],
    ])(
      'worker:verification_email_send_failed when the mail server refuses the recipient %s [FD32]',
      async (_, refuse) => {
        const { smtpUrl } = await recordingMailServer({ refuse })
        await expectBoth(await appWith({ SMTP_URL: smtpUrl }), 502, 'worker:verification_email_send_failed')
      },
    )

    test('MAIL_DELIVERY=queue: 204 all the same', async () => {
      const queueing = await appWithoutMailServer({ MAIL_DELIVERY: 'queue' })
      const waiting = await signUp(queueing)
      const answers = [waiting, newPerson()].map(({ email }) => resend(email, queueing.client()))
      for (const answer of await Promise.all(answers)) expect([answer.status, answer.body]).toEqual([204, {}])
    })
  })

  test.each([
    [undefined, 'required'],
    [{}, 'required'],
    [{ email: null }, 'required'],
    [{ email: '' }, 'required'],
    [{ email: 1 }, 'type'],
    [{ email: ['ada@example.com'] }, 'type'],
  ])('general:bad_request %j', async (body, rule) => {
    const answer = await app.client().post(url, body)
    expect([answer.status, answer.code, answer.body.fields]).toEqual([
      400,
      'general:bad_request',
      [{ path: '/email', rule }],
    ])
  })

  test('general:validation_error', async () => {
    const answer = await resend('nobody')
    expect([answer.status, answer.code, answer.body.fields]).toEqual([
      400,
      'general:validation_error',
      [{ path: '/email', rule: 'format' }],
    ])
  })
})
