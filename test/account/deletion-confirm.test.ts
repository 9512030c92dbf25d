import { describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, newPerson, type Person, signedUp } from '../support/people.ts'
import { withSetup } from '../totp/support.ts'

const url = '/v0/user/me/deletion/confirm'
const app = useApp()

const confirm = (token: unknown) => app.client().post(url, { token })
const ownId = '(select id from users where email = $1)'

/** Gives what the hash was. */
async function withoutPassword({ email }: Person): Promise<unknown> {
  const [row] = await app.sql('select password_hash as hash from users where email = $1', [email])
  await app.sql('update users set password_hash = null where email = $1', [email])
  return row?.hash
}

async function linkFor(client: TestClient, { email }: Person, mails: number): Promise<string> {
  expect((await client.send('DELETE', '/v0/user/me')).status).toBe(202)
  return mailedToken(app, email, mails)
}

/** An account that has nothing to prove itself with, and the link that it was mailed. */
async function asked() {
  const { person, client } = await signedUp(app)
  await withoutPassword(person)
  return { person, client, token: await linkFor(client, person, 2) }
}

describe(`POST ${url}`, () => {
  test('erases the account, in whatever browser the link is opened', async () => {
    const { person, client, token } = await asked()
    const { id } = (await client.get('/v0/user/me')).body
    const answer = await confirm(token)
    expect([answer.status, answer.body, answer.setCookies]).toEqual([204, {}, []])
    expect((await client.get('/v0/user/me')).code).toBe('user:invalid_session')
    const { body } = await app.client().get(`/v0/users/profile?handle=${person.handle}`)
    expect(body).toMatchObject({ id, deactivated: true, display_name: 'Deleted account' })
    const events = await app.sql('select type, ip_address, user_agent from security_events where user_id = $1', [id])
    expect(events.at(-1)).toEqual({ type: 'deletion_requested', ip_address: null, user_agent: null })
    expect(await app.sql('select id from users where email = $1', [person.email])).toEqual([])
  })

  test('of ten posts of one link one works [TK1]', async () => {
    const { token } = await asked()
    const answers = await Promise.all(Array.from({ length: 10 }, () => confirm(token)))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'token:invalid_account_deletion')).toHaveLength(9)
  })

  test('GET and HEAD consume nothing, wherever a scanner sends them', async () => {
    const { client, token } = await asked()
    for (const method of ['GET', 'HEAD'] as const)
      for (const path of [url, '/account/confirm-deletion'])
        expect((await app.app.inject({ method, url: `${path}?token=${token}` })).statusCode).toBe(404)
    expect((await client.get('/v0/user/me')).status).toBe(200)
    expect((await confirm(token)).status).toBe(204)
  })

  test('erases the account of the link, whomever body and session name [AZ2]', async () => {
    const { client, token } = await asked()
    const { client: other } = await signedUp(app)
    const { id, email } = (await other.get('/v0/user/me')).body
    expect((await other.post(url, { token, user_id: id, email })).status).toBe(204)
    expect((await other.get('/v0/user/me')).status).toBe(200)
    expect((await client.get('/v0/user/me')).code).toBe('user:invalid_session')
  })

  describe('token:invalid_account_deletion', () => {
    const expectInvalid = async (token: unknown) => {
      const answer = await confirm(token)
      expect([answer.status, answer.body]).toEqual([400, { status: 400, code: 'token:invalid_account_deletion' }])
    }

    test('malformed and unknown', async () => {
      const { token } = await asked()
      const changed = token.slice(0, 20) + (token[20] === 'A' ? 'B' : 'A') + token.slice(21)
      const others = (['session', 'refresh', 'device', 'temporaryLogin', 'pendingOauth'] as const).map((kind) =>
        makeToken(kind),
      )
      for (const { text } of [{ text: 'junk' }, { text: changed }, ...others, makeToken('mailed')])
        await expectInvalid(text)
      expect((await confirm(token)).status).toBe(204)
    })

    test('used', async () => {
      const { token } = await asked()
      expect((await confirm(token)).status).toBe(204)
      await expectInvalid(token)
    })

    test('superseded by a newer one', async () => {
      const { person, client, token } = await asked()
      const newer = await linkFor(client, person, 3)
      await expectInvalid(token)
      expect((await confirm(newer)).status).toBe(204)
    })

    test('expired', async () => {
      const { person, token } = await asked()
      const move = (expiry: string) =>
        app.sql(
          `update mailed_tokens set expires_at = ${expiry} where purpose = 'account_deletion' and user_id = ${ownId}`,
          [person.email],
        )
      await move("now() - interval '1 second'")
      await expectInvalid(token)
      await move("now() + interval '1 second'")
      expect((await confirm(token)).status).toBe(204)
    })

    test('of another purpose, and no other purpose takes it', async () => {
      const { person, client, token } = await asked()
      await app.client().post('/v0/auth/login', person)
      await client.post('/v0/auth/set-initial-password', { new_password: person.password })
      await app.client().post('/v0/auth/forgot-password', { email: person.email })
      await expectInvalid(await mailedToken(app, person.email, 3))
      const post = (path: string) =>
        app.client().post(`/v0/auth/${path}`, { token, new_password: 'another passphrase' })
      expect((await post('reset-password')).code).toBe('token:invalid_reset')
      expect((await post('verify-email')).code).toBe('token:invalid_verification')
      expect((await post('device/verify')).code).toBe('token:invalid_device_verify')
      expect((await client.get('/v0/user/me')).status).toBe(200)
    })

    test('once the account has a password to prove itself with [TK2]', async () => {
      const { client, token } = await asked()
      const answer = await client.post('/v0/auth/set-initial-password', { new_password: 'a first passphrase' })
      expect(answer.status).toBe(204)
      await expectInvalid(token)
    })

    test('once TOTP is on [TK2]', async () => {
      const { person, client, code } = await withSetup(app)
      await withoutPassword(person)
      const token = await linkFor(client, person, 3)
      expect((await client.post('/v0/auth/totp/enable', { code: await code() })).status).toBe(200)
      await expectInvalid(token)
    })

    test('once the account has another address [TK2]', async () => {
      const { person, client } = await signedUp(app)
      const hash = await withoutPassword(person)
      const token = await linkFor(client, person, 2)
      await app.sql('update users set password_hash = $2 where email = $1', [person.email, hash])
      const { email } = newPerson()
      await client.post('/v0/auth/change-email', { password: person.password, new_email: email })
      const confirmed = { token: await mailedToken(app, email) }
      expect((await app.client().post('/v0/auth/confirm-email-change', confirmed)).status).toBe(204)
      await expectInvalid(token)
    })
  })

  test('user:cannot_manage_self for the last administrator; the link stays good [AZ4]', async () => {
    const { person, token } = await asked()
    await app.sql(`insert into user_roles (user_id, role) values (${ownId}, 'admin')`, [person.email])
    const answer = await confirm(token)
    expect([answer.status, answer.body]).toEqual([403, { status: 403, code: 'user:cannot_manage_self' }])
    const { person: other } = await signedUp(app)
    await app.sql(`insert into user_roles (user_id, role) values (${ownId}, 'admin')`, [other.email])
    expect((await confirm(token)).status).toBe(204)
  })

  test.each([
    [undefined, 'required'],
    [null, 'required'],
    ['', 'required'],
    [1, 'type'],
  ])('general:bad_request for the token %j', async (token, rule) => {
    const { status, code, body } = await confirm(token)
    expect([status, code, body.fields]).toEqual([400, 'general:bad_request', [{ path: '/token', rule }]])
  })
})
