import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { said, somebody, unknownId } from './support.ts'

const url = '/v0/users/unban'
let app: TestApp
let admin: Awaited<ReturnType<typeof somebody>>
beforeAll(async () => {
  app = await startApp()
  admin = await somebody(app, 'admin')
})
afterAll(() => app.close())

const post = (path: string, userId: string) => admin.client.post(path, { user_id: userId, reason: 'appeal' })
const unban = (userId: string) => post(url, userId)

describe(`POST ${url}`, () => {
  test('lets the account do what it could before, at once', async () => {
    const target = await somebody(app)
    await post('/v0/users/ban', target.id)
    const answer = await unban(target.id)
    expect([answer.status, answer.body]).toEqual([200, { user_id: target.id }])
    expect((await target.client.get('/v0/auth/sessions')).status).toBe(200)
    const { body: me } = await target.client.get('/v0/user/me')
    expect(me.is_banned).toBe(false)
    expect(me).not.toHaveProperty('ban_reason')
    const types = (await target.client.get('/v0/user/me/security-events')).body.data as { type: string }[]
    expect(types.slice(0, 2).map(({ type }) => type)).toEqual(['unbanned', 'banned'])
  })

  test('user:not_banned: never, no more, or not any longer', async () => {
    const target = await somebody(app)
    expect(said(await unban(target.id))).toEqual([400, 'user:not_banned'])
    await post('/v0/users/ban', target.id)
    await app.sql("update users set banned_until = now() - interval '1 second' where id = $1", [target.id])
    expect(said(await unban(target.id))).toEqual([400, 'user:not_banned'])
  })

  test('user:cannot_manage_self', async () => {
    expect(said(await unban(admin.id))).toEqual([403, 'user:cannot_manage_self'])
  })

  test('user:not_found', async () => {
    expect(said(await unban(unknownId))).toEqual([404, 'user:not_found'])
  })

  test('user:cannot_manage_higher_or_equal_role', async () => {
    const other = await somebody(app, 'admin')
    expect(said(await unban(other.id))).toEqual([403, 'user:cannot_manage_higher_or_equal_role'])
  })
})
