import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { said, somebody, unknownId } from './support.ts'

const url = '/v0/moderation/logs'
let app: TestApp
let admin: Awaited<ReturnType<typeof somebody>>
let target: Awaited<ReturnType<typeof somebody>>
beforeAll(async () => {
  app = await startApp()
  admin = await somebody(app, 'admin')
  target = await somebody(app)
  for (const act of ['ban', 'unban', 'ban', 'unban', 'ban'])
    await admin.client.post(`/v0/users/${act}`, { user_id: target.id, reason: act })
})
afterAll(() => app.close())

type Entry = { readonly id: string; readonly action: string }
const read = async (query = '') => {
  const { status, body } = await admin.client.get(`${url}?${query}`)
  expect(status).toBe(200)
  return body as { data: Entry[]; has_newer: boolean; has_older: boolean }
}

describe(`GET ${url}`, () => {
  test('newest first, with all that is known of an entry', async () => {
    const { data, has_newer, has_older } = await read()
    expect(data.map(({ action }) => action)).toEqual(['user:ban', 'user:unban', 'user:ban', 'user:unban', 'user:ban'])
    expect([has_newer, has_older]).toEqual([false, false])
    expect(data[0]).toEqual({
      id: expect.any(String),
      action: 'user:ban',
      actor_id: admin.id,
      resource_type: 'User',
      resource_id: target.id,
      reason: 'ban',
      metadata: {},
      created_at: expect.stringMatching(/Z$/),
    })
  })

  test('pages to the older and back to the newer', async () => {
    const all = (await read()).data.map(({ id }) => id)
    const first = await read('limit=2')
    expect([first.data.map(({ id }) => id), first.has_newer, first.has_older]).toEqual([all.slice(0, 2), false, true])
    const second = await read(`limit=2&cursor_id=${all[1]}`)
    expect([second.data.map(({ id }) => id), second.has_newer, second.has_older]).toEqual([all.slice(2, 4), true, true])
    const last = await read(`limit=2&cursor_id=${all[3]}&cursor_direction=Older`)
    expect([last.data.map(({ id }) => id), last.has_newer, last.has_older]).toEqual([all.slice(4), true, false])
    const back = await read(`limit=2&cursor_id=${all[4]}&cursor_direction=Newer`)
    expect([back.data.map(({ id }) => id), back.has_newer, back.has_older]).toEqual([all.slice(2, 4), true, true])
    const top = await read(`limit=2&cursor_id=${all[0]}&cursor_direction=Newer`)
    expect([top.data, top.has_newer, top.has_older]).toEqual([[], false, true])
  })

  test('an entry that there is not has nothing on either side', async () => {
    expect(await read(`cursor_id=${unknownId}`)).toEqual({ data: [], has_newer: false, has_older: false })
  })

  test.each([
    [`actor_id=${unknownId}`, 0],
    [`resource_id=${unknownId}`, 0],
    ['resource_type=User', 5],
    ['actions=user:ban', 3],
    ['actions=user:ban,user:unban', 5],
    ['actions=user:grant_role', 0],
  ])('%s leaves %i', async (query, count) => {
    expect((await read(query)).data).toHaveLength(count)
  })

  test('a moderator may look; nobody can change what was done [LG2]', async () => {
    const mod = await somebody(app, 'mod')
    expect((await mod.client.get(url)).status).toBe(200)
  })

  test('user:permission_insufficient', async () => {
    expect(said(await target.client.get(url))).toEqual([403, 'user:banned'])
    expect(said(await (await somebody(app)).client.get(url))).toEqual([403, 'user:permission_insufficient'])
  })

  test.each([
    ['limit=0', 'general:validation_error', [{ path: '/limit', rule: 'min', limit: 1 }]],
    [
      'cursor_direction=Up',
      'general:validation_error',
      [{ path: '/cursor_direction', rule: 'one_of', values: ['Older', 'Newer'] }],
    ],
    ['resource_type=Post', 'general:validation_error', [{ path: '/resource_type', rule: 'one_of', values: ['User'] }]],
    ['cursor_id=x', 'general:bad_request', [{ path: '/cursor_id', rule: 'type' }]],
    ['actor_id=x', 'general:bad_request', [{ path: '/actor_id', rule: 'type' }]],
  ])('%s: %s', async (query, code, fields) => {
    const answer = await admin.client.get(`${url}?${query}`)
    expect([answer.code, answer.body.fields]).toEqual([code, fields])
  })
})
