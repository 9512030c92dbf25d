import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { signedUp } from '../support/people.ts'
import { SoftPasskey, type Twist } from '../support/soft-authenticator.ts'
import { ageSessions, eventsOf } from '../totp/support.ts'
import {
  asked,
  askedAgain,
  bound,
  browserAt,
  passkeys,
  reauthentication,
  register,
  signInWith,
  untilOver,
  useHasty,
  withPasskey,
} from './support.ts'

const app = useApp()
const hasty = useHasty(app)
const restored = useApp({ PASSKEY_SIGNALS: 'off' })

const url = '/v0/auth/reauthenticate'
/** A route that demands a fresh session and changes nothing that these tests look at. */
const freshUrl = '/v0/auth/sessions/revoke-others'

/** Whose sessions were opened long enough ago. */
async function longAgo(passkey = new SoftPasskey(), on = app) {
  const who = await withPasskey(on, passkey)
  await ageSessions(on, who.person)
  return who
}

const prove = async (client: TestClient, passkey: SoftPasskey, twist: Twist = {}) =>
  client.post(url, { credential: passkey.get(await askedAgain(client), twist) })

const outcomeOfFresh = async (client: TestClient) => {
  const { code, status } = await client.post(freshUrl)
  return code ?? status
}

describe(`POST ${reauthentication}`, () => {
  test('asks for the passkeys of the account that work here, and no others [PK10]', async () => {
    const { client, passkey } = await withPasskey(app)
    const dead = await register(client)
    await app.sql("update passkeys set rp_id = 'old.example' where id = $1", [dead.id])
    await withPasskey(app)
    expect(await askedAgain(client)).toEqual({
      public_key: {
        challenge: expect.stringMatching(/^[\w-]{54}$/),
        rpId: 'app.example.com',
        timeout: 300_000,
        userVerification: 'required',
        allowCredentials: [{ id: passkey.id, type: 'public-key', transports: ['internal', 'hybrid'] }],
      },
      expires_at: expect.any(String),
    })
  })

  test('passkey:not_registered: none, or none that works here', async () => {
    const nobody = await signedUp(app)
    const dead = await withPasskey(app)
    await app.sql("update passkeys set rp_id = 'old.example' where id = $1", [dead.id])
    for (const { client } of [nobody, dead])
      expect((await client.post(reauthentication)).code).toBe('passkey:not_registered')
  })
})

describe(`POST ${url} with a passkey`, () => {
  test('the session is fresh, with a user handle or without; the history has it', async () => {
    const { person, client, passkey } = await longAgo()
    for (const twist of [{}, { userHandle: null }]) {
      expect(await outcomeOfFresh(client)).toBe('user:reauthentication_required')
      const answer = await prove(client, passkey, twist)
      expect([answer.status, answer.code, answer.setCookies]).toEqual([204, undefined, []])
      expect((await eventsOf(app, person))[0]).toBe('login_succeeded')
      expect(await outcomeOfFresh(client)).toBe(204)
      await ageSessions(app, person)
    }
  })

  test('of an app, by its bearer; of somebody banned, who may still leave', async () => {
    const { person, client, passkey } = await longAgo()
    const inApp = app.client()
    inApp.headers.authorization = `Bearer ${client.cookies.get('__Host-session_id')}`
    expect((await prove(inApp, passkey)).status).toBe(204)
    await app.sql('update users set banned_at = now() where email = $1', [person.email])
    expect((await prove(client, passkey)).status).toBe(204)
  })

  test('what it shows counts from when the passkey does [AT10]', async () => {
    const { person, client, passkey } = await withPasskey(app)
    const shown = async () => {
      const text = 'select methods from sessions where user_id = (select id from users where email = $1)'
      return (await app.sql(text, [person.email]))[0]?.methods
    }
    const before = await shown()
    expect((await prove(client, passkey)).status).toBe(204)
    expect(await shown()).toEqual(before)
    const old = "update passkeys set created_at = now() - interval '24 hours' where credential_id = $1"
    await app.sql(old, [passkey.credentialId])
    // Of a younger one beside it nothing is shown.
    const younger = await register(client)
    expect((await prove(client, younger.passkey)).status).toBe(204)
    expect(await shown()).toEqual(before)
    for (const _ of [1, 2]) expect((await prove(client, passkey)).status).toBe(204)
    expect(await shown()).toEqual([...(before as string[]), 'passkey'])
  })

  test('of fifty that send the same answer at once, one proves it [PK1 TK1]', async () => {
    const { client, passkey } = await longAgo()
    const credential = passkey.get(await askedAgain(client))
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.post(url, { credential })))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    const refusals = ['passkey:invalid_challenge', 'system:transaction_error']
    for (const { code } of answers.filter(({ status }) => status !== 204)) expect(refusals).toContain(code)
  })

  test('passkey:invalid_challenge: of another session, of another purpose, spent; nothing of it is spent [PK1]', async () => {
    const { client, passkey } = await longAgo()
    const other = app.client()
    expect((await signInWith(other, passkey)).status).toBe(204)
    const credential = passkey.get(await askedAgain(client))
    expect((await other.post(url, { credential })).code).toBe('passkey:invalid_challenge')
    const ofSignIn = passkey.get(await asked(client))
    expect((await client.post(url, { credential: ofSignIn })).code).toBe('passkey:invalid_challenge')
    expect((await client.post('/v0/auth/passkeys/sign-in', { credential })).code).toBe('passkey:invalid_challenge')
    expect(await outcomeOfFresh(client)).toBe('user:reauthentication_required')
    expect((await client.post(url, { credential })).status).toBe(204)
    expect((await client.post(url, { credential })).code).toBe('passkey:invalid_challenge')
  })

  test('passkey:challenge_expired', async () => {
    const { client: owner, passkey } = await longAgo()
    const client = browserAt(hasty, owner)
    const ask = await askedAgain(client)
    await untilOver(ask)
    expect((await client.post(url, { credential: passkey.get(ask) })).code).toBe('passkey:challenge_expired')
  })

  test('passkey:unknown_credential: deleted since it was asked for; never made', async () => {
    const { client, id, passkey } = await withPasskey(app)
    await register(client)
    const ask = await askedAgain(client)
    expect((await client.send('DELETE', `${passkeys}/${id}`)).status).toBe(204)
    const stranger = Object.assign(new SoftPasskey(), { rpId: passkey.rpId, userHandle: passkey.userHandle })
    for (const one of [passkey, stranger])
      expect((await client.post(url, { credential: one.get(ask) })).code).toBe('passkey:unknown_credential')
  })

  test('after a restore, with PASSKEY_SIGNALS=off, none is called unknown', async () => {
    const { client, id, passkey } = await withPasskey(restored)
    await register(client)
    const ask = await askedAgain(client)
    expect((await client.send('DELETE', `${passkeys}/${id}`)).status).toBe(204)
    expect((await client.post(url, { credential: passkey.get(ask) })).code).toBe('passkey:invalid_assertion')
  })

  test('passkey:invalid_assertion: another account’s, which is none the worse for it [PK10]', async () => {
    const { client, passkey } = await longAgo()
    const other = await withPasskey(app, bound(5))
    const ask = await askedAgain(client)
    for (const twist of [{}, { userHandle: null }, { userHandle: passkey.userHandle }]) {
      const credential = other.passkey.get(ask, { ...twist, counter: 9 })
      expect((await client.post(url, { credential })).code).toBe('passkey:invalid_assertion')
    }
    expect(await outcomeOfFresh(client)).toBe('user:reauthentication_required')
    const [row] = await app.sql('select sign_count::int, last_used_at from passkeys where id = $1', [other.id])
    expect(row).toEqual({ sign_count: 5, last_used_at: null })
    expect((await signInWith(app.client(), other.passkey, { counter: 6 })).status).toBe(204)
    // Nor was the challenge spent.
    expect((await client.post(url, { credential: passkey.get(ask) })).status).toBe(204)
  })

  test('passkey:invalid_assertion: nobody verified, another page, one of a domain that is accepted no more [PK2 PK3]', async () => {
    const { client, passkey, id } = await longAgo()
    await register((await withPasskey(app)).client)
    for (const twist of [{ flags: { uv: false } }, { origin: 'https://evil.example' }, { rpId: 'example.com' }])
      expect((await prove(client, passkey, twist)).code).toBe('passkey:invalid_assertion')
    const ask = await askedAgain(client)
    await app.sql("update passkeys set rp_id = 'old.example' where id = $1", [id])
    const credential = passkey.get(ask, { rpId: 'old.example' })
    expect((await client.post(url, { credential })).code).toBe('passkey:invalid_assertion')
    expect(await outcomeOfFresh(client)).toBe('user:reauthentication_required')
  })

  test('passkey:not_registered: the account has none', async () => {
    const { client } = await signedUp(app)
    const { client: other, passkey } = await withPasskey(app)
    const credential = passkey.get(await askedAgain(other))
    expect((await client.post(url, { credential })).code).toBe('passkey:not_registered')
  })

  test('general:bad_request: beside another proof, none that is an object', async () => {
    const { person, client, passkey } = await longAgo()
    const credential = passkey.get(await askedAgain(client))
    const { password } = person
    for (const body of [
      { credential, password },
      { credential, code: '123456' },
      { credential: null },
      { credential: 'a' },
      { credential: { ...credential, response: { ...credential.response, signature: 1 } } },
    ])
      expect([body, (await client.post(url, body)).code]).toEqual([body, 'general:bad_request'])
    expect((await client.post(url, { credential })).status).toBe(204)
  })
})
