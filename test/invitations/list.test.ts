import { expect, test } from 'vitest'
import { said, somebody, unknownId } from '../moderation/support.ts'
import { useApp } from '../support/app.ts'
import { administrator, invited, newHandle, url } from './support.ts'

const app = useApp()

type Shown = { readonly id: string; readonly state: string }

test(`GET ${url} gives pages, newest first, each state by its name, and no count of all`, async () => {
  const admin = await administrator(app)
  const made = []
  for (let turn = 0; turn < 5; turn++) made.push(await invited(app, admin.client))
  const [expired, revoked, accepted] = made
  await app.sql("update invitations set expires_at = now() - interval '1 minute' where id = $1", [expired?.id])
  await admin.client.send('DELETE', `${url}/${revoked?.id}`, { body: { reason: 'a mistake' } })
  await app.client().post('/v0/auth/accept-invitation', { token: accepted?.token, handle: newHandle() })
  const pages: Shown[][] = []
  for (let cursor: unknown; pages.length === 0 || cursor !== undefined; ) {
    const { body } = await admin.client.get(`${url}?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
    pages.push(body.data as Shown[])
    cursor = body.next_cursor
  }
  expect(pages.map((page) => page.length)).toEqual([2, 2, 1])
  expect(pages.flat().map(({ id }) => id)).toEqual(made.map(({ id }) => id).reverse())
  expect(pages.flat().map(({ state }) => state)).toEqual(['open', 'open', 'accepted', 'revoked', 'expired'])
})

test(`GET ${url}/{id} shows it, and neither a token nor its digest [AD8]`, async () => {
  const admin = await administrator(app)
  const { id, email, token } = await invited(app, admin.client, { roles: ['mod'], message: 'Welcome' })
  const answer = await admin.client.get(`${url}/${id}`)
  expect(answer.body).toEqual({
    id,
    email,
    state: 'open',
    roles: ['mod'],
    message: 'Welcome',
    invited_by: admin.id,
    created_at: expect.any(String),
    expires_at: expect.any(String),
  })
  expect(JSON.stringify(answer.body)).not.toContain(token)
})

test('system:not_found for an id that is none, or not known', async () => {
  const { client } = await administrator(app)
  for (const id of [unknownId, 'none'])
    expect(said(await client.get(`${url}/${id}`))).toEqual([404, 'system:not_found'])
})

test.each(['0', '101'])('general:validation_error for a page of %s', async (limit) => {
  const { client } = await administrator(app)
  expect(said(await client.get(`${url}?limit=${limit}`))).toEqual([400, 'general:validation_error'])
})

test('reads need no fresh session; a moderator reads nothing, and a cursor that is none is a bad request', async () => {
  const { client, id } = await administrator(app)
  await app.sql("update sessions set authenticated_at = now() - interval '10 minutes' where user_id = $1", [id])
  expect((await client.get(url)).status).toBe(200)
  expect(said(await client.get(`${url}?cursor=none`))).toEqual([400, 'general:bad_request'])
  const mod = await somebody(app, 'mod')
  expect(said(await mod.client.get(url))).toEqual([403, 'user:permission_insufficient'])
})
