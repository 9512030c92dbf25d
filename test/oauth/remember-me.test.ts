import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { arrive, newcomer, startProviders } from '../support/provider.ts'

const { provider, env, stop } = await startProviders()
let app: TestApp
beforeAll(async () => {
  app = await startApp(env)
})
afterAll(async () => {
  await app.close()
  await stop()
})

let handles = 0
const sessionCookieOf = ({ setCookies }: Answer) => setCookies.find((line) => line.startsWith('__Host-session_id=pst_'))
const complete = (client: TestClient, { body }: Answer) =>
  client.post('/v0/auth/complete-signup', {
    pending_token: body.pending_token,
    handle: `remember_${++handles}`,
    display_name: 'R',
  })

/** The two ways of a browser, each with its wish. */
const ways = {
  'the code flow': async (client: TestClient, who: object, wish: boolean | undefined) => {
    provider.reset(who as never)
    const query = wish === undefined ? '' : `?remember_me=${wish}`
    return client.post('/v0/auth/oauth/google/login', await arrive(client, 'google', query))
  },
  'One Tap': async (client: TestClient, who: object, wish: boolean | undefined) => {
    const { nonce } = (await client.get('/v0/auth/oauth/google/one-tap/nonce')).body
    const credential = await provider.idToken({ ...who, nonce })
    return client.post('/v0/auth/oauth/google/one-tap/login', { credential, remember_me: wish })
  },
}

describe.each(Object.entries(ways))('remember_me through %s', (_name, enter) => {
  test.each([
    [true, /; Max-Age=2592000; /],
    [false, /^[^;]+; Path=/],
    [undefined, /^[^;]+; Path=/],
  ])('%j: at the sign-up, at every sign-in, and while a code is waited for [FD13]', async (wish, cookie) => {
    const who = newcomer()
    const client = app.client()
    expect(sessionCookieOf(await complete(client, await enter(client, who, wish)))).toMatch(cookie)
    const browser = app.client()
    for (const _time of ['on a new device', 'on the same one'])
      expect(sessionCookieOf(await enter(browser, who, wish))).toMatch(cookie)
    await app.sql('update users set totp_enabled_at = now() where email = $1', [who.email])
    await enter(app.client(), who, wish)
    const held = await app.sql('select remember_me from pending_logins order by created_at desc limit 1')
    expect(held).toEqual([{ remember_me: wish === true }])
    await app.sql('update users set totp_enabled_at = null where email = $1', [who.email])
    // What a way was begun with is its own: the next one is asked anew.
    expect(sessionCookieOf(await enter(browser, who, undefined))).toMatch(/^[^;]+; Path=/)
  })
})

test('in an app the session is remembered as it is with a password [FD13]', async () => {
  const who = newcomer()
  const post = async (client: TestClient) =>
    client.post('/v0/app/auth/oauth/google/token', { id_token: await provider.idToken(who), remember_me: true })
  const client = app.client()
  const wish = { handle: `remember_${++handles}`, display_name: 'R' }
  const { pending_token } = (await post(client)).body
  expect((await client.post('/v0/app/auth/complete-signup', { pending_token, ...wish })).status).toBe(200)
  const sessions = await app.sql(
    'select remember_me from sessions s join users u on u.id = s.user_id where u.email = $1',
    [who.email],
  )
  expect(sessions).toEqual([{ remember_me: true }])
})

test.each(['yes', '1', 'TRUE', ''])('general:validation_error for remember_me=%s', async (text) => {
  const { code, body } = await app.client().get(`/v0/auth/oauth/google/authorize?remember_me=${text}`)
  expect([code, body.fields]).toEqual([
    'general:validation_error',
    [{ path: '/remember_me', rule: 'one_of', values: ['true', 'false'] }],
  ])
})

test.each([
  ['Ünïcode Näme', 'Unicode_Name'],
  ['Łukasz Straße', 'Lukasz_Strasse'],
  ['Фёдор Иванов', 'Fedor_Ivanov'],
  ['Σωκράτης', 'Sokratis'],
  ['Nguyễn Văn An', 'Nguyen_Van_An'],
  ['Søren_Ærø', 'Soren_Aero'],
  ['田中さん', /^[A-Za-z0-9_]{4,15}$/],
  ['U\u0308mla\u0308ut', 'Umlaut'],
])('suggested_handle of %s is in Latin letters [FD15]', async (name, handle) => {
  provider.reset({ ...newcomer(), preferred_username: name } as never)
  const client = app.client()
  const { body } = await client.post('/v0/auth/oauth/google/login', await arrive(client, 'google'))
  expect(body.suggested_handle).toEqual(typeof handle === 'string' ? handle : expect.stringMatching(handle))
})
