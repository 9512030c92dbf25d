import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { signedUp, signUp } from '../support/people.ts'

const app = useApp()

const ask = (handle: string) => app.client().get(`/v0/users/handle/${encodeURIComponent(handle)}/available`)
const isFree = async (handle: string) => {
  const { status, body } = await ask(handle)
  expect([status, Object.keys(body)]).toEqual([200, ['available']])
  return body.available
}

const reserved =
  `admin administrator support help system null undefined root moderator staff official mail email info contact
  security abuse noreply no_reply anonymous guest user test`.split(/\s+/)

const malformed: readonly (readonly [string, object])[] = [
  ['abc', { rule: 'min_length', limit: 4 }],
  ['sixteen_letters_', { rule: 'max_length', limit: 15 }],
  ['x'.repeat(1000), { rule: 'max_length', limit: 15 }],
  ['x'.repeat(10_000), { rule: 'max_length', limit: 15 }],
  ['ädalin', { rule: 'charset' }],
  ['ada lin', { rule: 'charset' }],
  ['ada/lin', { rule: 'charset' }],
  ['ada\u0000lin', { rule: 'charset' }],
  ['_ada', { rule: 'format' }],
  ['ada_', { rule: 'format' }],
  ['ada__l', { rule: 'format' }],
  ...reserved.map((handle) => [handle.toUpperCase(), { rule: 'reserved' }] as const),
]

describe('GET /v0/users/handle/{handle}/available', () => {
  test('nobody has it', async () => {
    expect(await isFree('nobody_here')).toBe(true)
  })

  test('of a user, in any case', async () => {
    const { person } = await signedUp(app)
    expect([await isFree(person.handle), await isFree(person.handle.toUpperCase())]).toEqual([false, false])
  })

  test('of a sign-up that waits, until its reservation ends', async () => {
    const { handle } = await signUp(app)
    expect(await isFree(handle)).toBe(false)
    await app.sql("update handles set expires_at = now() - interval '1 second' where key = $1", [handle])
    expect(await isFree(handle)).toBe(true)
  })

  test('given up it is free, of a deleted account never', async () => {
    const { person, client } = await signedUp(app)
    expect((await client.send('PATCH', '/v0/user/me', { body: { handle: 'another_one' } })).status).toBe(200)
    expect([await isFree(person.handle), await isFree('another_one')]).toEqual([true, false])
    const deleted = await client.send('DELETE', '/v0/user/me', { body: { password: person.password } })
    expect(deleted.status).toBe(204)
    expect([await isFree(person.handle), await isFree('another_one')]).toEqual([true, false])
  })

  test('asks for no credential: a dead one is nobody', async () => {
    const headers = { cookie: '__Host-session_id=junk', authorization: 'Bearer junk' }
    const answer = await app.client().get('/v0/users/handle/nobody_here/available', { headers })
    expect([answer.status, answer.setCookies]).toEqual([200, []])
  })

  test.each(malformed)('general:validation_error %j', async (handle, problem) => {
    const answer = await ask(handle)
    expect([answer.status, answer.body]).toEqual([
      400,
      { status: 400, code: 'general:validation_error', fields: [{ path: '/handle', ...problem }] },
    ])
  })

  test('general:validation_error for none at all', async () => {
    expect((await ask('')).code).toBe('general:validation_error')
  })
})
