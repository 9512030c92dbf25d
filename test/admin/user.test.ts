import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { said, somebody, unknownId } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { makePasskeys } from '../support/factories.ts'
import { appWith } from '../support/mail-way.ts'
import { readOpenApi } from '../support/openapi.ts'
import { signedInOnDevice } from '../support/people.ts'
import { prolongBlocks, withTotp } from '../totp/support.ts'
import { inConsole } from './support.ts'

let app: TestApp
let admin: Awaited<ReturnType<typeof inConsole>>
let mod: Awaited<ReturnType<typeof inConsole>>
beforeAll(async () => {
  app = await startApp()
  ;[admin, mod] = [await inConsole(app), await inConsole(app, 'mod')]
})
afterAll(() => app.close())

const at = (id: string, more = '') => `/v0/admin/users/${id}${more}`
const idOf = async ({ client }: { readonly client: (typeof admin)['client'] }) =>
  String((await client.get('/v0/user/me')).body.id)

/** Somebody who has one of everything. */
async function rich() {
  const own = await withTotp(app)
  const id = await idOf(own)
  const [passkey] = await makePasskeys(app.deps.pool, [{ id }])
  await app.sql(
    `insert into oauth_identities (id, user_id, provider_id, issuer, subject, email)
     values (gen_random_uuid(), $1, 'google', 'g', 'subject ' || $1::uuid, 'ada@google.example')`,
    [id],
  )
  return { ...own, id, passkey }
}

describe('GET /v0/admin/users/{id}', () => {
  test('shows an account with its ban, its locks and how many it has of what', async () => {
    const own = await rich()
    await own.client.send('PATCH', '/v0/user/me', { body: { bio: 'Analyst', locale: 'de' } })
    const ban = { user_id: own.id, reason: 'spam' }
    expect((await admin.client.post('/v0/users/ban', ban)).status).toBe(200)
    const { status, body } = await mod.client.get(at(own.id))
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        id: own.id,
        email: own.person.email,
        status: 'banned',
        factors: ['password', 'totp', 'passkey', 'oauth:google'],
        bio: 'Analyst',
        locale: 'de',
        ban: { reason: 'spam', banned_at: expect.any(String) },
        locks: [],
        counts: {
          sessions: expect.any(Number),
          devices: expect.any(Number),
          passkeys: 1,
          connections: 1,
          waiting_mails: expect.any(Number),
        },
      }),
    ])
    expect((body.counts as { sessions: number }).sessions).toBeGreaterThan(0)
  })

  test('says what keeps its owner out', async () => {
    const limited = await appWith({ RATE_LIMITS: 'on' })
    const { id, person } = await somebody(limited)
    for (let n = 0; n < 6; n++)
      await limited.client().post('/v0/auth/login', { email: person.email, password: 'wrong' })
    await prolongBlocks(limited)
    const { client } = await inConsole(limited)
    expect((await client.get(at(id))).body.locks).toEqual([{ of: expect.any(String), until: expect.any(String) }])
  })

  test('of a deleted account: that it is, and nothing personal', async () => {
    const { id, client, person } = await somebody(app)
    const { password } = person
    expect((await client.send('DELETE', '/v0/user/me', { body: { password } })).status).toBe(204)
    const { body } = await admin.client.get(at(id))
    expect(body).toMatchObject({ status: 'deleted', email: '', display_name: '', deleted_at: expect.any(String) })
  })
})

/** An account and what it has, and whether moderators may read it. */
const things: readonly (readonly [path: string, isForModerators: boolean])[] = [
  ['', true],
  ['/sessions', true],
  ['/devices', true],
  ['/security-events', true],
  ['/passkeys', false],
  ['/connections', false],
]

describe.each(things)('GET /v0/admin/users/{id}%s', (path, isForModerators) => {
  test('user:not_found: nobody has the id, or it is none', async () => {
    for (const id of [unknownId, 'nobody'])
      expect(said(await admin.client.get(at(id, path)))).toEqual([404, 'user:not_found'])
  })

  test('moderators read accounts, sessions and the history, and nothing else', async () => {
    const answer = await mod.client.get(at(mod.id, path))
    expect(said(answer)).toEqual(isForModerators ? [200, undefined] : [403, 'user:permission_insufficient'])
  })
})

describe('what an account has', () => {
  test('sessions and devices are those that its owner sees', async () => {
    const { client } = await signedInOnDevice(app)
    const id = await idOf({ client })
    for (const [path, own, name] of [
      ['/sessions', '/v0/auth/sessions', 'sessions'],
      ['/devices', '/v0/auth/devices', 'devices'],
    ] as const) {
      const { body } = await client.get(own)
      const theirs = (body[name] as { is_current: boolean }[]).map((one) => ({ ...one, is_current: false }))
      expect(theirs.length).toBeGreaterThan(0)
      expect((await mod.client.get(at(id, path))).body[name]).toEqual(theirs)
    }
    const { body } = await admin.client.get(at(admin.id, '/sessions'))
    const current = (body.sessions as { kind?: string; is_current: boolean }[]).filter((one) => one.is_current)
    expect(current.map(({ kind }) => kind)).toEqual(['console'])
  })

  test('passkeys without what browsers know them by; connections with their addresses [AD2]', async () => {
    const { id, passkey } = await rich()
    const { body } = await admin.client.get(at(id, '/passkeys'))
    expect(body.passkeys).toEqual([
      {
        id: passkey?.rowId,
        name: 'Bulk',
        domain: 'localhost',
        works: expect.any(Boolean),
        created_at: expect.any(String),
        backed_up: true,
      },
    ])
    expect((await admin.client.get(at(id, '/connections'))).body.connections).toEqual([
      { provider: 'google', email: 'ada@google.example', created_at: expect.any(String) },
    ])
  })

  test('the history in pages, of some types', async () => {
    const { id, client } = await somebody(app)
    for (const reason of ['one', 'two']) {
      await admin.client.post('/v0/users/ban', { user_id: id, reason })
      await admin.client.post('/v0/users/unban', { user_id: id, reason })
    }
    const own = (await client.get('/v0/user/me/security-events?limit=100')).body.data
    const first = await mod.client.get(at(id, '/security-events?limit=3'))
    const rest = await mod.client.get(at(id, `/security-events?limit=100&cursor=${first.body.next_cursor}`))
    expect([...(first.body.data as unknown[]), ...(rest.body.data as unknown[])]).toEqual(own)
    const bans = await mod.client.get(at(id, '/security-events?types=banned,unbanned'))
    const types = (bans.body.data as { type: string }[]).map(({ type }) => type)
    expect(types).toEqual(['unbanned', 'banned', 'unbanned', 'banned'])
    expect(said(await mod.client.get(at(id, '/security-events?types=a;b')))).toEqual([400, 'general:validation_error'])
    expect(said(await mod.client.get(at(id, '/security-events?cursor=junk')))).toEqual([400, 'general:bad_request'])
  })
})

describe('no body of administration', () => {
  /** Every secret that the tables hold, as text could show it. What a passkey is called by is none. */
  async function storedSecrets(): Promise<string[]> {
    const columns = await app.sql<{ table: string; column: string }>(
      `select table_name as table, column_name as column from information_schema.columns
       where table_schema = 'public' and data_type = 'bytea' and column_name <> 'credential_id'`,
    )
    const found: string[] = []
    for (const { table, column } of columns) {
      const rows = await app.sql<{ value: Buffer }>(
        `select "${column}" as value from "${table}" where "${column}" is not null`,
      )
      for (const { value } of rows)
        if (value.length >= 8)
          found.push(...(['hex', 'base64', 'base64url'] as const).map((form) => value.toString(form)))
    }
    const hashes = await app.sql<{ hash: string }>(
      'select password_hash as hash from users where password_hash is not null',
    )
    return [...found, ...hashes.map(({ hash }) => hash)]
  }

  test('shows a secret, a hash or a token [AD2]', async () => {
    const own = await rich()
    const held = [admin.client, mod.client, own.client].flatMap((client) => [...client.cookies.values()])
    const digests = held.map((token) => createHash('sha256').update(token).digest('hex'))
    const secrets = [...(await storedSecrets()), ...held, ...digests, own.person.password, admin.person.password]
    expect(secrets.length).toBeGreaterThan(50)
    const { paths } = await readOpenApi<{ paths: Record<string, Record<string, unknown>> }>(app)
    const reads = Object.keys(paths).filter((path) => path.startsWith('/v0/admin/') && paths[path]?.get)
    expect(reads).toContain('/v0/admin/users/{id}/sessions')
    for (const path of reads) {
      const { status, body } = await admin.client.get(path.replace('{id}', own.id))
      const text = JSON.stringify(body)
      expect([path, status < 500, secrets.filter((secret) => text.includes(secret))]).toEqual([path, true, []])
    }
  })
})
