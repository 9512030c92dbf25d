import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { helpUser } from '../../src/operator/help-user.ts'
import { revokeRole } from '../../src/operator/operate-roles.ts'
import { waitForLock, whileLocked } from '../admin/support.ts'
import { said } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { turns } from '../support/long-form.ts'
import { mailedToken, mailsTo, newPerson, signedUp, signUp } from '../support/people.ts'
import { historyOf } from '../support/provider.ts'
import { administrator, url as adminUrl, beside, invited, newHandle, post } from './support.ts'

let app: TestApp
let admin: Awaited<ReturnType<typeof administrator>>
/** Where people sign up by themselves, which nobody does at `app`. */
let open: TestApp
beforeAll(async () => {
  app = await startApp({ SIGN_UP: 'invite', SIGN_UP_DOMAINS: 'nobody.example' })
  open = (await beside(app, {})).other
  admin = await inviter()
})
afterAll(async () => {
  await open.close()
  await app.close()
})

async function inviter() {
  const made = await administrator(open)
  const client = app.client()
  for (const [name, value] of made.client.cookies) client.cookies.set(name, value)
  return { ...made, client }
}

const password = 'correct horse battery 7'
const accountsOf = (email: string) =>
  app.sql<{ id: string; handle: string; locale: string | null }>(
    'select id, handle, locale from users where email_key = $1',
    [email],
  )
const rolesOf = (id: unknown) => app.sql('select role from user_roles where user_id = $1 order by role', [id])

describe.each(['', '/app'])('POST /v0%s/auth/accept-invitation', (form) => {
  const url = `/v0${form}/auth/accept-invitation`
  const accept = (token: string, more: object = {}, by: TestClient = app.client()) =>
    by.post(url, { token, handle: newHandle(), password, ...more })

  test('an account with that address, signed in on a known device, with SIGN_UP=invite and whatever its domain [AD8 TK3]', async () => {
    const { email, token, id } = await invited(app, admin.client, { locale: 'de' })
    const client = app.client()
    const answer = await accept(token, { display_name: 'A Guest' }, client)
    expect(answer.status).toBe(form === '' ? 204 : 200)
    if (form === '')
      expect(answer.setCookies.map((line) => line.split('=')[0])).toEqual(['__Host-session_id', '__Host-device_id'])
    else client.headers.authorization = `Bearer ${answer.body.token}`
    expect((await client.get('/v0/user/me')).body).toMatchObject({ email, display_name: 'A Guest' })
    expect(await historyOf(client)).toEqual(['device_added', 'sign_up'])
    const [account] = await accountsOf(email)
    expect(account?.locale).toBe('de')
    expect((await admin.client.get(`${adminUrl}/${id}`)).body).toMatchObject({
      state: 'accepted',
      user_id: account?.id,
    })
    expect((await app.client().post('/v0/auth/login', { email, password })).status).toBe(202)
  })

  test('what was proposed counts where nothing else is chosen; without a password it signs in by mail', async () => {
    const handle = newHandle()
    const { email, token } = await invited(app, admin.client, { handle, display_name: 'Proposed' })
    const answer = await app.client().post(url, { token })
    expect(answer.status).toBeLessThan(300)
    expect((await accountsOf(email))[0]?.handle).toBe(handle)
    expect((await app.client().post('/v0/auth/email-sign-in', { email })).status).toBe(202)
  })

  test('its roles, in the log under whoever invited, told to all administrators [AZ4 AT10]', async () => {
    const { email, token } = await invited(app, admin.client, { roles: ['mod'], reason: 'moderates the forum' })
    const before = (await mailsTo(app, admin.person.email, 0)).length
    const handle = newHandle()
    expect((await accept(token, { handle })).status).toBeLessThan(300)
    const [account] = await accountsOf(email)
    expect(await rolesOf(account?.id)).toEqual([{ role: 'mod' }])
    expect(
      await app.sql('select actor_id, action, reason from moderation_logs where resource_id = $1', [account?.id]),
    ).toEqual([{ actor_id: admin.id, action: 'user:grant_role', reason: 'moderates the forum' }])
    const [mail] = await mailsTo(app, admin.person.email, before + 1)
    expect(mail?.text).toContain(handle)
  })

  test('a sign-up that waits for the address ends, password and all [TK3]', async () => {
    const waiting = await signUp(open, newPerson({ password: 'of the sign-up that waits' }))
    const link = await mailedToken(app, waiting.email)
    await post(admin.client, { email: waiting.email })
    const token = await mailedToken(app, waiting.email, 2)
    expect((await accept(token, { handle: waiting.handle })).status).toBeLessThan(300)
    expect((await open.client().post('/v0/auth/verify-email', { token: link })).code).toBe('token:invalid_verification')
    const { email } = waiting
    expect((await app.client().post('/v0/auth/login', { email, password: waiting.password })).code).toBe(
      'auth:invalid_credentials',
    )
  })

  test('token:invalid_invitation: used, unknown, no token, or of another purpose [TK2]', async () => {
    const { token } = await invited(app, admin.client)
    expect((await accept(token)).status).toBeLessThan(300)
    for (const bad of [token, makeToken('mailed').text, makeToken('session').text, 'junk'])
      expect(said(await accept(bad))).toEqual([400, 'token:invalid_invitation'])
    const other = await invited(app, admin.client)
    for (const place of ['verify-email', 'email-sign-in/verify', 'device/verify', 'reset-password'])
      expect(
        (await app.client().post(`/v0/auth/${place}`, { token: other.token, new_password: password })).status,
      ).toBe(400)
    expect((await accept(other.token)).status).toBeLessThan(300)
  })

  test('token:expired_invitation', async () => {
    const { email, token } = await invited(app, admin.client)
    await app.sql("update mailed_tokens set expires_at = now() - interval '1 second' where address_key = $1", [email])
    expect(said(await accept(token))).toEqual([400, 'token:expired_invitation'])
    expect(await accountsOf(email)).toEqual([])
  })

  test.each([
    ['lost the role', 'delete from user_roles where user_id = $1'],
    ['has it no longer', "update user_roles set expires_at = now() - interval '1 second' where user_id = $1"],
    ['is a moderator now', "update user_roles set role = 'mod' where user_id = $1"],
    ['is banned', 'update users set banned_at = now() where id = $1'],
    ['is deleted', 'update users set deleted_at = now() where id = $1'],
  ])('token:invalid_invitation if whoever invited %s [AZ4 AD8]', async (_what, change) => {
    const former = await inviter()
    const { email, token } = await invited(app, former.client, { roles: ['mod'] })
    await app.sql(change, [former.id])
    expect(said(await accept(token))).toEqual([400, 'token:invalid_invitation'])
    expect(await accountsOf(email)).toEqual([])
  })

  test('token:invalid_invitation once the account of whoever invited was taken back [AT7]', async () => {
    const stolen = await inviter()
    const { token } = await invited(app, stolen.client)
    await helpUser(app.deps, stolen.person.email, 'take-back')
    await app.sql("insert into user_roles (user_id, role) values ($1, 'admin') on conflict do nothing", [stolen.id])
    expect(said(await accept(token))).toEqual([400, 'token:invalid_invitation'])
  })

  test('user:handle_already_exists; the invitation is not used up', async () => {
    const { token } = await invited(app, admin.client, { handle: admin.person.handle })
    expect(said(await app.client().post(url, { token, password }))).toEqual([409, 'user:handle_already_exists'])
    expect((await accept(token)).status).toBeLessThan(300)
  })

  test('user:email_already_exists where an account has the address by now', async () => {
    const { email, token } = await invited(app, admin.client)
    await signedUp(open, { email })
    expect(said(await accept(token))).toEqual([409, 'user:email_already_exists'])
  })

  test('password:new_password_missing with EMAIL_SIGN_IN=off, where nothing else would open the account', async () => {
    const { token } = await invited(app, admin.client)
    const { other } = await beside(app, { EMAIL_SIGN_IN: 'off', SIGN_UP: 'invite' })
    const answer = await other.client().post(url, { token, handle: newHandle() })
    expect(said(answer)).toEqual([400, 'password:new_password_missing'])
    await other.close()
  })

  test('password:check_unavailable where it must be looked up and cannot be', async () => {
    const { token } = await invited(app, admin.client)
    const { other } = await beside(app, {
      SIGN_UP: 'invite',
      BREACHED_PASSWORDS_URL: 'http://127.0.0.1:1',
      BREACHED_PASSWORDS_REQUIRED: 'on',
    })
    expect(said(await accept(token, {}, other.client()))).toEqual([503, 'password:check_unavailable'])
    await other.close()
    expect((await accept(token)).status).toBeLessThan(300)
  })

  test('user:sign_up_closed with SIGN_UP=closed; it is not used up [AD8]', async () => {
    const { token } = await invited(app, admin.client)
    const { other } = await beside(app, { SIGN_UP: 'closed' })
    expect(said(await accept(token, {}, other.client()))).toEqual([403, 'user:sign_up_closed'])
    await other.close()
    expect((await accept(token)).status).toBeLessThan(300)
  })

  test('general:bad_request without a handle of anybody; general:validation_error for the own address as password', async () => {
    const { email, token } = await invited(app, admin.client)
    const answer = await app.client().post(url, { token, password })
    expect([...said(answer), answer.body.fields]).toEqual([
      400,
      'general:bad_request',
      [{ path: '/handle', rule: 'required' }],
    ])
    const personal = await accept(token, { password: email })
    expect([personal.code, personal.body.fields]).toEqual([
      'general:validation_error',
      [{ path: '/password', rule: 'personal' }],
    ])
  })

  test('of many that accept at once one makes an account [TK1 AD8]', async () => {
    for (let turn = 0; turn < turns(3, 50); turn++) {
      const { email, token } = await invited(app, admin.client, { email: newPerson().email, roles: ['mod'] })
      const codes = (await Promise.all(Array.from({ length: 8 }, () => accept(token)))).map(({ code }) => code)
      expect(codes.filter((code) => code === undefined)).toHaveLength(1)
      expect(new Set(codes.filter((code) => code !== undefined))).toEqual(new Set(['token:invalid_invitation']))
      expect(await accountsOf(email)).toHaveLength(1)
    }
  })

  test('accepted and revoked at once: an account and no revocation, or neither [AD8]', async () => {
    for (let turn = 0; turn < turns(5, 200); turn++) {
      const { id, email, token } = await invited(app, admin.client)
      const [accepted, revoked] = await Promise.all([
        accept(token),
        admin.client.send('DELETE', `${adminUrl}/${id}`, { body: { reason: 'a race' } }),
      ])
      const accounts = await accountsOf(email)
      if (accepted.status < 300) expect([accounts.length, ...said(revoked)]).toEqual([1, 404, 'system:not_found'])
      else expect([accepted.code, accounts.length, revoked.status]).toEqual(['token:invalid_invitation', 0, 204])
    }
  })

  test('accepted while whoever invited loses the role: no moderator without an administrator behind it [AZ4]', async () => {
    for (let turn = 0; turn < turns(3, 50); turn++) {
      const former = await inviter()
      const { email, token } = await invited(app, former.client, { roles: ['mod'] })
      const [accepted] = await Promise.all([accept(token), revokeRole(app.deps, former.person.email, 'admin')])
      expect(await accountsOf(email)).toHaveLength(accepted.status < 300 ? 1 : 0)
    }
  })

  test('accepted while the account of whoever invited is taken back: neither waits for what the other holds [AT7 AD8]', async () => {
    const stolen = await inviter()
    const { id, email, token } = await invited(app, stolen.client, { roles: ['mod'] })
    let accepting: ReturnType<typeof accept> | undefined
    await whileLocked(app, ['select from users where id = $1 for update', stolen.id], async (query) => {
      accepting = accept(token)
      await waitForLock(app)
      await query('select from mailed_tokens where sign_up_id = $1 for update nowait', [id])
      await query('select from invitations where id = $1 for update nowait', [id])
    })
    expect((await accepting)?.status).toBeLessThan(300)
    for (let turn = 0; turn < turns(2, 50); turn++) {
      const thief = await inviter()
      const next = await invited(app, thief.client, { roles: ['mod'] })
      const [accepted] = await Promise.all([accept(next.token), helpUser(app.deps, thief.person.email, 'take-back')])
      if (accepted.status >= 300) expect(said(accepted)).toEqual([400, 'token:invalid_invitation'])
      expect(await accountsOf(next.email)).toHaveLength(accepted.status < 300 ? 1 : 0)
    }
    expect(await accountsOf(email)).toHaveLength(1)
  })

  test('accepted and a sign-up of the same address verified at once: one account [EM4]', async () => {
    for (let turn = 0; turn < turns(3, 50); turn++) {
      const waiting = await signUp(open, newPerson({ password: 'of the sign-up that waits' }))
      const link = await mailedToken(app, waiting.email)
      await post(admin.client, { email: waiting.email })
      const token = await mailedToken(app, waiting.email, 2)
      const answers = await Promise.all([accept(token), open.client().post('/v0/auth/verify-email', { token: link })])
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(1)
      expect(await accountsOf(waiting.email)).toHaveLength(1)
    }
  })
})

test('a browser that is signed in as somebody else is not switched to the new account', async () => {
  const { token } = await invited(app, admin.client)
  const other = await inviter()
  const answer = await other.client.post('/v0/auth/accept-invitation', { token, handle: newHandle() })
  expect(said(answer)).toEqual([403, 'FORBIDDEN'])
})

test('nothing is left of an invitation with the account that came of it, nor of one for its address [DA2]', async () => {
  const { email, token } = await invited(app, admin.client, { message: 'Welcome' })
  const client = app.client()
  await client.post('/v0/auth/accept-invitation', { token, handle: newHandle(), password })
  const { body } = await client.get('/v0/user/me/export')
  expect(body.invitations).toEqual([expect.objectContaining({ email, message: 'Welcome' })])
  const deleted = await client.send('DELETE', '/v0/user/me', { body: { password } })
  expect(deleted.status).toBe(204)
  expect(await app.sql('select id from invitations where email_key = $1', [email])).toEqual([])
  expect(await app.sql('select id from mailed_tokens where address_key = $1', [email])).toEqual([])
})
