import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, mailsTo, newPerson, signedUp } from '../support/people.ts'

let app: TestApp
beforeAll(async () => {
  // Languages that nobody speaks, so that every text in them can be told from English.
  app = await startApp({ LOCALES: 'en,en-XA,ar-XB' })
})
afterAll(() => app.close())

const mirrored = /\u202e/
const accents = /[áéîóû]/

function speaking(language: string): TestClient {
  const client = app.client()
  client.headers['accept-language'] = language
  return client
}

const problem = { accept: 'application/problem+json' }

describe('the title of a problem document', () => {
  test('is in the language of Accept-Language, and says so', async () => {
    const { headers, body } = await speaking('ko, en-XA;q=0.5').send('GET', '/v0/user/me', { headers: problem })
    expect(body).toMatchObject({ status: 401, code: 'user:unauthorized', title: expect.stringMatching(accents) })
    expect(headers['content-language']).toBe('en-XA')
    expect(String(headers.vary).split(', ')).toEqual(expect.arrayContaining(['Accept', 'Accept-Language']))
  })

  test('is in the default language for those of whose languages there is none', async () => {
    for (const client of [speaking('ko'), app.client()]) {
      const { headers, body } = await client.send('GET', '/v0/user/me', { headers: problem })
      expect([headers['content-language'], accents.test(String(body.title))]).toEqual(['en', false])
    }
  })

  test('is no part of a plain error, which is the same in every language, byte for byte', async () => {
    const all = await Promise.all(
      ['en-XA', 'ar-XB'].map((accept) =>
        app.app.inject({ url: '/v0/user/me', headers: { 'accept-language': accept, host: 'localhost' } }),
      ),
    )
    expect(all.map(({ body }) => body)).toEqual(Array(2).fill('{"status":401,"code":"user:unauthorized"}'))
    for (const { headers } of all) {
      expect(headers['content-language']).toBeUndefined()
      expect(String(headers.vary)).not.toContain('Accept-Language')
    }
  })
})

describe('a mail', () => {
  test('of a sign-up is in the language of the request, which the account keeps', async () => {
    const person = newPerson()
    const client = speaking('en-XA')
    expect((await client.post('/v0/auth/signup', person)).status).toBe(202)
    const [mail] = await mailsTo(app, person.email)
    expect(mail?.subject).toMatch(accents)
    expect(mail?.html).toContain('<html lang="en-XA" dir="ltr">')
    await client.post('/v0/auth/verify-email', { token: await mailedToken(app, person.email) })
    expect((await client.get('/v0/user/me')).body.locale).toBe('en-XA')
  })

  test('is in the language that the sign-up names, whatever the browser speaks', async () => {
    const person = newPerson()
    expect((await speaking('en-XA').post('/v0/auth/signup', { ...person, locale: 'AR-xb' })).status).toBe(202)
    const [mail] = await mailsTo(app, person.email)
    expect(mail?.subject).toMatch(mirrored)
    expect(mail?.html).toContain('<html lang="ar-XB" dir="rtl">')
    // What others wrote cannot turn it around: the handle stands in isolates.
    expect(mail?.text).toContain(`\u2068${person.handle}\u2069`)
  })

  test("to an account is in its own language, and a stranger's request cannot choose another [LO3]", async () => {
    const { person, client } = await signedUp(app)
    expect((await client.send('PATCH', '/v0/user/me', { body: { locale: 'ar-XB' } })).status).toBe(200)
    const stranger = speaking('en-XA')
    await stranger.post('/v0/auth/forgot-password', { email: person.email })
    await stranger.post('/v0/auth/signup', newPerson({ email: person.email }))
    const [first, second] = await mailsTo(app, person.email, 3)
    for (const mail of [first, second]) expect(mail?.subject).toMatch(mirrored)
    const kept = await app.sql<{ locale: string }>(
      "select locale from mails where kind = 'message' order by created_at desc limit 2",
    )
    expect(kept.map(({ locale }) => locale)).toEqual(['ar-XB', 'ar-XB'])
  })

  test('tells the time in the zone of its reader', async () => {
    const { person, client } = await signedUp(app)
    const change = await client.send('PATCH', '/v0/user/me', { body: { time_zone: 'Asia/Tokyo' } })
    expect([change.status, change.body.time_zone]).toEqual([200, 'Asia/Tokyo'])
    await app.client().post('/v0/auth/forgot-password', { email: person.email })
    await mailsTo(app, person.email, 2)
    const kept = await app.sql<{ zone: string }>(
      "select time_zone as zone from mails where kind = 'message' order by created_at desc limit 1",
    )
    expect(kept).toEqual([{ zone: 'Asia/Tokyo' }])
  })
})

test('the language of an answer is that of the request, whether there is an account or not [LO3]', async () => {
  const { person, client } = await signedUp(app)
  await client.send('PATCH', '/v0/user/me', { body: { locale: 'ar-XB' } })
  const answers = await Promise.all(
    [person.email, newPerson().email].map(async (email) => {
      const body = { email, password: 'not the right one' }
      const answer = await speaking('en-XA').send('POST', '/v0/auth/login', { body, headers: problem })
      return [answer.status, answer.body, answer.headers['content-language']]
    }),
  )
  expect(answers[0]).toEqual(answers[1])
  expect(answers[0]).toEqual([401, expect.objectContaining({ title: expect.stringMatching(accents) }), 'en-XA'])
})

describe('PATCH /v0/user/me', () => {
  test('keeps a language that there are no texts in yet, and null clears it', async () => {
    const { client } = await signedUp(app)
    const change = async (body: object) => {
      const answer = await client.send('PATCH', '/v0/user/me', { body })
      return [answer.status, answer.body.locale, (await client.get('/v0/user/me')).body.locale]
    }
    expect(await change({ locale: 'zh-hant-tw' })).toEqual([200, 'zh-Hant-TW', 'zh-Hant-TW'])
    expect(await change({ display_name: 'Ada' })).toEqual([200, 'zh-Hant-TW', 'zh-Hant-TW'])
    expect(await change({ locale: null })).toEqual([200, undefined, undefined])
  })

  test.each([
    ['locale', 'zz-', 'format'],
    ['locale', 'en_US', 'format'],
    ['locale', '', 'format'],
    ['locale', `en-${'x'.repeat(40)}`, 'max_length'],
    ['time_zone', 'Mars/Olympus', 'format'],
    ['time_zone', '+05:30', 'format'],
    ['time_zone', '../etc', 'format'],
  ])('general:validation_error for %s %j', async (name, value, rule) => {
    const { client } = await signedUp(app)
    const { status, code, body } = await client.send('PATCH', '/v0/user/me', { body: { [name]: value } })
    expect([status, code, (body.fields as { rule: string }[])[0]?.rule]).toEqual([
      400,
      'general:validation_error',
      rule,
    ])
  })
})
