import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { holder, refresh } from './support.ts'

const url = '/v0/auth/token/revoke'
let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

describe(`POST ${url}`, () => {
  test('the whole family ends, without a session; the session goes on', async () => {
    const { client, refreshToken } = await holder(app)
    const child = (await refresh(app, refreshToken)).body.refresh_token
    expect((await app.client().post(url, { refresh_token: refreshToken })).status).toBe(204)
    expect((await refresh(app, child)).code).toBe('user:invalid_token')
    expect((await client.get('/v0/user/me')).status).toBe(200)
  })

  test('by cookie, which is taken back', async () => {
    const { browser } = await holder(app)
    await browser.post('/v0/auth/token')
    const token = browser.cookies.get('__Host-refresh_token')
    const answer = await browser.post(url)
    expect([answer.status, browser.cookies.has('__Host-refresh_token')]).toEqual([204, false])
    expect((await refresh(app, token)).code).toBe('user:invalid_token')
  })

  test('204 for one that nobody knows', async () => {
    for (const token of ['', 'junk', makeToken('refresh').text])
      expect((await app.client().post(url, { refresh_token: token })).status).toBe(204)
  })

  test('user:no_refresh_token', async () => {
    expect((await app.client().post(url)).code).toBe('user:no_refresh_token')
  })

  test('general:bad_request', async () => {
    expect((await app.client().post(url, { refresh_token: 1 })).code).toBe('general:bad_request')
  })
})
