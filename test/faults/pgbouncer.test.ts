import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { applyMigrations } from '../../src/db/migrate.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { newPerson, signedInOnDevice, signedUp } from '../support/people.ts'
import { type Bouncer, keepsStatements, pgBouncerVersion, startBouncer } from '../support/pgbouncer.ts'

const bearerOf = ({ cookies }: TestClient) => ({ authorization: `Bearer ${cookies.get('__Host-session_id')}` })

describe.runIf(keepsStatements(await pgBouncerVersion()))('behind PgBouncer in transaction mode', () => {
  let database: TestDatabase
  let bouncer: Bouncer
  let replicas: TestApp[]
  beforeAll(async () => {
    database = await createDatabase(inject('postgresUrl'))
    const { host: socketDir, database: name = '' } = new pg.Client({ connectionString: database.url })
    // Fewer connections to PostgreSQL than one replica opens to it, so that they change hands all the time.
    const differently = [['default_pool_size = 20', 'default_pool_size = 4']] as const
    bouncer = await startBouncer({ socketDir, database: name, differently })
    const env = { DATABASE_URL: bouncer.url, DATABASE_DIRECT_URL: database.url }
    const first = await startApp(env)
    replicas = [first, await startApp({ ...env, DATA_DIR: first.config.dataDir })]
  })
  afterAll(async () => {
    for (const app of replicas.toReversed()) await app.close()
    await bouncer.stop()
    await database.drop()
  })

  const [here, there] = [() => replicas[0] as TestApp, () => replicas[1] as TestApp]

  test('statements are prepared once for many connections: whole lives at once, on two replicas', async () => {
    const lives = Array.from({ length: 20 }, async (_, index) => {
      const app = index % 2 ? here() : there()
      const { client, person } = await signedUp(app)
      const next = 'another horse battery staple'
      const changed = { current_password: person.password, new_password: next }
      const answers = [
        await client.get('/v0/user/me'),
        await client.post('/v0/auth/change-password', changed),
        await client.post('/v0/auth/token'),
        await client.get('/v0/auth/sessions'),
        await client.post('/v0/auth/login', { email: person.email, password: next }),
        await client.post('/v0/auth/logout'),
      ]
      return answers.map(({ status }) => status)
    })
    for (const statuses of await Promise.all(lives))
      expect(
        statuses.every((status) => status < 300),
        String(statuses),
      ).toBe(true)
  })

  test('a logout counts on the other replica once it is answered', async () => {
    const { client } = await signedInOnDevice(here())
    const elsewhere = there().client()
    for (const [name, value] of client.cookies) elsewhere.cookies.set(name, value)
    expect((await elsewhere.get('/v0/user/me')).status).toBe(200)
    expect((await client.post('/v0/auth/logout')).status).toBe(204)
    expect((await elsewhere.get('/v0/user/me')).code).toBe('user:invalid_session')
  })

  test('session checks that share a connection are each answered for their own session', async () => {
    const people = await Promise.all(Array.from({ length: 40 }, () => signedUp(here())))
    // Not remembered there yet.
    const asked = people.map(({ client }) =>
      there()
        .client()
        .get('/v0/user/me', { headers: bearerOf(client) }),
    )
    const emails = (await Promise.all(asked)).map(({ body }) => body.email)
    expect(emails).toEqual(people.map(({ person }) => person.email))
  })

  test('migrations through it alone leave no lock behind for the next start [FD60]', async () => {
    const { databaseUrl: url = '' } = here().config
    const said: string[] = []
    const say = (message: string) => void said.push(message)
    for (let start = 0; start < 3; start++) await applyMigrations({ main: url, migration: url, direct: url }, { say })
    expect(said).toEqual([])
  })

  test('of many sign-ups for one handle one is taken', async () => {
    const person = newPerson()
    const rivals = Array.from({ length: 20 }, (_, index) => ({ ...person, email: `rival-${index}@example.com` }))
    const answers = await Promise.all(
      rivals.map((rival, index) => (index % 2 ? here() : there()).client().post('/v0/auth/signup', rival)),
    )
    const codes = answers.map(({ code }) => code ?? 'taken').sort()
    expect(codes).toEqual(['taken', ...Array.from({ length: 19 }, () => 'user:handle_already_exists')].sort())
  })
})
