import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { anHourAgo, giveRole, inAnHour, said, somebody, unknownId } from './support.ts'

const url = '/v0/users/roles/grant'
let app: TestApp
let admin: Awaited<ReturnType<typeof somebody>>
beforeAll(async () => {
  app = await startApp()
  admin = await somebody(app, 'admin')
})
afterAll(() => app.close())

const grant = (userId: string, more: object = {}) =>
  admin.client.post(url, { user_id: userId, role: 'mod', reason: 'trusted', ...more })

describe(`POST ${url}`, () => {
  test('gives the role, which opens its routes at once', async () => {
    const target = await somebody(app)
    expect(said(await target.client.get('/v0/moderation/logs'))).toEqual([403, 'user:permission_insufficient'])
    const answer = await grant(target.id)
    expect([answer.status, answer.body]).toEqual([200, { user_id: target.id, role: 'mod', expires_at: null }])
    expect((await target.client.get('/v0/moderation/logs')).status).toBe(200)
    expect((await target.client.get('/v0/user/me')).body.roles).toEqual(['mod'])
  })

  test('until a moment, and anew after it; of a moderator an administrator', async () => {
    const target = await somebody(app)
    const until = inAnHour()
    expect((await grant(target.id, { expires_at: until })).body.expires_at).toBe(until)
    await app.sql("update user_roles set expires_at = now() - interval '1 second' where user_id = $1", [target.id])
    expect((await target.client.get('/v0/user/me')).body).not.toHaveProperty('roles')
    expect((await grant(target.id)).status).toBe(200)
    expect((await grant(target.id, { role: 'admin' })).status).toBe(200)
    expect((await target.client.get('/v0/user/me')).body.roles).toEqual(['admin', 'mod'])
  })

  test('is one event of the account', async () => {
    const target = await somebody(app)
    await grant(target.id)
    const [newest] = (await target.client.get('/v0/user/me/security-events')).body.data as object[]
    expect(newest).toMatchObject({ type: 'role_granted', metadata: { role: 'mod', reason: 'trusted' } })
  })

  test('user:already_has_role, of many at once all but one', async () => {
    const target = await somebody(app)
    const answers = await Promise.all(Array.from({ length: 20 }, () => grant(target.id)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'user:already_has_role')).toHaveLength(19)
  })

  test('user:cannot_manage_self', async () => {
    expect(said(await grant(admin.id))).toEqual([403, 'user:cannot_manage_self'])
  })

  test('user:not_found', async () => {
    expect(said(await grant(unknownId))).toEqual([404, 'user:not_found'])
  })

  test('user:cannot_manage_higher_or_equal_role: an administrator gets no role, nor an end', async () => {
    const other = await somebody(app, 'admin')
    const answer = await grant(other.id, { role: 'admin', expires_at: inAnHour() })
    expect(said(answer)).toEqual([403, 'user:cannot_manage_higher_or_equal_role'])
  })

  test('user:permission_insufficient: a moderator makes no administrator of itself, nor of anybody', async () => {
    const mod = await somebody(app)
    await giveRole(app, mod.id, 'mod')
    const answer = await mod.client.post(url, { user_id: mod.id, role: 'admin', reason: 'x' })
    expect(said(answer)).toEqual([403, 'user:permission_insufficient'])
  })

  test('general:validation_error: a role that there is not, an end that is past', async () => {
    const refused = await grant(unknownId, { role: 'owner', expires_at: anHourAgo() })
    expect(refused.code).toBe('general:validation_error')
    expect(refused.body.fields).toEqual([
      { path: '/role', rule: 'one_of', values: ['admin', 'mod'] },
      { path: '/expires_at', rule: 'future' },
    ])
  })
})
