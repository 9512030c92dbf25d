import { describe, expect, test } from 'vitest'
import { browserAt } from '../passkeys/support.ts'
import { startApp, useApp } from '../support/app.ts'
import { seen } from '../support/client.ts'
import { appWith, brokenWorkers } from '../support/mail-way.ts'
import { mailedToken, mailsTo, newPerson, signedUp, signUp } from '../support/people.ts'
import {
  appStart,
  begin,
  beginAs,
  begun,
  mailedCode,
  postLink,
  resendOf,
  start,
  succeeds,
  typeDigits,
} from './support.ts'

const app = useApp()
const ageMails = (email: string, seconds = 60) =>
  app.sql('update mailed_tokens set mailed_at = mailed_at - make_interval(secs => $2) where address_key = $1', [
    email,
    seconds,
  ])

describe.each([start, appStart])('POST %s', (url) => {
  test('answers alike for every address, and mails its owner alone [MC2 TH6]', async () => {
    const [{ person }, banned, pending] = [await signedUp(app), await signedUp(app), await signUp(app)]
    await app.sql('update users set banned_at = now() where email = $1', [banned.person.email])
    const unknown = newPerson()
    const answers = await Promise.all(
      [person, banned.person, pending, unknown].map(({ email }) => app.client().post(url, { email })),
    )
    const alike = answers.map((answer) => {
      const { body, setCookies, ...rest } = seen(answer)
      expect(Object.keys(JSON.parse(body))).toEqual(['code_token', 'expires_at', 'resend_at'])
      return { ...rest, bodyLength: body.length, cookies: setCookies.length }
    })
    expect(new Set(alike.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(answers[0]?.status).toBe(202)
    await mailedCode(app, person.email, 2)
    await mailedCode(app, banned.person.email, 2)
    // Whoever never opened the first link has no other way in than that.
    expect((await mailsTo(app, pending.email, 2))[0]?.subject).toBe('Confirm your e-mail address')
    expect(app.deps.inbox?.search(unknown.email)).toEqual([])
  })

  test('wrong digits of an address that nobody has are answered as those of an account [MC2]', async () => {
    const client = app.client()
    const { code_token } = await begin(client, newPerson().email, url)
    const known = await begun(app, url)
    const [one, other] = await Promise.all([
      typeDigits({ client, url, code_token }, '000000'),
      typeDigits(known, known.digits === '000000' ? '000001' : '000000'),
    ])
    expect(one && seen(one)).toEqual(other && seen(other))
    for (let tries = 0; tries < 4; tries++) await typeDigits({ client, url, code_token }, '000000')
    expect((await typeDigits({ client, url, code_token }, '000000')).code).toBe('email:invalid_code_token')
  })

  test('of an address four pairs live three: the oldest is void [MC1]', async () => {
    const { person } = await signedUp(app)
    const all = []
    for (let times = 0; times < 4; times++) all.push(await beginAs(app, person, url))
    const [first, second] = all
    if (!first || !second) throw new Error('none began')
    expect((await typeDigits(first, first.digits)).code).toBe('email:invalid_code_token')
    expect((await postLink(first, first.client)).code).toBe('token:invalid_sign_in')
    expect((await typeDigits(second, second.digits)).status).toBe(succeeds(url))
  })

  test('rate_limit:exceeded: five mails an hour and address', async () => {
    const strict = await startApp({ RATE_LIMITS: 'on' })
    try {
      const email = newPerson().email
      for (let times = 0; times < 5; times++) await begin(strict.client(), email, url)
      expect((await strict.client().post(url, { email })).code).toBe('rate_limit:exceeded')
    } finally {
      await strict.close()
    }
  })
})

describe(`POST ${start}`, () => {
  test('the mail: its first line is the code, its last is bound to the domain, the link stands alone', async () => {
    const { mail, digits, token } = await mailedCode(app, (await begun(app)).person.email, 2)
    const spaced = `${digits.slice(0, 3)} ${digits.slice(3)}`
    const lines = mail.text.trimEnd().split('\n')
    expect([mail.subject, lines[0], lines.at(-1)]).toEqual([
      `${spaced} is your code`,
      spaced,
      `@app.example.com #${digits}`,
    ])
    expect(lines).toContain(`https://app.example.com/account/email-sign-in?token=${token}`)
    expect(mail.text).toContain('We will never ask you for this code')
    expect(mail.text.match(/token=/g)).toHaveLength(1)
    expect(mail.html).toContain(`>${spaced}</p>`)
  })

  test('the same browser that asks again has the same pair, and is mailed it again when that is due', async () => {
    const { person } = await signedUp(app)
    const who = await beginAs(app, person)
    const again = await begin(who.client, person.email)
    expect(again.code_token).toBe(who.code_token)
    expect(await mailsTo(app, person.email, 2)).toHaveLength(2)
    await ageMails(person.email)
    expect((await begin(who.client, person.email)).code_token).toBe(who.code_token)
    expect(await mailedCode(app, person.email, 3)).toMatchObject({ digits: who.digits, token: who.token })
    expect((await begin(app.client(), person.email)).code_token).not.toBe(who.code_token)
    for (let tries = 0; tries < 5; tries++) await typeDigits(who, 'x')
    expect((await begin(who.client, person.email)).code_token).not.toBe(who.code_token)
  })

  test('general:bad_request; general:validation_error', async () => {
    expect((await app.client().post(start, {})).code).toBe('general:bad_request')
    expect((await app.client().post(start, { email: 'ada' })).code).toBe('general:validation_error')
  })
})

describe.each([start, appStart])('resending after POST %s', (url) => {
  const resend = resendOf(url)

  test('the same digits and link come once more, with the same end and tries; of many at once one is sent [MC6]', async () => {
    const who = await begun(app, url)
    await typeDigits(who, 'x')
    await ageMails(who.person.email)
    const [before] = await app.sql(
      'select tries, expires_at from mailed_tokens where address_key = $1 and purpose = $2',
      [who.person.email, 'sign_in'],
    )
    const { code_token } = who
    const answers = await Promise.all(Array.from({ length: 5 }, () => who.client.post(resend, { code_token })))
    const [sent] = answers.filter(({ status }) => status === 202)
    expect(answers.filter(({ code }) => code === 'rate_limit:exceeded')).toHaveLength(4)
    expect(sent?.body.code_token).toBe(code_token)
    expect(Date.parse(String(sent?.body.resend_at))).toBeGreaterThan(Date.now())
    expect(await mailedCode(app, who.person.email, 3)).toMatchObject({ digits: who.digits, token: who.token })
    const [after] = await app.sql(
      'select tries, expires_at from mailed_tokens where address_key = $1 and purpose = $2',
      [who.person.email, 'sign_in'],
    )
    expect(after).toEqual(before)
    expect((await typeDigits(who, who.digits)).status).toBe(succeeds(url))
  })

  test('rate_limit:exceeded before it is due; for an address that nobody has as well [MC2]', async () => {
    const who = await begun(app, url)
    const client = app.client()
    const { code_token } = await begin(client, newPerson().email, url)
    const [known, unknown] = [
      await who.client.post(resend, { code_token: who.code_token }),
      await client.post(resend, { code_token }),
    ]
    expect([known.code, known.body]).toEqual(['rate_limit:exceeded', unknown.body])
    expect(Number(known.headers['retry-after'])).toBeGreaterThan(50)
  })

  test('email:invalid_code_token: unknown, used, of another browser; email:code_token_expired', async () => {
    const who = await begun(app, url)
    const codeOf = async (body: object, client = who.client) => (await client.post(resend, body)).code
    const { code_token } = who
    expect(await codeOf({ code_token: 'x' })).toBe('email:invalid_code_token')
    if (url === start) expect(await codeOf({ code_token }, app.client())).toBe('email:invalid_code_token')
    await app.sql('update mailed_tokens set expires_at = now() where address_key = $1', [who.person.email])
    expect(await codeOf({ code_token })).toBe('email:code_token_expired')
    await app.sql('update mailed_tokens set used_at = now() where address_key = $1', [who.person.email])
    expect(await codeOf({ code_token })).toBe('email:invalid_code_token')
  })
})

describe('worker:connection_failed, worker:response_invalid, worker:verification_email_send_failed', () => {
  test('the same for every address, and the pair is kept for the browser [MC2]', async () => {
    const whole = await appWith({})
    for (const [broken, code] of await brokenWorkers(whole))
      for (const url of [start, appStart]) {
        const failed = await broken.client().post(url, { email: newPerson().email })
        expect([url, failed.code]).toEqual([url, code])
        const client = whole.client()
        const { code_token } = await begin(client, newPerson().email, url)
        await whole.sql("update mailed_tokens set mailed_at = now() - interval '1 hour'")
        const again = await browserAt(broken, client).post(resendOf(url), { code_token })
        expect([url, again.code]).toEqual([url, code])
      }
  })

  test('the browser whose first mail failed gets the same pair when it asks again', async () => {
    const [broken] = (await brokenWorkers(await appWith({}))).at(0) ?? []
    if (broken === undefined) throw new Error('no worker is broken')
    const client = broken.client()
    const { email } = newPerson()
    expect((await client.post(start, { email })).code).toBe('worker:connection_failed')
    const { code_token } = await begin(client, email)
    expect((await begin(client, email)).code_token).toBe(code_token)
  })
})

test('EMAIL_SIGN_IN=off: there are no such routes', async () => {
  const without = await startApp({ EMAIL_SIGN_IN: 'off' })
  try {
    for (const url of [start, appStart, `${start}/verify`, `${appStart}/verify`])
      expect((await without.client().post(url, { email: 'ada@example.com' })).status).toBe(404)
  } finally {
    await without.close()
  }
})

test('links of a verification are no links of a sign-in', async () => {
  const person = await signUp(app)
  const token = await mailedToken(app, person.email)
  expect((await app.client().post(`${start}/verify`, { token })).code).toBe('token:invalid_sign_in')
})
