import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { signedUp, signUp } from '../support/people.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

describe('GET /v0/users/profile and /v0/users/profile/id', () => {
  test('what anybody may see; never the address', async () => {
    const { person, client } = await signedUp(app)
    const { id } = (await client.get('/v0/user/me')).body
    await app.sql("insert into user_roles (user_id, role) values ($1, 'mod')", [id])
    const profile = {
      id,
      handle: person.handle,
      display_name: person.display_name,
      roles: ['mod'],
      deactivated: false,
      is_banned: false,
      created_at: expect.any(String),
    }
    for (const query of [`?handle=${person.handle.toUpperCase()}`, `/id?user_id=${id}`])
      expect((await app.client().get(`/v0/users/profile${query}`)).body).toEqual(profile)
    await app.sql(
      "update users set banned_at = now(), banned_until = now() + interval '1 hour', ban_reason = 'spam' where id = $1",
      [id],
    )
    expect((await app.client().get(`/v0/users/profile/id?user_id=${id}`)).body).toMatchObject({
      is_banned: true,
      ban_reason: 'spam',
    })
    await app.sql('update users set banned_until = now() where id = $1', [id])
    expect((await app.client().get(`/v0/users/profile/id?user_id=${id}`)).body).toEqual(profile)
  })

  test('user:not_found, also for a handle that a sign-up holds', async () => {
    const waiting = await signUp(app)
    for (const query of [
      '?handle=nobody_here',
      `?handle=${waiting.handle}`,
      '/id?user_id=01890a5d-ac96-774b-bcce-b302099a8057',
    ]) {
      const answer = await app.client().get(`/v0/users/profile${query}`)
      expect([answer.status, answer.code]).toEqual([404, 'user:not_found'])
    }
  })

  test('general:bad_request', async () => {
    for (const query of ['', '?handle=', '/id', '/id?user_id=x'])
      expect((await app.client().get(`/v0/users/profile${query}`)).code).toBe('general:bad_request')
  })
})

describe('GET /v0/users/handle/{handle}/available', () => {
  const ask = async (handle: string) => (await app.client().get(`/v0/users/handle/${handle}/available`)).body

  test('free, of a user, of a sign-up until its end', async () => {
    const { person } = await signedUp(app)
    const waiting = await signUp(app)
    expect([await ask('nobody_here'), await ask(person.handle), await ask(waiting.handle)]).toEqual([
      { available: true },
      { available: false },
      { available: false },
    ])
    await app.sql('update handles set expires_at = now() where key = $1', [waiting.handle])
    expect(await ask(waiting.handle)).toEqual({ available: true })
  })

  test('general:validation_error for a malformed or reserved one', async () => {
    for (const [handle, rule] of [
      ['abc', 'min_length'],
      ['admin', 'reserved'],
      ['_abcd', 'format'],
    ])
      expect(await ask(handle ?? '')).toMatchObject({
        code: 'general:validation_error',
        fields: [{ path: '/handle', rule }],
      })
  })
})

test('rate_limit:exceeded after 120 look-ups in a minute', async () => {
  const strict = await startApp({ RATE_LIMITS: 'on' })
  for (let time = 0; time < 120; time++) await strict.client().get('/v0/users/profile?handle=nobody_here')
  expect((await strict.client().get('/v0/users/profile?handle=nobody_here')).code).toBe('rate_limit:exceeded')
  await strict.close()
})
