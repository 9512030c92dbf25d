import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sweep } from '../../src/worker/sweep.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { makeKey, shapeIssuer, startOtherServer } from '../support/native-provider.ts'
import { newPerson } from '../support/people.ts'
import { type Claims, startProviders } from '../support/provider.ts'

const appUrl = '/v0/app/auth/oauth/google/token'
const tapUrl = '/v0/auth/oauth/google/one-tap/login'
const { provider, env, stop } = await startProviders()
const issuer = await startOtherServer()
const key = await makeKey('one')
let app: TestApp
/** On the same database, as a second process is. */
let other: TestApp
/** Its provider signs with ECDSA. */
let elliptic: TestApp
beforeAll(async () => {
  shapeIssuer(issuer, [key.jwk])
  app = await startApp(env)
  other = await startApp({ ...env, DATABASE_URL: app.config.databaseUrl, KEYS_DIR: app.config.keysDir })
  elliptic = await startApp({ ...env, GOOGLE_ISSUER: issuer.url })
})
afterAll(async () => {
  await Promise.all([other.close(), elliptic.close()])
  await app.close()
  issuer.stop()
  await stop()
})

let subjects = 0
const newcomer = (): Claims => ({ sub: `replay-${++subjects}`, email: newPerson().email, email_verified: true })
const seconds = () => Math.floor(Date.now() / 1000)
const askNonce = async (client: TestClient) =>
  String((await client.get('/v0/auth/oauth/google/one-tap/nonce')).body.nonce)
const sendToApp = (idToken: string, nonce?: string, on = app) => on.client().post(appUrl, { id_token: idToken, nonce })

/** Both ways in with one made of these claims and this header. */
const ways = {
  [appUrl]: async (claims: Claims, header: Claims = {}) =>
    sendToApp(await provider.idToken({ ...newcomer(), ...claims }, header)),
  [tapUrl]: async (claims: Claims, header: Claims = {}) => {
    const client = app.client()
    const nonce = await askNonce(client)
    return client.post(tapUrl, { credential: await provider.idToken({ ...newcomer(), nonce, ...claims }, header) })
  },
}

describe.each(Object.entries(ways))('an ID token at POST %s', (_url, enter) => {
  const day = 24 * 3600
  test.each<[string, () => Claims, Claims?]>([
    ['an age of twelve minutes', () => ({ iat: seconds() - 720 })],
    ['an age of an hour, and another to live', () => ({ iat: seconds() - 3600, exp: seconds() + 3600 })],
    ['an age of fifty years', () => ({ iat: 1 })],
    ['a time of issue to come', () => ({ iat: seconds() + 90 })],
    ['a time of issue in ten years', () => ({ iat: seconds() + 3650 * day, exp: seconds() + 3651 * day })],
    ['a life of more than a day', () => ({ iat: seconds(), exp: seconds() + day + 1 })],
    ['an end in ten years', () => ({ exp: seconds() + 3650 * day })],
    ['an end that no clock reaches', () => ({ exp: Number.MAX_VALUE })],
    ['no time of issue', () => ({ iat: undefined })],
    ['a time of issue that is no number', () => ({ iat: String(seconds()) })],
    ['the kind of an access token', () => ({}), { typ: 'at+jwt' }],
    ['the kind of our own identities', () => ({}), { typ: 'identity+jwt' }],
    ['the kind of a logout token', () => ({}), { typ: 'logout+jwt' }],
    ['the event of a logout', () => ({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })],
    ['no kind and any event', () => ({ events: {} }), { typ: undefined }],
    ['a kind in full', () => ({}), { typ: 'application/at+jwt' }],
    ['a kind that is nothing', () => ({}), { typ: '' }],
    ['a kind that is no text', () => ({}), { typ: ['JWT'] }],
    ['a kind that is null', () => ({}), { typ: null }],
  ])('oauth:invalid_id_token for %s [AT13]', async (_name, claims, header) => {
    expect((await enter(claims(), header)).code).toBe('oauth:invalid_id_token')
  })

  test.each<[string, () => Claims, Claims?]>([
    ['nine minutes of age', () => ({ iat: seconds() - 540 })],
    ['a clock half a minute ahead', () => ({ iat: seconds() + 30 })],
    ['a life of a day, as Apple gives', () => ({ iat: seconds(), exp: seconds() + day })],
    ['no kind', () => ({}), { typ: undefined }],
    ['the kind JWT', () => ({}), { typ: 'JWT' }],
    ['the kind jwt', () => ({}), { typ: 'jwt' }],
  ])('passes with %s', async (_name, claims, header) => {
    expect((await enter(claims(), header)).status).toBe(200)
  })
})

describe('an ID token opens once [AT13]', () => {
  test('of 20 at two processes one, and never again', async () => {
    const idToken = await provider.idToken(newcomer())
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => sendToApp(idToken, undefined, index % 2 ? app : other)),
    )
    expect(all.map(({ status }) => status).toSorted()).toEqual([200, ...Array(19).fill(400)])
    for (const { code } of all.filter(({ status }) => status !== 200)) expect(code).toBe('oauth:invalid_id_token')
    expect((await sendToApp(idToken)).code).toBe('oauth:invalid_id_token')
  })

  test('whatever it opened: a sign-up, a session, a code', async () => {
    const claims = newcomer()
    const send = async () => {
      const idToken = await provider.idToken(claims)
      const answer = await sendToApp(idToken)
      expect((await sendToApp(idToken)).code).toBe('oauth:invalid_id_token')
      return answer
    }
    const { pending_token } = (await send()).body
    const wish = { pending_token, handle: `replayed_${subjects}`, display_name: 'R' }
    expect((await app.client().post('/v0/app/auth/complete-signup', wish)).status).toBe(200)
    expect((await send()).body).toEqual({ token: expect.any(String), device_token: expect.any(String) })
    await app.sql('update users set totp_enabled_at = now() where email = $1', [claims.email])
    expect(Object.keys((await send()).body)).toEqual(['temp_token', 'methods'])
  })

  test('also where its signature is written in another way', async () => {
    const send = (idToken: string) => sendToApp(idToken, undefined, elliptic)
    const make = () => {
      const claims = { ...newcomer(), iss: issuer.url, aud: provider.clientId, iat: seconds(), exp: seconds() + 600 }
      return key.sign(claims)
    }
    // An ECDSA signature (r, s) is as good as (r, -s).
    for (const rewrite of [withSpareBits, withNegatedS]) expect((await send(rewrite(await make()))).status).toBe(200)
    const idToken = await make()
    expect((await send(idToken)).status).toBe(200)
    for (const again of [idToken, withSpareBits(idToken), withNegatedS(idToken)])
      expect((await send(again)).code).toBe('oauth:invalid_id_token')
  })

  test('one that opened nothing is not used up', async () => {
    const idToken = await provider.idToken({ ...newcomer(), nonce: 'mine' })
    expect((await sendToApp(idToken, 'another')).code).toBe('oauth:invalid_id_token')
    expect((await sendToApp(idToken, 'mine')).status).toBe(200)
  })

  test('is remembered until after its end, and forgotten then', async () => {
    const exp = seconds() + 3600
    await sendToApp(await provider.idToken({ ...newcomer(), exp }))
    await sweep(app.deps.db)
    const longer = await app.sql('select from used_id_tokens where expires_at >= to_timestamp($1)', [exp + 60])
    expect(longer.length).toBeGreaterThan(0)
    await app.sql("update used_id_tokens set expires_at = now() - interval '1 second'")
    await sweep(app.deps.db)
    expect(await app.sql('select from used_id_tokens')).toEqual([])
  })
})

describe('an ID token with a nonce that a browser was given is good there alone [AT13]', () => {
  test('oauth:invalid_id_token at the app route for one that One Tap took, and for one that it did not yet take', async () => {
    const client = app.client()
    const used = await askNonce(client)
    const credential = await provider.idToken({ ...newcomer(), nonce: used })
    expect((await client.post(tapUrl, { credential })).status).toBe(200)
    expect((await sendToApp(credential, used)).code).toBe('oauth:invalid_id_token')
    // Another token of the same nonce, as whoever has the nonce may be given one.
    const again = await provider.idToken({ ...newcomer(), nonce: used })
    expect((await sendToApp(again, used)).code).toBe('oauth:invalid_id_token')
    const unused = await askNonce(client)
    const waiting = await provider.idToken({ ...newcomer(), nonce: unused })
    expect((await sendToApp(waiting, unused)).code).toBe('oauth:invalid_id_token')
    expect((await client.post(tapUrl, { credential: waiting })).status).toBe(200)
  })

  test('oauth:invalid_id_token at the app route for the nonce of a code flow', async () => {
    const { auth_url: url } = (await app.client().get('/v0/auth/oauth/google/authorize')).body
    const nonce = new URL(String(url)).searchParams.get('nonce') ?? ''
    expect(nonce).not.toBe('')
    expect((await sendToApp(await provider.idToken({ ...newcomer(), nonce }), nonce)).code).toBe(
      'oauth:invalid_id_token',
    )
  })

  test('oauth:invalid_id_token at One Tap for one that the app route took', async () => {
    const idToken = await provider.idToken({ ...newcomer(), nonce: 'of the app' })
    expect((await sendToApp(idToken, 'of the app')).status).toBe(200)
    const client = app.client()
    await askNonce(client)
    expect((await client.post(tapUrl, { credential: idToken })).code).toBe('oauth:invalid_id_token')
  })
})

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** 64 bytes leave four bits of the last letter to spare, which decoders ignore. */
const withSpareBits = (token: string): string => {
  const last = letters.indexOf(token.at(-1) ?? '')
  return `${token.slice(0, -1)}${letters[last ^ 1]}`
}

/** The order of P-256. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

function withNegatedS(token: string): string {
  const dot = token.lastIndexOf('.')
  const signature = Buffer.from(token.slice(dot + 1), 'base64url')
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`)
  const negated = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex')
  return `${token.slice(0, dot)}.${Buffer.concat([signature.subarray(0, 32), negated]).toString('base64url')}`
}
