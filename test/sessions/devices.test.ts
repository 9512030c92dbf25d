import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, type Person, signedInOnDevice, signedUp } from '../support/people.ts'

const url = '/v0/auth/devices'
const app = useApp()

type Device = { readonly id: string; readonly user_agent?: string; readonly is_current: boolean }

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

async function listed(client: TestClient): Promise<readonly Device[]> {
  const { status, body } = await client.get(url)
  expect(status).toBe(200)
  return body.devices as Device[]
}

async function ownId(client: TestClient): Promise<string> {
  const id = (await listed(client)).find((device) => device.is_current)?.id
  if (id === undefined) throw new Error('no device is the current one')
  return id
}

const logIn = (client: TestClient, { email, password }: Person) => client.post('/v0/auth/login', { email, password })

/** One more known device of the account; `mails` is how many its address will have got by then. */
async function onAnotherDevice(person: Person, mails: number, userAgent = 'Phone'): Promise<TestClient> {
  const client = app.client()
  expect((await logIn(client, person)).status).toBe(202)
  const token = await mailedToken(app, person.email, mails)
  const headers = { 'user-agent': userAgent }
  expect((await client.post('/v0/auth/device/verify', { token }, { headers })).status).toBe(204)
  return client
}

const forget = (client: TestClient, id: string) => client.send('DELETE', `${url}/${id}`)

async function eventsOf(email: string): Promise<string[]> {
  const rows = await app.sql<{ type: string }>(
    "select e.type from security_events e join users u on u.id = e.user_id where e.type like 'device_%' and u.email = $1 order by e.id",
    [email],
  )
  return rows.map(({ type }) => type)
}

describe(`GET ${url}`, () => {
  test('shows exactly the documented fields', async () => {
    const { client } = await signedInOnDevice(app)
    const answer = await client.get(url)
    expect([answer.status, answer.setCookies, answer.headers['cache-control']]).toEqual([200, [], 'no-store'])
    expect(answer.body).toEqual({
      devices: [
        {
          id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
          created_at: time,
          last_seen_at: time,
          user_agent: 'Postern tests',
          ip_address: '127.0.0.1',
          is_current: true,
        },
      ],
    })
  })

  test('user_agent and ip_address are left out when absent', async () => {
    const { client } = await signedInOnDevice(app)
    await app.sql('update devices set user_agent = null, ip_address = null where id = $1', [await ownId(client)])
    const [bare] = await listed(client)
    expect(bare).not.toHaveProperty('user_agent')
    expect(bare).not.toHaveProperty('ip_address')
  })

  test('none where the account knows none: the verification link makes no device', async () => {
    const { client } = await signedUp(app)
    expect(await listed(client)).toEqual([])
  })

  test('is_current says which one asks; a login on it is seen', async () => {
    const { person, client } = await signedInOnDevice(app)
    const phone = await onAnotherDevice(person, 3)
    const agents = async (asking: TestClient) =>
      (await listed(asking)).map((device) => [device.user_agent, device.is_current])
    expect(await agents(phone)).toEqual([
      ['Phone', true],
      ['Postern tests', false],
    ])
    expect((await logIn(client, person)).status).toBe(204)
    expect(await agents(client)).toEqual([
      ['Postern tests', true],
      ['Phone', false],
    ])
  })

  test('only the own ones', async () => {
    const { client } = await signedInOnDevice(app)
    const { client: other } = await signedInOnDevice(app)
    expect([(await listed(client)).length, (await listed(other)).length]).toEqual([1, 1])
    expect(await ownId(client)).not.toBe(await ownId(other))
  })

  test('the 51st device forgets the one that was seen longest ago', async () => {
    const { person, client: unseen } = await signedInOnDevice(app)
    const used = await onAnotherDevice(person, 3)
    await app.sql("update devices set last_seen_at = now() - interval '1 day' where id = $1", [await ownId(unseen)])
    await app.sql("update devices set created_at = now() - interval '1 year' where id = $1", [await ownId(used)])
    await app.sql(
      `insert into devices (id, user_id, token_digest, created_at, last_seen_at)
       select gen_random_uuid(), u.id, sha256(convert_to(gen_random_uuid()::text, 'UTF8')), now() - interval '2 days', now() - n * interval '1 second'
       from users u, generate_series(1, 48) n where u.email = $1`,
      [person.email],
    )
    expect(await listed(used)).toHaveLength(50)

    const newest = await onAnotherDevice(person, 4)
    const left = await listed(newest)
    expect([left.length, left[0]?.is_current]).toEqual([50, true])
    expect((await logIn(used, person)).status).toBe(204)
    expect((await unseen.get('/v0/user/me')).body.email).toBe(person.email)
    expect((await logIn(unseen, person)).status).toBe(202)
  })

  test('each known device is in the audit', async () => {
    const { person } = await signedInOnDevice(app)
    await onAnotherDevice(person, 3)
    expect(await eventsOf(person.email)).toEqual(['device_added', 'device_added'])
  })
})

describe(`DELETE ${url}/{id}`, () => {
  test('its next login needs a mailed link again; its sessions go on', async () => {
    const { person, client } = await signedInOnDevice(app)
    const phone = await onAnotherDevice(person, 3)
    const answer = await forget(client, await ownId(phone))
    expect([answer.status, answer.body, answer.setCookies]).toEqual([204, {}, []])
    expect((await phone.get('/v0/user/me')).body.email).toBe(person.email)
    expect((await logIn(phone, person)).status).toBe(202)
    expect(await listed(client)).toMatchObject([{ is_current: true }])
    expect((await logIn(client, person)).status).toBe(204)
  })

  test('the own current one too', async () => {
    const { person, client } = await signedInOnDevice(app)
    expect((await forget(client, await ownId(client))).status).toBe(204)
    expect(await listed(client)).toEqual([])
    expect((await logIn(client, person)).status).toBe(202)
  })

  test('is in the audit', async () => {
    const { person, client } = await signedInOnDevice(app)
    await forget(client, await ownId(client))
    expect(await eventsOf(person.email)).toEqual(['device_added', 'device_forgotten'])
  })

  describe('system:not_found, alike and with nothing in the audit [AZ3]', () => {
    const expectNotFound = async (client: TestClient, id: string) => {
      const answer = await forget(client, id)
      expect([id, answer.status, answer.body]).toEqual([id, 404, { status: 404, code: 'system:not_found' }])
    }

    test("another account's, which goes on", async () => {
      const { person, client } = await signedInOnDevice(app)
      const { person: victim, client: foreign } = await signedInOnDevice(app)
      await expectNotFound(client, await ownId(foreign))
      expect((await logIn(foreign, victim)).status).toBe(204)
      for (const { email } of [person, victim]) expect(await eventsOf(email)).toEqual(['device_added'])
    })

    test('one that is forgotten already', async () => {
      const { client } = await signedInOnDevice(app)
      const id = await ownId(client)
      expect((await forget(client, id)).status).toBe(204)
      await expectNotFound(client, id)
    })

    test("an unknown one, a malformed one, a session's", async () => {
      const { client } = await signedInOnDevice(app)
      const [session] = (await client.get('/v0/auth/sessions')).body.sessions as { management_id: string }[]
      for (const id of [randomUUID(), '1', 'x'.repeat(36), '%00', session?.management_id ?? ''])
        await expectNotFound(client, id)
      expect(await listed(client)).toHaveLength(1)
    })
  })
})
