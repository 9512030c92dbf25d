import { describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { useApp } from '../support/app.ts'
import { holder, refresh, withToken } from './support.ts'

const url = '/v0/auth/token/revoke'
const cookieName = '__Host-refresh_token'
const cleared = `${cookieName}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`
const app = useApp()

const revoke = (refreshToken: unknown) => app.client().post(url, { refresh_token: refreshToken })
const codeOf = async (token: unknown) => (await refresh(app, token)).code

describe(`POST ${url}`, () => {
  test.each(['the used one', 'its child'])('by %s the whole family ends, without a session', async (which) => {
    const { client, accessToken, refreshToken } = await holder(app)
    const other = (await client.post('/v0/auth/token')).body.refresh_token
    const child = (await refresh(app, refreshToken)).body.refresh_token
    const answer = await revoke(which === 'its child' ? child : refreshToken)
    expect([answer.status, answer.body, answer.setCookies]).toEqual([204, {}, []])
    for (const token of [refreshToken, child]) expect(await codeOf(token)).toBe('user:invalid_token')
    // Nobody stole anything.
    expect(await app.sql("select id from security_events where type = 'refresh_reuse_detected'")).toEqual([])
    expect((await client.get('/v0/user/me')).status).toBe(200)
    expect((await withToken(app, accessToken)).status).toBe(200)
    expect(await codeOf(other)).toBeUndefined()
  })

  test('by cookie, which is taken back', async () => {
    const { browser } = await holder(app)
    await browser.post('/v0/auth/token')
    const token = browser.cookies.get(cookieName)
    const answer = await browser.post(url)
    expect([answer.status, answer.setCookies]).toEqual([204, [cleared]])
    expect(await codeOf(token)).toBe('user:invalid_token')
    expect((await browser.get('/v0/user/me')).status).toBe(200)
  })

  test('body first: the cookie stays, and goes on', async () => {
    const { browser, refreshToken } = await holder(app)
    await browser.post('/v0/auth/token')
    const answer = await browser.post(url, { refresh_token: refreshToken })
    expect([answer.status, answer.setCookies]).toEqual([204, []])
    expect(await codeOf(refreshToken)).toBe('user:invalid_token')
    expect((await browser.post('/v0/auth/token/refresh')).status).toBe(200)
  })

  test('204 for one that is revoked, expired or of an ended session', async () => {
    const { browser, refreshToken } = await holder(app)
    await app.sql('update refresh_tokens set expires_at = now()')
    expect((await revoke(refreshToken)).status).toBe(204)
    expect((await revoke(refreshToken)).status).toBe(204)
    await browser.post('/v0/auth/logout')
    expect((await revoke(refreshToken)).status).toBe(204)
  })

  test.each(['', 'junk', makeToken('refresh').text, makeToken('session').text])(
    '204 for one that nobody issued: %j',
    async (token) => {
      expect((await revoke(token)).status).toBe(204)
      const headers = { cookie: `${cookieName}=${token || 'junk'}` }
      const byCookie = await app.client().post(url, undefined, { headers })
      expect([byCookie.status, byCookie.setCookies]).toEqual([204, [cleared]])
    },
  )

  test('user:no_refresh_token', async () => {
    expect((await app.client().post(url, {})).code).toBe('user:no_refresh_token')
    const empty = await app.client().post(url, undefined, { headers: { cookie: `${cookieName}=` } })
    expect([empty.status, empty.code, empty.setCookies]).toEqual([401, 'user:no_refresh_token', []])
  })

  test.each([[null], [1], [{}]])('general:bad_request for %j', async (token) => {
    expect((await revoke(token)).code).toBe('general:bad_request')
  })
})
