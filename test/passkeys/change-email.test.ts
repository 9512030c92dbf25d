import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, newPerson, signedUp } from '../support/people.ts'
import type { SoftPasskey, Twist } from '../support/soft-authenticator.ts'
import { eventsOf } from '../totp/support.ts'
import {
  askedAgain,
  browserAt,
  passkeys,
  register,
  signInWith,
  untilOver,
  useHasty,
  withoutPassword,
  withPasskey,
} from './support.ts'

const url = '/v0/auth/change-email'
const app = useApp()
const hasty = useHasty(app)

const freshAddress = () => newPerson().email
const send = (client: TestClient, proof: object, new_email = freshAddress()) =>
  client.post(url, { ...proof, new_email })
const change = async (client: TestClient, passkey: SoftPasskey, twist: Twist = {}, new_email = freshAddress()) =>
  send(client, { credential: passkey.get(await askedAgain(client), twist) }, new_email)

describe(`POST ${url} with a passkey`, () => {
  test('an account without a password changes its address; its passkey goes on', async () => {
    const { person, client, passkey } = await withPasskey(app)
    await withoutPassword(app, person)
    const newEmail = freshAddress()
    expect((await change(client, passkey, {}, newEmail)).status).toBe(204)
    expect((await eventsOf(app, person))[0]).toBe('email_change_requested')
    const token = await mailedToken(app, newEmail)
    expect((await app.client().post('/v0/auth/confirm-email-change', { token })).status).toBe(204)
    const browser = app.client()
    expect((await signInWith(browser, passkey)).status).toBe(204)
    expect((await browser.get('/v0/user/me')).body.email).toBe(newEmail)
  })

  test('a link that a passkey asked for is dead once its owner deletes that passkey [PK9]', async () => {
    const { client, id, passkey } = await withPasskey(app)
    const newEmail = freshAddress()
    expect((await change(client, passkey, {}, newEmail)).status).toBe(204)
    const token = await mailedToken(app, newEmail)
    expect((await client.send('DELETE', `${passkeys}/${id}`)).status).toBe(204)
    const answer = await app.client().post('/v0/auth/confirm-email-change', { token })
    expect([answer.status, answer.code]).toEqual([400, 'token:invalid_email_change'])
  })

  test('of five at once with one answer one proves it', async () => {
    const { client, passkey } = await withPasskey(app)
    const credential = passkey.get(await askedAgain(client))
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(client, { credential })))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    for (const { code } of answers.filter(({ status }) => status !== 204))
      expect(code).toBe('passkey:invalid_challenge')
  })

  test('user:password_not_set: neither was sent, or a password that there is not', async () => {
    const { person, client } = await withPasskey(app)
    await withoutPassword(app, person)
    for (const proof of [{}, { password: person.password }]) {
      const answer = await send(client, proof)
      expect([answer.status, answer.code]).toEqual([401, 'user:password_not_set'])
    }
  })

  test('user:email_already_exists, only to who has the passkey', async () => {
    const { person: other } = await signedUp(app)
    const { client, passkey } = await withPasskey(app)
    expect((await change(client, passkey, {}, other.email)).code).toBe('user:email_already_exists')
    expect((await change(client, passkey, { flags: { uv: false } }, other.email)).code).toBe(
      'passkey:invalid_assertion',
    )
  })

  test('passkey:invalid_challenge: of another session, of another purpose, spent', async () => {
    const { client, passkey } = await withPasskey(app)
    const other = app.client()
    expect((await signInWith(other, passkey)).status).toBe(204)
    const credential = passkey.get(await askedAgain(other))
    expect((await send(client, { credential })).code).toBe('passkey:invalid_challenge')
    expect((await send(other, { credential })).status).toBe(204)
    expect((await send(other, { credential })).code).toBe('passkey:invalid_challenge')
  })

  test('passkey:challenge_expired', async () => {
    const { client: owner, passkey } = await withPasskey(app)
    const client = browserAt(hasty, owner)
    const ask = await askedAgain(client)
    await untilOver(ask)
    expect((await send(client, { credential: passkey.get(ask) })).code).toBe('passkey:challenge_expired')
  })

  test('passkey:unknown_credential', async () => {
    const { client, id, passkey } = await withPasskey(app)
    await register(client)
    const ask = await askedAgain(client)
    expect((await client.send('DELETE', `${passkeys}/${id}`)).status).toBe(204)
    expect((await send(client, { credential: passkey.get(ask) })).code).toBe('passkey:unknown_credential')
  })

  test('passkey:invalid_assertion: another account’s, nobody verified; no link is mailed [PK10 PK3]', async () => {
    const { person, client, passkey } = await withPasskey(app)
    const other = await withPasskey(app)
    const ask = await askedAgain(client)
    const credentials = [other.passkey.get(ask, { userHandle: null }), passkey.get(ask, { flags: { uv: false } })]
    for (const credential of credentials)
      expect((await send(client, { credential })).code).toBe('passkey:invalid_assertion')
    const asked =
      'select id from mailed_tokens where purpose = $2 and user_id = (select id from users where email = $1)'
    expect(await app.sql(asked, [person.email, 'email_change'])).toEqual([])
  })

  test('general:bad_request: both, none where there is a password, none that is an object', async () => {
    const { person, client, passkey } = await withPasskey(app)
    const credential = passkey.get(await askedAgain(client))
    for (const proof of [{ credential, password: person.password }, {}, { credential: null }, { credential: 'a' }])
      expect([proof, (await send(client, proof)).code]).toEqual([proof, 'general:bad_request'])
  })
})
