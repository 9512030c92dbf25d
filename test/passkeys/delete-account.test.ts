import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailsTo } from '../support/people.ts'
import { SoftPasskey } from '../support/soft-authenticator.ts'
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

const url = '/v0/user/me'
const app = useApp()
const hasty = useHasty(app)

const remove = (client: TestClient, body: object = {}) => client.send('DELETE', url, { body })
const lives = async (client: TestClient) => expect((await client.get(url)).status).toBe(200)

describe(`DELETE ${url} with a passkey`, () => {
  test('erases the account with its passkeys, also of somebody banned', async () => {
    for (const isBanned of [false, true]) {
      const { person, client, passkey } = await withPasskey(app)
      const { id } = (await client.get(url)).body
      if (isBanned) await app.sql('update users set banned_at = now() where email = $1', [person.email])
      const answer = await remove(client, { credential: passkey.get(await askedAgain(client)) })
      expect([answer.status, answer.body]).toEqual([204, {}])
      expect(answer.setCookies).toEqual(['__Host-session_id=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax'])
      const left = 'select passkey_handle, passkeys, (select count(*)::int from passkeys where user_id = $1) as rows'
      expect(await app.sql(`${left} from users where id = $1`, [id])).toEqual([
        { passkey_handle: null, passkeys: 0, rows: 0 },
      ])
      expect((await signInWith(app.client(), passkey)).code).toBe('passkey:unknown_credential')
    }
  })

  test('of ten at once with one answer one proves it', async () => {
    const { client, passkey } = await withPasskey(app)
    const credential = passkey.get(await askedAgain(client))
    const answers = await Promise.all(Array.from({ length: 10 }, () => remove(client, { credential })))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
  })

  test('user:reauthentication_required: an account with a passkey is mailed no link unasked', async () => {
    const { person, client } = await withPasskey(app)
    await withoutPassword(app, person)
    expect((await remove(client)).code).toBe('user:reauthentication_required')
    await lives(client)
  })

  test('one whose passkeys are of a domain that is accepted no more is, as it has nothing to show', async () => {
    const { person, client, id } = await withPasskey(app)
    await withoutPassword(app, person)
    await app.sql("update passkeys set rp_id = 'old.example' where id = $1", [id])
    expect((await remove(client)).status).toBe(202)
    const [mail] = await mailsTo(app, person.email, 3)
    expect(mail?.text).toContain('/account/confirm-deletion?token=pot_')
    await lives(client)
  })

  test('passkey:invalid_challenge: of another session, spent', async () => {
    const { client, passkey } = await withPasskey(app)
    const other = app.client()
    expect((await signInWith(other, passkey)).status).toBe(204)
    const credential = passkey.get(await askedAgain(other))
    expect((await remove(client, { credential })).code).toBe('passkey:invalid_challenge')
    expect((await other.post('/v0/auth/reauthenticate', { credential })).status).toBe(204)
    expect((await remove(other, { credential })).code).toBe('passkey:invalid_challenge')
    await lives(client)
  })

  test('passkey:challenge_expired', async () => {
    const { client: owner, passkey } = await withPasskey(app)
    const client = browserAt(hasty, owner)
    const ask = await askedAgain(client)
    await untilOver(ask)
    expect((await remove(client, { credential: passkey.get(ask) })).code).toBe('passkey:challenge_expired')
    await lives(owner)
  })

  test('passkey:unknown_credential', async () => {
    const { client, id, passkey } = await withPasskey(app)
    await register(client)
    const ask = await askedAgain(client)
    expect((await client.send('DELETE', `${passkeys}/${id}`)).status).toBe(204)
    expect((await remove(client, { credential: passkey.get(ask) })).code).toBe('passkey:unknown_credential')
    await lives(client)
  })

  test('passkey:invalid_assertion: another account’s, nobody verified; both accounts live [PK10 PK3]', async () => {
    const { client, passkey } = await withPasskey(app)
    const other = await withPasskey(app)
    const ask = await askedAgain(client)
    for (const credential of [
      other.passkey.get(ask),
      other.passkey.get(ask, { userHandle: null }),
      passkey.get(ask, { flags: { uv: false } }),
    ])
      expect((await remove(client, { credential })).code).toBe('passkey:invalid_assertion')
    await lives(client)
    await lives(other.client)
  })

  test('general:bad_request: beside another proof, none that is an object', async () => {
    const { person, client, passkey } = await withPasskey(app)
    const credential = passkey.get(await askedAgain(client))
    const { password } = person
    for (const body of [{ credential, password }, { credential, totp_code: '1' }, { credential: null }])
      expect([body, (await remove(client, body)).code]).toEqual([body, 'general:bad_request'])
    await lives(client)
  })
})

test('one that the account does not have is no proof', async () => {
  const { client, id, passkey } = await withPasskey(app)
  const ask = await askedAgain(client)
  expect((await client.send('DELETE', `${passkeys}/${id}`)).status).toBe(204)
  for (const one of [passkey, Object.assign(new SoftPasskey(), { rpId: passkey.rpId })])
    expect((await remove(client, { credential: one.get(ask) })).code).toBe('user:reauthentication_required')
})
