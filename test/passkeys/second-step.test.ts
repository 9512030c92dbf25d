import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { SoftPasskey, Twist } from '../support/soft-authenticator.ts'
import { ageTotp, onDeviceOf, tempToken, withTotp } from '../totp/support.ts'
import { asked, browserAt, passkeys, register, untilOver, useHasty, withPasskey } from './support.ts'

const app = useApp()
const hasty = useHasty(app)

const browserUrl = '/v0/auth/passkeys/second-step'
const appUrl = '/v0/app/auth/passkeys/second-step'

async function withBoth(on = app) {
  const made = await withTotp(on)
  return { ...made, ...(await register(made.client)) }
}

/** Of the account's, with a temp_token each. */
const waiting = async (on: typeof app, who: Awaited<ReturnType<typeof withTotp>>) => {
  const client = on.client()
  return { client, temp_token: await tempToken(client, who.person) }
}

describe.each([browserUrl, appUrl])('POST %s/options', (url) => {
  test('asks for the passkeys of the account alone [PK10]', async () => {
    const who = await withBoth()
    const { client, temp_token } = await waiting(app, who)
    const { status, body } = await client.post(`${url}/options`, { temp_token })
    expect([status, body.public_key]).toMatchObject([
      200,
      { userVerification: 'required', allowCredentials: [{ id: who.passkey.id, type: 'public-key' }] },
    ])
  })

  test('passkey:not_registered: none, or none that works here', async () => {
    const without = await withTotp(app)
    const dead = await withBoth()
    await app.sql("update passkeys set rp_id = 'old.example' where id = $1", [dead.id])
    for (const who of [without, dead]) {
      const { client, temp_token } = await waiting(app, who)
      expect((await client.post(`${url}/options`, { temp_token })).code).toBe('passkey:not_registered')
    }
  })

  test('totp:temp_token_invalid; totp:temp_token_expired', async () => {
    const who = await withBoth()
    expect((await app.client().post(`${url}/options`, { temp_token: 'x' })).code).toBe('totp:temp_token_invalid')
    const { client, temp_token } = await waiting(app, who)
    await app.sql('update pending_logins set expires_at = now()')
    expect((await client.post(`${url}/options`, { temp_token })).code).toBe('totp:temp_token_expired')
  })
})

describe.each([browserUrl, appUrl])('POST %s', (url) => {
  const answer = async (
    { client, temp_token }: Awaited<ReturnType<typeof waiting>>,
    passkey: SoftPasskey,
    twist: Twist = {},
  ) => {
    const { body } = await client.post(`${url}/options`, { temp_token })
    return client.post(url, { temp_token, credential: passkey.get(body, twist) })
  }

  test('takes the place of the code, with a user handle or without', async () => {
    const who = await withBoth()
    for (const twist of [{}, { userHandle: null }]) {
      const { status, code } = await answer(await waiting(app, who), who.passkey, twist)
      expect([status, code]).toEqual([url === browserUrl ? 204 : 200, undefined])
    }
  })

  test('passkey:invalid_challenge: of another sign-in, spent, of another purpose', async () => {
    const who = await withBoth()
    const [one, other] = [await waiting(app, who), await waiting(app, who)]
    const { body } = await one.client.post(`${url}/options`, one)
    const credential = who.passkey.get(body)
    const send = (to: typeof one, what: object) => to.client.post(url, { temp_token: to.temp_token, credential: what })
    expect((await send(other, credential)).code).toBe('passkey:invalid_challenge')
    expect((await send(one, who.passkey.get(await asked(one.client)))).code).toBe('passkey:invalid_challenge')
    expect((await send(one, credential)).status).toBeLessThan(300)
    expect((await send(one, credential)).code).toBe('totp:temp_token_invalid')
  })

  test('passkey:challenge_expired', async () => {
    const who = await withBoth()
    const { client: browser, temp_token } = await waiting(app, who)
    const client = browserAt(hasty, browser)
    const { body } = await client.post(`${url}/options`, { temp_token })
    await untilOver(body)
    expect((await client.post(url, { temp_token, credential: who.passkey.get(body) })).code).toBe(
      'passkey:challenge_expired',
    )
  })

  test('passkey:unknown_credential; totp:temp_token_expired', async () => {
    const who = await withBoth()
    const there = await waiting(app, who)
    const { body } = await there.client.post(`${url}/options`, there)
    expect((await who.client.send('DELETE', `${passkeys}/${who.id}`)).status).toBe(204)
    const send = () => there.client.post(url, { temp_token: there.temp_token, credential: who.passkey.get(body) })
    expect((await send()).code).toBe('passkey:unknown_credential')
    await app.sql('update pending_logins set expires_at = now()')
    expect((await send()).code).toBe('totp:temp_token_expired')
  })

  test('passkey:invalid_assertion: the passkey of another account, which is none the worse for it [PK10]', async () => {
    const who = await withBoth()
    const other = await withPasskey(app)
    const there = await waiting(app, who)
    for (const twist of [{}, { userHandle: null }, { userHandle: who.passkey.userHandle }])
      expect((await answer(there, other.passkey, twist)).code).toBe('passkey:invalid_assertion')
    expect((await answer(there, who.passkey, { flags: { uv: false } })).code).toBe('passkey:invalid_assertion')
    expect((await answer(there, who.passkey)).status).toBeLessThan(300)
  })
})

test('the 202 of a sign-in says by what it goes on: a passkey where the account has one', async () => {
  const who = await withTotp(app)
  const methodsOf = async () => (await app.client().post('/v0/auth/login', who.person)).body.methods
  expect(await methodsOf()).toEqual(['totp', 'backup_code'])
  await register(who.client)
  expect(await methodsOf()).toEqual(['totp', 'backup_code', 'passkey'])
})

test('a password and a passkey that counts show two factors [AT10]', async () => {
  const who = await withBoth()
  await ageTotp(app, who.person)
  await app.sql("update passkeys set created_at = now() - interval '1 day' where id = $1", [who.id])
  const { client, temp_token } = await waiting(app, who)
  const { body } = await client.post(`${browserUrl}/options`, { temp_token })
  expect((await client.post(browserUrl, { temp_token, credential: who.passkey.get(body) })).status).toBe(204)
  const [row] = await app.sql('select methods, passkey_id from sessions order by created_at desc limit 1')
  expect(row).toEqual({ methods: ['password', 'passkey'], passkey_id: who.id })
  expect(onDeviceOf(app, client).cookies.size).toBe(1)
})
