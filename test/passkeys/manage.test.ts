import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { mailsTo, signedUp } from '../support/people.ts'
import { ageSessions, eventsOf } from '../totp/support.ts'
import { passkeys, register, withPasskey } from './support.ts'

/** Where a mailbox is a way in, no other is the last. */
const app = useApp({ EMAIL_SIGN_IN: 'off' })
const none = '01890a5d-ac96-774b-bcce-b302099a8057'

describe(`GET ${passkeys}`, () => {
  test('newest first; of an account without any: an empty list', async () => {
    const { client, id } = await withPasskey(app)
    const second = await register(client)
    const list = (await client.get(passkeys)).body.passkeys as readonly { id: string }[]
    expect(list.map((one) => one.id)).toEqual([second.id, id])
    const nobody = await signedUp(app)
    expect((await nobody.client.get(passkeys)).body).toEqual({ rp_id: 'app.example.com', passkeys: [] })
  })

  test('an export has them, without their keys', async () => {
    const { client, passkey } = await withPasskey(app)
    const { body } = await client.get('/v0/user/me/export')
    expect(body.passkeys).toEqual((await client.get(passkeys)).body.passkeys)
    expect(JSON.stringify(body.passkeys)).toContain(passkey.id)
    expect(JSON.stringify(body)).not.toMatch(/public_key|sign_count/)
  })
})

describe('PATCH /v0/auth/passkeys/{id}', () => {
  test('gives it another name, also by a session that is not fresh', async () => {
    const { person, client, id } = await withPasskey(app)
    await ageSessions(app, person)
    const answer = await client.send('PATCH', `${passkeys}/${id}`, { body: { name: 'Schlüssel' } })
    expect([answer.status, answer.body.name]).toEqual([200, 'Schlüssel'])
    expect((await client.get(passkeys)).body.passkeys).toEqual([answer.body])
    expect((await eventsOf(app, person))[0]).toBe('passkey_renamed')
  })

  test('general:validation_error: a blank name, one of 51 characters', async () => {
    const { client, id } = await withPasskey(app)
    for (const name of [' ', 'x'.repeat(51)]) {
      const { code } = await client.send('PATCH', `${passkeys}/${id}`, { body: { name } })
      expect(code).toBe('general:validation_error')
    }
  })

  test('system:not_found: somebody else’s, a deleted one, none', async () => {
    const { client, id } = await withPasskey(app)
    const other = await withPasskey(app)
    expect((await other.client.send('DELETE', `${passkeys}/${other.id}`)).status).toBe(204)
    for (const [who, which] of [
      [other.client, id],
      [other.client, other.id],
      [client, none],
      [client, 'x'],
    ] as const) {
      const { code } = await who.send('PATCH', `${passkeys}/${which}`, { body: { name: 'Mine' } })
      expect(code).toBe('system:not_found')
    }
  })
})

describe('DELETE /v0/auth/passkeys/{id}', () => {
  test('it is gone from list and count; its owner is told [PK9]', async () => {
    const { person, client, id } = await withPasskey(app)
    expect((await client.send('DELETE', `${passkeys}/${id}`)).status).toBe(204)
    expect((await client.get(passkeys)).body.passkeys).toEqual([])
    expect((await client.get('/v0/user/me')).body.passkeys).toBe(0)
    expect((await eventsOf(app, person))[0]).toBe('passkey_deleted')
    const [mail] = await mailsTo(app, person.email, 3)
    expect(mail?.subject).toBe('A passkey of your account was deleted')
  })

  test('sessions that it opened end, but for the one that asks; those of others go on', async () => {
    const { person, client, id } = await withPasskey(app)
    const { client: second } = { client: app.client() }
    const { client: third } = { client: app.client() }
    for (const one of [second, third])
      one.cookies.set('__Host-session_id', client.cookies.get('__Host-session_id') ?? '')
    const opened = 'update sessions set passkey_id = $2 where user_id = (select id from users where email = $1)'
    await app.sql(opened, [person.email, id])
    await app.sql(
      `insert into sessions select (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(),
         'token_digest', '\\x' || encode(sha256(s.token_digest), 'hex')))).* from sessions s
       where user_id = (select id from users where email = $1)`,
      [person.email],
    )
    expect((await client.get(passkeys)).body.passkeys).toMatchObject([{ id, is_current: true }])
    expect((await client.get('/v0/auth/sessions')).body.sessions).toHaveLength(2)
    expect((await client.send('DELETE', `${passkeys}/${id}`)).status).toBe(204)
    expect((await client.get('/v0/auth/sessions')).body.sessions).toHaveLength(1)
  })

  test('passkey:last_login_method: the last way in stays, also when two go at once [PK7 TK7]', async () => {
    const { person, client, id } = await withPasskey(app)
    const second = await register(client)
    await app.sql('update users set password_hash = null where email = $1', [person.email])
    const remove = (one: string) => client.send('DELETE', `${passkeys}/${one}`)
    const answers = await Promise.all([id, second.id].map(remove))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 400])
    expect(answers.find(({ status }) => status === 400)?.code).toBe('passkey:last_login_method')
    expect((await client.get('/v0/user/me')).body.passkeys).toBe(1)
  })

  test('one of a domain that is accepted no more is no way in, and may go [PK7]', async () => {
    const { person, client, id } = await withPasskey(app)
    const dead = await register(client)
    await app.sql("update passkeys set rp_id = 'old.example' where id = $1", [dead.id])
    await app.sql('update users set password_hash = null where email = $1', [person.email])
    expect((await client.send('DELETE', `${passkeys}/${id}`)).code).toBe('passkey:last_login_method')
    expect((await client.send('DELETE', `${passkeys}/${dead.id}`)).status).toBe(204)
  })

  test('user:reauthentication_required: the session must be fresh [PK9]', async () => {
    const { person, client, id } = await withPasskey(app)
    await ageSessions(app, person)
    expect((await client.send('DELETE', `${passkeys}/${id}`)).code).toBe('user:reauthentication_required')
  })

  test('system:not_found: somebody else’s, one that is deleted, none', async () => {
    const { client, id } = await withPasskey(app)
    const other = await withPasskey(app)
    expect((await client.send('DELETE', `${passkeys}/${id}`)).status).toBe(204)
    for (const which of [id, other.id, none, 'x'])
      expect((await client.send('DELETE', `${passkeys}/${which}`)).code).toBe('system:not_found')
    expect((await other.client.get('/v0/user/me')).body.passkeys).toBe(1)
  })
})
