import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { startApp, useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { newPerson, type Person, signedUp, signUp } from '../support/people.ts'

const byHandle = '/v0/users/profile'
const byId = '/v0/users/profile/id'
const app = useApp()

const idOf = async (client: TestClient) => String((await client.get('/v0/user/me')).body.id)

async function somebody() {
  const { person, client } = await signedUp(app)
  return { person, client, id: await idOf(client) }
}

const profileOf = async (id: string) => (await app.client().get(`${byId}?user_id=${id}`)).body

const expected = ({ handle, display_name }: Person, id: string) => ({
  id,
  handle,
  display_name,
  deactivated: false,
  is_banned: false,
  created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
})

describe(`GET ${byHandle} and ${byId}`, () => {
  test('show exactly the documented fields, to anybody', async () => {
    const { person, id } = await somebody()
    for (const url of [`${byHandle}?handle=${person.handle}`, `${byId}?user_id=${id}`]) {
      const answer = await app.client().get(url)
      expect([answer.status, answer.body]).toEqual([200, expected(person, id)])
    }
  })

  test('a handle in any case, an id in any case', async () => {
    const { person, id } = await somebody()
    for (const url of [`${byHandle}?handle=${person.handle.toUpperCase()}`, `${byId}?user_id=${id.toUpperCase()}`])
      expect((await app.client().get(url)).body).toEqual(expected(person, id))
  })

  test('a bio, and roles as long as they last, the highest first', async () => {
    const { person, client, id } = await somebody()
    await client.send('PATCH', '/v0/user/me', { body: { bio: 'Analyst' } })
    await app.sql("insert into user_roles (user_id, role) values ($1, 'mod'), ($1, 'admin')", [id])
    expect(await profileOf(id)).toEqual({ ...expected(person, id), bio: 'Analyst', roles: ['admin', 'mod'] })
    await app.sql("update user_roles set expires_at = now() where user_id = $1 and role = 'admin'", [id])
    expect((await profileOf(id)).roles).toEqual(['mod'])
    await app.sql('update user_roles set expires_at = now() where user_id = $1', [id])
    expect(await profileOf(id)).not.toHaveProperty('roles')
  })

  test('a ban as long as it lasts', async () => {
    const { person, id } = await somebody()
    const ban = async (until: string) => {
      await app.sql(`update users set banned_at = now(), banned_until = ${until}, ban_reason = 'spam' where id = $1`, [
        id,
      ])
      return profileOf(id)
    }
    const banned = { ...expected(person, id), is_banned: true, ban_reason: 'spam' }
    expect(await ban("'2099-12-31T23:59:59Z'")).toEqual({ ...banned, banned_until: '2099-12-31T23:59:59.000Z' })
    expect(await ban('null')).toEqual(banned)
    expect(await ban("now() - interval '1 second'")).toEqual(expected(person, id))
  })

  test('a deleted account keeps its id, handle and time', async () => {
    const { person, client, id } = await somebody()
    await client.send('PATCH', '/v0/user/me', { body: { bio: 'Analyst' } })
    await app.sql("insert into user_roles (user_id, role) values ($1, 'mod')", [id])
    await app.sql("update users set banned_at = now(), ban_reason = 'spam' where id = $1", [id])
    const { created_at } = await profileOf(id)
    expect((await client.send('DELETE', '/v0/user/me', { body: { password: person.password } })).status).toBe(204)
    const deleted = { ...expected(person, id), display_name: 'Deleted account', deactivated: true, created_at }
    expect(await profileOf(id)).toEqual(deleted)
    expect((await app.client().get(`${byHandle}?handle=${person.handle}`)).body).toEqual(deleted)
  })

  test('ask for no credential: a dead one is nobody', async () => {
    const { person, id } = await somebody()
    const headers = { cookie: '__Host-session_id=junk', authorization: 'Bearer junk' }
    for (const url of [`${byHandle}?handle=${person.handle}`, `${byId}?user_id=${id}`]) {
      const answer = await app.client().get(url, { headers })
      expect([answer.status, answer.setCookies]).toEqual([200, []])
    }
  })

  describe('user:not_found', () => {
    const expectNobody = async (url: string) => {
      const answer = await app.client().get(url)
      expect([answer.status, answer.body]).toEqual([404, { status: 404, code: 'user:not_found' }])
    }

    test.each(['nobody_here', 'no handle', '!', 'admin', '%25', 'x'.repeat(1000), '%00', 'ada%00'])(
      'nobody has the handle %s',
      (handle) => expectNobody(`${byHandle}?handle=${handle}`),
    )

    test('a sign-up that waits is no user', async () => {
      const { handle } = await signUp(app)
      await expectNobody(`${byHandle}?handle=${handle}`)
    })

    test('an address is no handle', async () => {
      const { person } = await somebody()
      await expectNobody(`${byHandle}?handle=${encodeURIComponent(person.email)}`)
    })

    test('nobody has the handle that was given up, until somebody takes it', async () => {
      const { person, client } = await somebody()
      const url = `${byHandle}?handle=${person.handle}`
      await client.send('PATCH', '/v0/user/me', { body: { handle: `${person.handle}_x` } })
      await expectNobody(url)
      const taker = newPerson({ handle: person.handle })
      const { client: other } = await signedUp(app, taker)
      expect((await app.client().get(url)).body.id).toBe(await idOf(other))
    })

    test('nobody has the id, of whatever version', async () => {
      for (const id of ['01890a5d-ac96-774b-bcce-b302099a8057', randomUUID()])
        await expectNobody(`${byId}?user_id=${id}`)
    })
  })

  test.each([
    [byHandle, 'handle', 'required'],
    [`${byHandle}?handle=`, 'handle', 'required'],
    [`${byHandle}?handle=a&handle=b`, 'handle', 'type'],
    [byId, 'user_id', 'required'],
    [`${byId}?user_id=`, 'user_id', 'required'],
    [`${byId}?user_id=x`, 'user_id', 'format'],
    [`${byId}?user_id=01890a5dac96774bbcceb302099a8057`, 'user_id', 'format'],
    [`${byId}?user_id=01890a5d-ac96-774b-bcce-b302099a8057%0A`, 'user_id', 'format'],
  ])('general:bad_request %s', async (url, field, rule) => {
    const answer = await app.client().get(url)
    expect([answer.status, answer.code, answer.body.fields]).toEqual([
      400,
      'general:bad_request',
      [{ path: `/${field}`, rule }],
    ])
  })
})

test('rate_limit:exceeded: 120 look-ups a minute, profiles and handles together', async () => {
  const strict = await startApp({ RATE_LIMITS: 'on' })
  const nobody = '01890a5d-ac96-774b-bcce-b302099a8057'
  const urls = [`${byHandle}?handle=nobody_here`, `${byId}?user_id=${nobody}`, '/v0/users/handle/nobody_here/available']
  const look = (url: string, remoteAddress = '198.51.100.1') => strict.client().get(url, { remoteAddress })
  const answers = await Promise.all(Array.from({ length: 40 }, () => urls.map((url) => look(url))).flat())
  expect(answers.filter(({ code }) => code === 'rate_limit:exceeded')).toEqual([])
  for (const url of urls) {
    const answer = await look(url)
    expect([answer.status, answer.code]).toEqual([429, 'rate_limit:exceeded'])
    expect(answer.headers['ratelimit-policy']).toBe('"look-up";q=120;w=60')
    expect((await look(url, '198.51.100.2')).code).not.toBe('rate_limit:exceeded')
  }
  await strict.close()
})
