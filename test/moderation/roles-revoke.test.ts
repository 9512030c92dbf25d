import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { giveRole, said, somebody, unknownId } from './support.ts'

const url = '/v0/users/roles/revoke'
let app: TestApp
let admin: Awaited<ReturnType<typeof somebody>>
beforeAll(async () => {
  app = await startApp()
  admin = await somebody(app, 'admin')
})
afterAll(() => app.close())

const revoke = (userId: string, role = 'mod') => admin.client.post(url, { user_id: userId, role, reason: 'inactive' })

describe(`POST ${url}`, () => {
  test('takes the role, and its routes, at once', async () => {
    const target = await somebody(app, 'mod')
    expect((await target.client.get('/v0/moderation/logs')).status).toBe(200)
    const answer = await revoke(target.id)
    expect([answer.status, answer.body]).toEqual([200, { user_id: target.id, role: 'mod' }])
    expect(said(await target.client.get('/v0/moderation/logs'))).toEqual([403, 'user:permission_insufficient'])
    const [newest] = (await target.client.get('/v0/user/me/security-events')).body.data as object[]
    expect(newest).toMatchObject({ type: 'role_revoked', metadata: { role: 'mod', reason: 'inactive' } })
  })

  test('user:does_not_have_role: never, or not any longer', async () => {
    const target = await somebody(app)
    expect(said(await revoke(target.id))).toEqual([400, 'user:does_not_have_role'])
    await giveRole(app, target.id, 'mod', '2020-01-01')
    expect(said(await revoke(target.id))).toEqual([400, 'user:does_not_have_role'])
  })

  test('user:cannot_manage_self', async () => {
    expect(said(await revoke(admin.id, 'admin'))).toEqual([403, 'user:cannot_manage_self'])
  })

  test('user:not_found', async () => {
    expect(said(await revoke(unknownId))).toEqual([404, 'user:not_found'])
  })

  test('user:cannot_manage_higher_or_equal_role: an administrator; also when two go for each other at once [AZ4]', async () => {
    const other = await somebody(app, 'admin')
    const answers = await Promise.all([
      revoke(other.id, 'admin'),
      other.client.post(url, { user_id: admin.id, role: 'admin', reason: 'x' }),
    ])
    expect(answers.map(said)).toEqual([
      [403, 'user:cannot_manage_higher_or_equal_role'],
      [403, 'user:cannot_manage_higher_or_equal_role'],
    ])
  })
})
