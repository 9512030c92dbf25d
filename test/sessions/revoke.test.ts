import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { signedInOnDevice, signedUp } from '../support/people.ts'

const url = '/v0/auth/sessions'
const app = useApp()

type Session = { readonly management_id: string; readonly is_current: boolean }

async function ownId(client: TestClient): Promise<string> {
  const sessions = (await client.get(url)).body.sessions as Session[]
  const id = sessions.find((session) => session.is_current)?.management_id
  if (id === undefined) throw new Error('no session is the current one')
  return id
}

const revoke = (client: TestClient, id: string) => client.send('DELETE', `${url}/${id}`)

/** Two sessions of one account. */
async function signedInTwice() {
  const { person, client } = await signedInOnDevice(app)
  const other = app.client()
  other.cookies.set('__Host-device_id', client.cookies.get('__Host-device_id') ?? '')
  const answer = await other.post('/v0/auth/login', { email: person.email, password: person.password })
  expect(answer.status).toBe(204)
  return { person, client, other }
}

const eventsOf = (email: string) =>
  app.sql<{ metadata: unknown }>(
    "select e.metadata from security_events e join users u on u.id = e.user_id where e.type = 'session_revoked' and u.email = $1",
    [email],
  )

describe(`DELETE ${url}/{management_id}`, () => {
  test('ends that session at once, no other', async () => {
    const { client, other } = await signedInTwice()
    const answer = await revoke(client, await ownId(other))
    expect([answer.status, answer.body, answer.setCookies]).toEqual([204, {}, []])
    const dead = await other.get('/v0/user/me')
    expect([dead.status, dead.code]).toEqual([401, 'user:invalid_session'])
    expect((await client.get('/v0/user/me')).status).toBe(200)
  })

  test('the own current one too', async () => {
    const { client, other } = await signedInTwice()
    expect((await revoke(client, await ownId(client))).status).toBe(204)
    expect((await client.get('/v0/user/me')).code).toBe('user:invalid_session')
    expect((await other.get('/v0/user/me')).status).toBe(200)
  })

  test('by an id in upper case: it is the same UUID', async () => {
    const { client, other } = await signedInTwice()
    expect((await revoke(client, (await ownId(other)).toUpperCase())).status).toBe(204)
    expect((await other.get('/v0/user/me')).code).toBe('user:invalid_session')
  })

  test('of 20 at once: one ends it, nobody gets an error other than that it is gone', async () => {
    const { person, client, other } = await signedInTwice()
    const id = await ownId(other)
    const answers = await Promise.all(Array.from({ length: 20 }, () => revoke(client, id)))
    const outcomes = answers.map(({ status, code }) => code ?? status).sort()
    expect(outcomes).toEqual([204, ...Array.from({ length: 19 }, () => 'system:not_found')])
    expect(await eventsOf(person.email)).toHaveLength(1)
  })

  test('is in the audit', async () => {
    const { person, client, other } = await signedInTwice()
    const id = await ownId(other)
    await revoke(client, id)
    expect(await eventsOf(person.email)).toEqual([{ metadata: { session_id: id } }])
  })

  describe('system:not_found, alike and with nothing in the audit [SE6 AZ3]', () => {
    const expectNotFound = async (client: TestClient, id: string) => {
      const answer = await revoke(client, id)
      expect([id, answer.status, answer.body]).toEqual([id, 404, { status: 404, code: 'system:not_found' }])
    }

    test("another account's, which goes on", async () => {
      const { person, client } = await signedUp(app)
      const { person: victim, client: foreign } = await signedUp(app)
      await expectNotFound(client, await ownId(foreign))
      expect((await foreign.get('/v0/user/me')).body.email).toBe(victim.email)
      for (const { email } of [person, victim]) expect(await eventsOf(email)).toEqual([])
    })

    test('an unknown one, of any version', async () => {
      const { client } = await signedUp(app)
      for (const id of [randomUUID(), '00000000-0000-0000-0000-000000000000', '01890a5d-ac96-774b-bcce-b302099a8057'])
        await expectNotFound(client, id)
    })

    test.each(['1', 'x'.repeat(36), '01890a5d-ac96-774b-bcce-b302099a805', '%00', "'%20or%201=1--", '%F0%9F%92%A9'])(
      'a malformed one: %s',
      async (id) => {
        const { client } = await signedUp(app)
        await expectNotFound(client, id)
        expect((await client.get('/v0/user/me')).status).toBe(200)
      },
    )

    test('one that ended', async () => {
      const { client, other } = await signedInTwice()
      const id = await ownId(other)
      expect((await other.post('/v0/auth/logout')).status).toBe(204)
      await expectNotFound(client, id)
    })

    test('one that expired', async () => {
      const { client, other } = await signedInTwice()
      const id = await ownId(other)
      await app.sql("update sessions set expires_at = now() - interval '1 second' where id = $1", [id])
      await expectNotFound(client, id)
    })
  })
})
