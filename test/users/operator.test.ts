import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { helpUser, type UserAct } from '../../src/users/help-user.ts'
import { revokeRole } from '../../src/users/operate-roles.ts'
import { giveRole, said, somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { mailsTo, signedInOnDevice } from '../support/people.ts'
import { runAdmin } from '../support/server-process.ts'
import { withSetup } from '../totp/support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

/** As an operator runs it. */
const admin = (...parameters: string[]) => runAdmin(app, parameters)
/** The same without a process of its own, which takes a second each. */
const help = (email: string, act: UserAct) => helpUser(app.deps, email, act)
const newestEvent = async (userId: string) =>
  (
    await app.sql('select type, metadata from security_events where user_id = $1 order by created_at desc limit 1', [
      userId,
    ])
  )[0]

describe('npm run admin -- user EMAIL', () => {
  test('shows what helps, and nothing that opens the account [AZ5]', async () => {
    const { person, client } = await signedInOnDevice(app, { display_name: 'Eve ✨' })
    const { id } = (await client.get('/v0/user/me')).body
    const { code, out } = await admin('user', person.email.toUpperCase())
    expect(code).toBe(0)
    for (const [name, value] of Object.entries({
      id,
      email: person.email,
      password: 'set',
      TOTP: 'off',
      sessions: '2',
      devices: '1',
    }))
      expect(out).toMatch(new RegExp(`^${name} +${String(value).replaceAll('.', '\\.')}$`, 'm'))
    expect(out).toContain('device_added')
    const [row] = await app.sql<{ password_hash: string }>('select password_hash from users where id = $1', [id])
    expect(out).not.toContain(row?.password_hash)
  })

  test('end-sessions', async () => {
    const own = await somebody(app)
    expect((await admin('user', own.person.email, 'end-sessions')).code).toBe(0)
    expect(said(await own.client.get('/v0/user/me'))).toEqual([401, 'user:invalid_session'])
    expect(await newestEvent(own.id)).toEqual({ type: 'session_revoked', metadata: { by: 'operator' } })
  })

  test('forget-devices', async () => {
    const { person, client } = await signedInOnDevice(app)
    expect(await help(person.email, 'forget-devices')).toContain('1 devices are forgotten')
    const answer = await client.post('/v0/auth/login', { email: person.email, password: person.password })
    expect(answer.status).toBe(202)
  })

  test('reset-totp: the password alone signs in again, and the owner is told', async () => {
    const own = await somebody(app)
    await app.sql('update users set totp_enabled_at = now() where id = $1', [own.id])
    expect((await admin('user', own.person.email, 'reset-totp')).out).toContain('TOTP is off')
    expect((await own.client.get('/v0/user/me')).body.totp_enabled).toBe(false)
    expect(await newestEvent(own.id)).toEqual({ type: 'totp_disabled', metadata: { by: 'operator' } })
    const [mail] = await mailsTo(app, own.person.email, 2)
    expect(mail?.text).toMatch(/no longer asks for a code/)
    expect(await help(own.person.email, 'reset-totp')).toContain('off already')
  })

  test('confirm-totp: says what it did, and that there is nothing to confirm', async () => {
    const { person } = await withSetup(app)
    expect(await help(person.email, 'confirm-totp')).toContain('TOTP is off')
    await app.sql("update users set totp_enabled_at = '2026-01-02T03:04:05Z' where email = $1", [person.email])
    expect(await help(person.email, 'show')).toContain('a second factor from 2026-01-03T03:04:05.000Z')
    expect((await admin('user', person.email, 'confirm-totp')).out).toContain('count as a second factor from now on')
    expect(await help(person.email, 'show')).toContain('a second factor from 2026-01-02T03:04:05.000Z')
    const [{ id } = {}] = await app.sql<{ id: string }>('select id from users where email = $1', [person.email])
    expect(await newestEvent(String(id))).toEqual({ type: 'totp_confirmed', metadata: { by: 'operator' } })
  })

  test('delete', async () => {
    const own = await somebody(app)
    expect(await help(own.person.email, 'delete')).toContain('erased')
    const { body } = await app.client().get(`/v0/users/profile/id?user_id=${own.id}`)
    expect(body).toMatchObject({ deactivated: true, handle: own.person.handle })
    expect(await help(own.person.email, 'show')).toBeUndefined()
  })

  test('nobody, an act that there is not, and too many words', async () => {
    expect(await admin('user', 'nobody@example.com')).toMatchObject({
      code: 1,
      out: expect.stringContaining('No account'),
    })
    expect(await admin('user', 'nobody@example.com', 'set-password')).toMatchObject({
      code: 1,
      out: expect.stringContaining('There is no act "set-password"'),
    })
    expect((await admin('user', 'nobody@example.com', 'show', 'more')).code).toBe(2)
  })
})

describe('npm run admin -- revoke EMAIL ROLE', () => {
  test('takes the role at once', async () => {
    const mod = await somebody(app, 'mod')
    expect(await admin('revoke', mod.person.email, 'mod')).toMatchObject({
      code: 0,
      out: expect.stringContaining('no more'),
    })
    expect((await mod.client.get('/v0/user/me')).body).not.toHaveProperty('roles')
    expect(await newestEvent(mod.id)).toEqual({ type: 'role_revoked', metadata: { by: 'operator', role: 'mod' } })
    expect(await revokeRole(app.deps, mod.person.email, 'mod')).toBe('not held')
  })

  test('the last administrator stays one, also when two are demoted at once, and cannot be deleted [AZ4]', async () => {
    await app.sql("delete from user_roles where role = 'admin'")
    const [one, two] = [await somebody(app, 'admin'), await somebody(app, 'admin')]
    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.all([one, two].map(({ person }) => revokeRole(app.deps, person.email, 'admin')))
      expect(outcomes.toSorted()).toEqual(['last', 'revoked'])
      const left = await app.sql<{ user_id: string }>("select user_id from user_roles where role = 'admin'")
      expect(left).toHaveLength(1)
      await giveRole(app, left[0]?.user_id === one.id ? two.id : one.id, 'admin')
    }
    await app.sql("delete from user_roles where role = 'admin' and user_id = $1", [two.id])
    for (const parameters of [
      ['revoke', one.person.email, 'admin'],
      ['user', one.person.email, 'delete'],
    ]) {
      const { code, out, err } = await admin(...parameters)
      expect([code, out + err]).toEqual([1, expect.stringContaining('last administrator')])
    }
  })
})
