import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { startOtherServer } from '../support/native-provider.ts'
import { newPerson } from '../support/people.ts'
import { administratorOf, answerPlainly, comeFrom, registerProvider } from '../support/registered-provider.ts'

const other = await startOtherServer()
let app: TestApp
let slug: string
beforeAll(async () => {
  app = await startApp()
  slug = await registerProvider(await administratorOf(app), other, { plain: true })
})
afterAll(async () => {
  await app.close()
  other.stop()
})

/** The user info as the provider writes it, with an address that nobody has. */
const comeAs = (subject: string) => {
  answerPlainly(other, `{${subject},"email":"${newPerson().email}","email_verified":true}`)
  return comeFrom(app.client(), slug)
}

let handles = 0
async function signUpAs(subject: string) {
  const client = app.client()
  answerPlainly(other, `{${subject},"email":"${newPerson().email}","email_verified":true}`)
  const { body } = await comeFrom(client, slug)
  const wish = { pending_token: body.pending_token, handle: `subject_${++handles}`, display_name: 'S' }
  expect((await client.post('/v0/auth/complete-signup', wish)).status).toBe(204)
}

const isNew = { pending_token: expect.any(String) }
const isKnown = {}

describe('the user info of a plain provider', () => {
  test.each([
    ['"id":9007199254740993', '"id":9007199254740992'],
    ['"id":9007199254740999', '"id":9007199254741000'],
    ['"id":123456789012345678901234', '"id":123456789012345678901235'],
    ['"sub":18446744073709551615', '"sub":18446744073709551616'],
    ['"id":"9007199254740997"', '"id":"9007199254740996"'],
  ])('identifiers are exact to the digit: %s is not %s [FD1]', async (alice, mallory) => {
    await signUpAs(alice)
    expect((await comeAs(mallory)).body).toMatchObject(isNew)
    expect((await comeAs(alice)).body).toEqual(isKnown)
  })

  test.each(['"id":1', '"id":9007199254740991', '"sub":42', '"id":"0x1"', '"sub":null,"id":77'])(
    '%s is a subject [FD1]',
    async (subject) => {
      await signUpAs(subject)
      expect((await comeAs(subject)).body).toEqual(isKnown)
    },
  )

  test.each(['m\u00fcller', 'm\u00f6ller'])(
    '%s in another encoding than UTF-8 is nobody: it would be like others [FD1]',
    async (id) => {
      answerPlainly(other, Buffer.from(JSON.stringify({ ...newPerson(), id, email_verified: true }), 'latin1'))
      expect((await comeFrom(app.client(), slug)).code).toBe('oauth:user_info_parse_failed')
    },
  )

  test('however it is written, an identifier is the same one only as its digits [FD1]', async () => {
    await signUpAs('"id":1000')
    for (const same of ['"id":1e3', '"id":1000.0', '"id":10.00e2', '"id":1E+3'])
      expect([same, (await comeAs(same)).code]).toEqual([same, 'oauth:user_info_parse_failed'])
  })

  test.each([
    ...['0', '-0', '0.0', '-1', '-9007199254740993', '1.5', '1e3', '1E400', '5e-324', '9007199254740993.0'],
    ...['true', 'false', '[]', '[5]', '["5"]', '{}', '{"id":5}', '""', '"a\\u0000"', '9'.repeat(256)],
  ])('oauth:user_info_parse_failed for the subject %s, beside whatever else [FD1]', async (written) => {
    for (const subject of [`"id":${written}`, `"sub":${written}`, `"sub":${written},"id":7`])
      expect([subject, (await comeAs(subject)).code]).toEqual([subject, 'oauth:user_info_parse_failed'])
  })

  test.each(['"data":{"id":5}', '"user":{"sub":"5"}', '"uid":5', '"sub":null'])(
    'oauth:user_info_parse_failed for %s: the subject is nowhere else [FD1]',
    async (written) => {
      expect((await comeAs(written)).code).toBe('oauth:user_info_parse_failed')
    },
  )
})
