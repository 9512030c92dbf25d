import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { signedInOnDevice, signedUp } from '../support/people.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

type Page = { data: { id: string; type: string }[]; next_cursor?: string }

describe('GET /v0/user/me/security-events', () => {
  const url = '/v0/user/me/security-events'
  test('newest first, one an act', async () => {
    const { client, person } = await signedInOnDevice(app)
    await client.post('/v0/auth/reauthenticate', { password: person.password })
    const { data } = (await client.get(url)).body as Page
    expect(data.map(({ type }) => type)).toEqual(['login_succeeded', 'login_succeeded', 'device_added', 'sign_up'])
    expect(data[0]).toMatchObject({ ip_address: '127.0.0.1', created_at: expect.any(String) })
  })

  test('pages without gaps or doubles while new ones come; a foreign id as cursor shows nothing foreign [AZ3]', async () => {
    const { client } = await signedUp(app)
    const [{ id: userId = '' } = {}] = await app.sql<{ id: string }>('select id from users order by id desc limit 1')
    const add = () =>
      app.sql("insert into security_events (id, user_id, type) values ($1, $2, 'logout')", [randomUUIDv7(), userId])
    for (let time = 0; time < 250; time++) await add()
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = (await client.get(`${url}?limit=100${cursor ? `&cursor=${cursor}` : ''}`)).body as Page
      seen.push(...page.data.map(({ id }) => id))
      cursor = page.next_cursor
      await add()
    } while (cursor)
    expect(new Set(seen).size).toBe(251)
    expect(seen).toHaveLength(251)
    const { client: other } = await signedUp(app)
    const { data } = (await other.get(`${url}?cursor=${seen[0]}`)).body as Page
    for (const { id } of data) expect(seen).not.toContain(id)
    expect(((await client.get(url)).body as Page).data).toHaveLength(20)
  })

  test('general:validation_error for a limit out of its bounds', async () => {
    const { client } = await signedUp(app)
    for (const [limit, problem] of [
      ['0', { rule: 'min', limit: 1 }],
      ['101', { rule: 'max', limit: 100 }],
    ] as const)
      expect((await client.get(`${url}?limit=${limit}`)).body).toMatchObject({
        code: 'general:validation_error',
        fields: [problem],
      })
  })

  test('general:bad_request for what is no number, and no cursor', async () => {
    const { client } = await signedUp(app)
    for (const query of ['limit=x', 'limit=1.5', 'limit=', 'cursor=x'])
      expect([query, (await client.get(`${url}?${query}`)).status]).toEqual([query, 400])
    expect((await client.get(`${url}?limit=x`)).code).toBe('general:bad_request')
    expect((await client.get(`${url}?cursor=x`)).code).toBe('general:bad_request')
  })
})

test('GET /v0/user/me/export: everything of the own account, no secret, as a file', async () => {
  const { client, person } = await signedInOnDevice(app)
  const answer = await client.get('/v0/user/me/export')
  expect(answer.headers['content-disposition']).toMatch(/^attachment/)
  expect(Object.keys(answer.body)).toEqual([
    'exported_at',
    'user',
    'sessions',
    'devices',
    'connections',
    'roles',
    'bans',
    'security_events',
    'files',
  ])
  expect(answer.body).toMatchObject({ user: { email: person.email }, devices: [{ is_current: true }] })
  expect((answer.body.security_events as { type: string }[])[0]?.type).toBe('data_exported')
  expect(JSON.stringify(answer.body)).not.toMatch(/argon2|digest|p[srd]t_/)
})
