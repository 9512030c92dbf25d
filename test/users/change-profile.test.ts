import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { signedUp, signUp } from '../support/people.ts'

const url = '/v0/user/me'
let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

describe(`PATCH ${url}`, () => {
  test('each field alone; nothing at all changes nothing', async () => {
    const { person, client } = await signedUp(app)
    const patch = async (body?: object) => (await client.send('PATCH', url, { body })).body
    expect(await patch({ bio: 'Analyst\nand poet' })).toMatchObject({ bio: 'Analyst\nand poet', handle: person.handle })
    expect(await patch({ display_name: 'Ada' })).toMatchObject({ bio: 'Analyst\nand poet', display_name: 'Ada' })
    expect(await patch({ handle: `${person.handle}z` })).toMatchObject({
      handle: `${person.handle}z`,
      display_name: 'Ada',
    })
    const before = (await client.get(url)).body
    for (const body of [undefined, {}]) expect(await patch(body)).toEqual(before)
    for (const bio of ['', null]) {
      await patch({ bio: 'x' })
      expect(await patch({ bio })).not.toHaveProperty('bio')
    }
  })

  test('the handle that was given up is free, its own in another case is no conflict', async () => {
    const { person, client } = await signedUp(app)
    expect((await client.send('PATCH', url, { body: { handle: person.handle.toUpperCase() } })).status).toBe(200)
    await client.send('PATCH', url, { body: { handle: `${person.handle}q` } })
    const { client: other } = await signedUp(app)
    expect((await other.send('PATCH', url, { body: { handle: person.handle } })).status).toBe(200)
  })

  test("user:handle_already_exists: of a user, a deleted user, another's reservation; of 10 at once one gets it", async () => {
    const { person, client: owner } = await signedUp(app)
    const waiting = await signUp(app)
    const { client } = await signedUp(app)
    const take = (handle: string, by = client) => by.send('PATCH', url, { body: { handle } })
    expect((await take(person.handle)).code).toBe('user:handle_already_exists')
    await owner.send('DELETE', url, { body: { password: person.password } })
    for (const handle of [person.handle, waiting.handle]) {
      const answer = await take(handle)
      expect([answer.status, answer.code]).toEqual([409, 'user:handle_already_exists'])
    }
    await app.sql('update handles set expires_at = now() where key = $1', [waiting.handle])
    const racers = await Promise.all(Array.from({ length: 10 }, () => signedUp(app)))
    const answers = await Promise.all(racers.map((racer) => take(waiting.handle, racer.client)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('unknown fields are never bound [AZ2]', async () => {
    const { client } = await signedUp(app)
    const before = (await client.get(url)).body
    const body = {
      id: 'x',
      email: 'x@example.com',
      roles: ['admin'],
      is_banned: true,
      has_password: false,
      user_id: 'x',
    }
    expect((await client.send('PATCH', url, { body })).body).toEqual(before)
  })

  test('general:validation_error', async () => {
    const { client } = await signedUp(app)
    for (const body of [
      { handle: 'admin' },
      { display_name: '<b>' },
      { bio: 'x'.repeat(161) },
      { bio: 'a\u0000' },
      { display_name: '' },
    ])
      expect((await client.send('PATCH', url, { body })).code).toBe('general:validation_error')
  })

  test('general:bad_request', async () => {
    const { client } = await signedUp(app)
    for (const body of [{ handle: null }, { display_name: null }, { bio: 1 }])
      expect((await client.send('PATCH', url, { body })).code).toBe('general:bad_request')
  })
})
