import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, newPerson, signedInOnDevice, signedUp } from '../support/people.ts'

const url = '/v0/auth/sessions/revoke-others'
const app = useApp()

/** Three sessions of one account; the client's is one of them. */
async function signedInThrice() {
  const { person, client } = await signedInOnDevice(app)
  const others = [app.client(), app.client()]
  for (const other of others) {
    other.cookies.set('__Host-device_id', client.cookies.get('__Host-device_id') ?? '')
    const answer = await other.post('/v0/auth/login', { email: person.email, password: person.password })
    expect(answer.status).toBe(204)
  }
  return { person, client, others }
}

const age = (email: string, interval: string) =>
  app.sql(
    'update sessions set authenticated_at = now() - $2::interval where user_id = (select id from users where email = $1)',
    [email, interval],
  )

const isSignedIn = async (client: TestClient) => (await client.get('/v0/user/me')).status === 200

describe(`POST ${url}`, () => {
  test('ends every other session of the account, not the own', async () => {
    const { person, client, others } = await signedInThrice()
    const { client: stranger } = await signedUp(app)
    const answer = await client.post(url)
    expect([answer.status, answer.body, answer.setCookies]).toEqual([204, {}, []])
    for (const other of others) expect((await other.get('/v0/user/me')).code).toBe('user:invalid_session')
    expect((await client.get('/v0/user/me')).body.email).toBe(person.email)
    expect((await client.get('/v0/auth/sessions')).body.sessions).toMatchObject([{ is_current: true }])
    expect(await isSignedIn(stranger)).toBe(true)
  })

  test('no address that another session asked for can be confirmed any more [AT7]', async () => {
    const { person, client, others } = await signedInThrice()
    const newEmail = newPerson().email
    await others[0]?.post('/v0/auth/change-email', { password: person.password, new_email: newEmail })
    const token = await mailedToken(app, newEmail)
    expect((await client.post(url)).status).toBe(204)
    const confirmed = await app.client().post('/v0/auth/confirm-email-change', { token })
    expect([confirmed.status, confirmed.code]).toEqual([400, 'token:invalid_email_change'])
    expect((await client.get('/v0/user/me')).body.email).toBe(person.email)
  })

  test('of an app, by its bearer', async () => {
    const { client, others } = await signedInThrice()
    const inApp = app.client()
    inApp.headers.authorization = `Bearer ${client.cookies.get('__Host-session_id')}`
    expect((await inApp.post(url)).status).toBe(204)
    expect(await isSignedIn(inApp)).toBe(true)
    for (const other of others) expect(await isSignedIn(other)).toBe(false)
  })

  test('with no other session it changes nothing, and the devices stay', async () => {
    const { person, client } = await signedInThrice()
    expect((await client.post(url)).status).toBe(204)
    expect((await client.post(url)).status).toBe(204)
    expect((await client.get('/v0/auth/devices')).body.devices).toHaveLength(1)
    expect((await client.post('/v0/auth/login', { email: person.email, password: person.password })).status).toBe(204)
  })

  test('is in the audit', async () => {
    const { person, client } = await signedInThrice()
    await client.post(url)
    const events = await app.sql(
      "select type from security_events where type = 'session_revoked' and user_id = (select id from users where email = $1)",
      [person.email],
    )
    expect(events).toHaveLength(1)
  })

  test('user:reauthentication_required five minutes after the session was opened, until its user proves who it is [SE10]', async () => {
    const { person, client, others } = await signedInThrice()
    await age(person.email, '5 minutes 1 second')
    const answer = await client.post(url)
    expect([answer.status, answer.body, answer.setCookies]).toEqual([
      401,
      { status: 401, code: 'user:reauthentication_required' },
      [],
    ])
    for (const other of others) expect(await isSignedIn(other)).toBe(true)

    expect((await client.post('/v0/auth/reauthenticate', { password: person.password })).status).toBe(204)
    expect((await others[0]?.post(url))?.code).toBe('user:reauthentication_required')
    expect((await client.post(url)).status).toBe(204)
    for (const other of others) expect(await isSignedIn(other)).toBe(false)
  })

  test('shortly before five minutes are over the session is still fresh', async () => {
    const { person, client } = await signedInThrice()
    await age(person.email, '4 minutes 30 seconds')
    expect((await client.post(url)).status).toBe(204)
  })
})
