import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { said } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { turns } from '../support/long-form.ts'
import { atWork, enterUrl, impersonating, startedBy } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp({ IMPERSONATION: 'event' })
})
afterAll(() => app.close())

const invalid = [400, 'token:invalid_impersonation']

describe(`POST ${enterUrl}`, () => {
  test('opens the account in this browser, until it is closed, and makes it no device that the account knows', async () => {
    const { console, target } = await atWork(app)
    const { token } = await startedBy(console, target.id)
    const browser = app.client()
    const { status, setCookies } = await browser.post(enterUrl, { token })
    expect([status, setCookies]).toEqual([
      204,
      [expect.stringMatching(/^__Host-session_id=pst_[\w-]{49}; Path=\/; HttpOnly; Secure; SameSite=Lax$/)],
    ])
    expect((await browser.get('/v0/user/me')).body.id).toBe(target.id)
    expect((await browser.get('/v0/auth/devices')).body.devices).toEqual([])
  })

  test('leaves the console, and whoever is signed in elsewhere, as they are; another link switches the account', async () => {
    const { admin, console, target } = await atWork(app)
    const other = await atWork(app)
    // The same browser as that of the console: two cookies, so nothing is to be put back.
    for (const { id } of [target, other.target]) {
      const { token } = await startedBy(console, id)
      expect((await console.post(enterUrl, { token })).status).toBe(204)
      expect((await console.get('/v0/user/me')).body.id).toBe(id)
      expect((await console.get('/v0/admin/me')).body.id).toBe(admin.id)
    }
    expect((await target.client.get('/v0/user/me')).status).toBe(200)
    expect((await admin.client.get('/v0/user/me')).body.id).toBe(admin.id)
  })

  test('token:invalid_impersonation: unknown, damaged, of another kind', async () => {
    for (const token of [makeToken('impersonation').text, makeToken('session').text, 'pih_', 'junk'])
      expect(said(await app.client().post(enterUrl, { token }))).toEqual(invalid)
  })

  test('token:invalid_impersonation: used once [AD5]', async () => {
    const { token } = await impersonating(app)
    expect(said(await app.client().post(enterUrl, { token }))).toEqual(invalid)
  })

  test('token:invalid_impersonation: older than a minute [AD5]', async () => {
    const { console, target } = await atWork(app)
    const { id, token } = await startedBy(console, target.id)
    const [left] = await app.sql<{ seconds: number }>(
      'select extract(epoch from expires_at - now())::float8 as seconds from sessions where id = $1',
      [id],
    )
    expect(left?.seconds).toBeLessThanOrEqual(60)
    await app.sql("update sessions set expires_at = now() - interval '1 second' where id = $1", [id])
    expect(said(await app.client().post(enterUrl, { token }))).toEqual(invalid)
  })

  test('token:invalid_impersonation: the console was left idle meanwhile [AD6]', async () => {
    const { admin, console, target } = await atWork(app)
    const { token } = await startedBy(console, target.id)
    await app.sql("update sessions set expires_at = now() where user_id = $1 and kind = 'console'", [admin.id])
    expect(said(await app.client().post(enterUrl, { token }))).toEqual(invalid)
  })

  test('token:invalid_impersonation: IMPERSONATION was switched off meanwhile', async () => {
    const { console, target } = await atWork(app)
    const { token } = await startedBy(console, target.id)
    const off = await startApp({ DATABASE_URL: app.config.databaseUrl })
    expect(said(await off.client().post(enterUrl, { token }))).toEqual(invalid)
    await off.close()
  })

  test('the link’s token opens nothing itself [AD5]', async () => {
    const { console, target } = await atWork(app)
    const { token } = await startedBy(console, target.id)
    const headers = { authorization: `Bearer ${token}` }
    expect(said(await app.client().get('/v0/user/me', { headers }))).toEqual([401, 'user:invalid_session'])
  })

  test('of 50 that use one link at once one is let in [AD5]', async () => {
    const { console, target } = await atWork(app)
    for (let turn = 0; turn < turns(1, 10); turn++) {
      const { token } = await startedBy(console, target.id)
      const answers = await Promise.all(Array.from({ length: 50 }, () => app.client().post(enterUrl, { token })))
      expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
      expect(answers.filter(({ code }) => code === 'token:invalid_impersonation')).toHaveLength(49)
    }
  })

  test('general:bad_request: no token', async () => {
    expect(said(await app.client().post(enterUrl, {}))).toEqual([400, 'general:bad_request'])
  })
})

describe('while the link is being used', () => {
  test.each([
    ['the console is left', async ({ console }: Work) => (await console.send('DELETE', '/v0/admin/session')).status],
    [
      'the owner ends all other sessions',
      async ({ target }: Work) => (await target.client.post('/v0/auth/sessions/revoke-others')).status,
    ],
  ])('%s: either it comes too late or the session has ended too, never anything else [AD5 AD6]', async (_, end) => {
    for (let turn = 0; turn < turns(6, 60); turn++) {
      const work = await atWork(app)
      const { token } = await startedBy(work.console, work.target.id)
      const browser = app.client()
      const [used, ended] = await Promise.all([browser.post(enterUrl, { token }), end(work)])
      expect(ended).toBe(204)
      if (used.status !== 204) expect(said(used)).toEqual(invalid)
      else expect(said(await browser.get('/v0/user/me'))).toEqual([401, 'user:invalid_session'])
    }
  })
})

type Work = Awaited<ReturnType<typeof atWork>>
