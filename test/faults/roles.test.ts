import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { grantToApi } from '../../src/db/grants.ts'
import { applyMigrations } from '../../src/db/migrate.ts'
import { sweep } from '../../src/worker/sweep.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { runStatement, withDatabase } from '../support/database.ts'
import { mailedToken, newPerson, signedInOnDevice } from '../support/people.ts'

const name = `test_${randomUUID().replaceAll('-', '')}`
const [owner, api] = [`${name}_owner`, `${name}_api`]
const server = inject('postgresUrl')

const as = (role: string): string => withDatabase(server, name).replace(/user=\w+/, `user=${role}`)
const env = { DATABASE_URL: as(api), DATABASE_MIGRATION_URL: as(owner) }
let app: TestApp
beforeAll(async () => {
  await runStatement(server, `create role ${owner} login`)
  await runStatement(server, `create role ${api} login`)
  await runStatement(server, `create database ${name} owner ${owner}`)
  app = await startApp(env)
})
afterAll(async () => {
  await app.close()
  await runStatement(server, `drop database ${name} with (force)`)
  for (const role of [api, owner]) await runStatement(server, `drop role ${role}`)
})

async function run(role: string, statement: string): Promise<string> {
  const client = new pg.Client({ connectionString: as(role) })
  await client.connect()
  try {
    await client.query(statement)
    return 'done'
  } catch (error) {
    return (error as { code?: string }).code ?? ''
  } finally {
    await client.end()
  }
}

describe('where the API has a role of its own', () => {
  test('everything works, the sweep as well [DA1]', async () => {
    const { person, client } = await signedInOnDevice(app)
    const fresh = 'a wholly new passphrase'
    await client.post('/v0/auth/change-password', { current_password: person.password, new_password: fresh })
    await app.client().post('/v0/auth/forgot-password', { email: person.email })
    // Before it came the address's proof, the device's link and the notice of the changed password.
    const token = await mailedToken(app, person.email, 4)
    expect((await app.client().post('/v0/auth/reset-password', { token, new_password: person.password })).status).toBe(
      204,
    )
    const { client: other } = await signedInOnDevice(app)
    expect((await other.post('/v0/auth/token')).status).toBe(200)
    expect((await other.post('/v0/auth/totp/setup')).status).toBe(200)
    expect((await other.post('/v0/auth/logout')).status).toBe(204)
    await sweep(app.deps.db)
  })

  test('a start grants without a warning, which would be in the log of the server each time [ST9]', async () => {
    const client = new pg.Client({ connectionString: as(owner) })
    await client.connect()
    const warnings: (string | undefined)[] = []
    client.on('notice', ({ message }) => warnings.push(message))
    await grantToApi(client, [as(api)])
    await client.end()
    expect(warnings).toEqual([])
    expect(await run(api, 'select search_fold(handle) from users')).toBe('done')
  })

  test('the audit can be added to and read, not changed [LG2]', async () => {
    await app.client().post('/v0/auth/login', newPerson())
    expect(await run(api, 'select id from security_events')).toBe('done')
    for (const statement of [
      "update security_events set type = 'x'",
      'delete from security_events',
      'truncate security_events',
      'drop table security_events',
      'alter table security_events add column x text',
      'create table x ()',
      'select * from drizzle.__drizzle_migrations',
    ])
      expect([statement, await run(api, statement)]).toEqual([statement, '42501'])
  })

  test('the audit is swept through its owner, who alone says how long it is kept [LG2 DA3 AT5]', async () => {
    await app.sql('select 1')
    await run(
      owner,
      "insert into security_events (id, type, created_at) select gen_random_uuid(), 'login_failed', now() - interval '401 days' from generate_series(1, 3)",
    )
    const count = async () => (await app.sql('select 1 from security_events')).length
    const before = await count()
    for (const statement of [
      "create or replace function events_kept() returns interval language sql immutable as 'select interval ''0 days'''",
      'drop function events_kept()',
      'drop function sweep_security_events(integer)',
    ])
      expect([statement, await run(api, statement)]).toEqual([statement, '42501'])
    await sweep(app.deps.db)
    expect(await count()).toBe(before - 3)
  })

  test('while others start, its rights stay what they are [LG2]', async () => {
    const watcher = new pg.Client({ connectionString: as(api) })
    await watcher.connect()
    const urls = { main: as(api), migration: as(owner), direct: as(api) }
    let isOver = false
    const starts = (async () => {
      for (let start = 0; start < 10; start++) await applyMigrations(urls)
    })().finally(() => {
      isOver = true
    })
    const seen = new Set<string>()
    while (!isOver) {
      const { rows } = await watcher.query(
        "select has_table_privilege('security_events', 'insert') as adds, has_table_privilege('security_events', 'update') as changes",
      )
      seen.add(JSON.stringify(rows[0]))
    }
    await starts
    await watcher.end()
    expect([...seen]).toEqual([JSON.stringify({ adds: true, changes: false })])
  })

  test('what is personal in it is erased with the account, through the owner [LG2 DA2]', async () => {
    const { person, client } = await signedInOnDevice(app)
    const { id } = (await client.get('/v0/user/me')).body
    expect((await client.send('DELETE', '/v0/user/me', { body: { password: person.password } })).status).toBe(204)
    const rows = await app.sql('select ip_address, user_agent, metadata from security_events where user_id = $1', [id])
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row).toEqual({ ip_address: null, user_agent: null, metadata: null })
  })

  test('a grant too many is taken back at the next start', async () => {
    expect(await run(owner, `grant all on security_events to ${api}`)).toBe('done')
    expect(await run(api, 'delete from security_events where false')).toBe('done')
    const second = await startApp(env)
    expect(await run(api, 'delete from security_events where false')).toBe('42501')
    await second.close()
  })
})
