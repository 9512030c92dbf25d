import { beforeAll, describe, expect, test } from 'vitest'
import { said, somebody, unknownId } from '../moderation/support.ts'
import { useApp } from '../support/app.ts'
import { appWith } from '../support/mail-way.ts'
import { startOwnRedis } from '../support/redis.ts'
import { made } from './acts.ts'
import { inConsole } from './support.ts'

const app = useApp()
let admin: Awaited<ReturnType<typeof inConsole>>
beforeAll(async () => {
  admin = await inConsole(app)
})

const exportOf = (id: string, by = admin) => by.client.get(`/v0/admin/users/${id}/export`)
const notedOf = (userId: string, on = app) =>
  on.sql(
    `select log.actor_id, log.action, event.type, event.metadata, event.ip_address from moderation_logs log
     join security_events event on event.id = log.id where log.resource_id = $1`,
    [userId],
  )

describe('GET /v0/admin/users/{id}/export', () => {
  test('is what the owner can export, and both logs say that it was done; the owner does not learn by whom', async () => {
    const own = await somebody(app)
    const answer = await exportOf(own.id)
    expect([answer.status, answer.headers['content-disposition']]).toEqual([
      200,
      'attachment; filename="postern-export.json"',
    ])
    expect(await notedOf(own.id)).toEqual([
      { actor_id: admin.id, action: 'user:export', type: 'data_exported', metadata: {}, ip_address: null },
    ])
    const { body: theirs } = await own.client.get('/v0/user/me/export')
    expect(Object.keys(answer.body).sort()).toEqual(Object.keys(theirs).sort())
    expect(answer.body.user).toEqual(theirs.user)
    expect(JSON.stringify(theirs)).not.toContain(admin.id)
  })

  test('user:not_found: nobody, no id, and somebody who is deleted', async () => {
    const gone = await somebody(app)
    await gone.client.send('DELETE', '/v0/user/me', { body: { password: gone.person.password } })
    for (const id of [unknownId, 'nobody', gone.id]) expect(said(await exportOf(id))).toEqual([404, 'user:not_found'])
  })

  test('user:cannot_manage_self, user:cannot_manage_higher_or_equal_role: who is an administrator exports by itself', async () => {
    expect(said(await exportOf(admin.id))).toEqual([403, 'user:cannot_manage_self'])
    const { id } = await made(app, 'admin')
    expect(said(await exportOf(id))).toEqual([403, 'user:cannot_manage_higher_or_equal_role'])
    expect(await notedOf(id)).toEqual([])
  })

  test('user:permission_insufficient: a moderator', async () => {
    const mod = await inConsole(app, 'mod')
    expect(said(await exportOf((await somebody(app)).id, mod))).toEqual([403, 'user:permission_insufficient'])
  })

  test('eventstream:publish_failed: without the stream nothing is sent and nothing noted [FT4]', async () => {
    const redis = await startOwnRedis()
    const own = await appWith({ REDIS_URL: redis.url })
    const [by, { id }] = [await inConsole(own), await somebody(own)]
    await redis.pause()
    expect(said(await exportOf(id, by))).toEqual([503, 'eventstream:publish_failed'])
    expect(await notedOf(id, own)).toEqual([])
    await redis.resume()
    await expect.poll(async () => (await exportOf(id, by)).status, { timeout: 15_000 }).toBe(200)
    await redis.stop()
  })
})
