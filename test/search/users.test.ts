import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { said, somebody } from '../moderation/support.ts'
import { publicUrl, startApp, type TestApp } from '../support/app.ts'
import { makeUsers } from '../support/factories.ts'
import { appWith } from '../support/mail-way.ts'
import { type MeilisearchServer, startMeilisearch } from '../support/meilisearch.ts'
import { type StandIn, startStandIn } from '../support/meilisearch-stand-in.ts'
import { newPerson, signedUp } from '../support/people.ts'

const url = '/v0/search/users'
type Found = { readonly id: string; readonly handle: string }
type Page = {
  readonly users: readonly Found[]
  readonly page: number
  readonly page_size: number
  readonly total_hits: number
  readonly total_pages: number
}

const ask = (app: TestApp, query: string, more = '') =>
  app.client().get(`${url}?query=${encodeURIComponent(query)}${more}`)
const handles = async (app: TestApp, query: string, more = '') => {
  const answer = await ask(app, query, more)
  expect(answer.status).toBe(200)
  return (answer.body as Page).users.map(({ handle }) => handle)
}
/** The index follows the change a little later. */
const untilFound = (app: TestApp, query: string, expected: readonly string[]) =>
  vi.waitFor(async () => expect(await handles(app, query)).toEqual(expected), { timeout: 15_000, interval: 50 })

let index = 0
const meilisearchEnv = ({ url: at, apiKey, searchApiKey }: MeilisearchServer) => ({
  MEILISEARCH_URL: at,
  MEILISEARCH_API_KEY: apiKey,
  MEILISEARCH_SEARCH_API_KEY: searchApiKey,
  MEILISEARCH_INDEX: `users_${process.pid}_${++index}`,
})

const engine = await startMeilisearch()
afterAll(() => engine.stop())

describe.each([
  ['PostgreSQL', () => ({})],
  ['Meilisearch', () => meilisearchEnv(engine)],
])(`GET ${url} on %s`, (_, env) => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp(env())
    // One after the other, as Meilisearch shows equal hits in the order in which they were written.
    for (const [handle, name] of [
      ['alice', 'Alice Martin'],
      ['alice_smith', 'Alice Smith'],
      ['maximilian', 'Maximilian Power'],
      ['zoe_m', 'Zoé Müller'],
      ['lukasz', 'Łukasz Żółć'],
      ['annak', 'Анна Каренина'],
      ['jane_doe', 'Jane Doe'],
      ['agent_007', 'James O’Bond'],
    ] as const) {
      await signedUp(app, newPerson({ handle, display_name: name }))
      await untilFound(app, handle, [handle])
    }
  })
  afterAll(() => app.close())

  test.each([
    ['alice', ['alice', 'alice_smith']],
    ['ALICE', ['alice', 'alice_smith']],
    ['ali', ['alice', 'alice_smith']],
    ['  smith ', ['alice_smith']],
    ['smith alice', ['alice_smith']],
    ['jane_doe', ['jane_doe']],
    ['janedoe', ['jane_doe']],
    ['doe', ['jane_doe']],
    ['alice power', []],
    ['lice', []],
    ['nobody', []],
  ])('beginnings of words: %s finds %j', async (query, expected) => {
    expect(await handles(app, query)).toEqual(expected)
  })

  test.each([
    ['alcie', ['alice', 'alice_smith']],
    ['alicce', ['alice', 'alice_smith']],
    ['alce', []],
    ['blice', []],
    ['maxmilian', ['maximilian']],
    ['maxmiliam', ['maximilian']],
  ])('typing errors: %s finds %j', async (query, expected) => {
    expect((await handles(app, query)).sort()).toEqual(expected)
  })

  test.each([
    ['zoe muller', ['zoe_m']],
    ['ZOÉ', ['zoe_m']],
    ['lukasz zolc', ['lukasz']],
    ['каренина', ['annak']],
    ['КАРЕН', ['annak']],
  ])('Unicode: %s finds %j', async (query, expected) => {
    expect(await handles(app, query)).toEqual(expected)
  })

  test.each(['%', '_', '-alice', '"', "'", '\\', '100%', ':*', '@@', '🎹', '㍿'.repeat(100)])(
    '%s is nothing but what it is',
    async (query) => {
      const answer = await ask(app, query)
      expect(answer.status).toBe(200)
      expect((answer.body as Page).users.length).toBeLessThanOrEqual(2)
    },
  )

  test('shows of a user what anybody may see, never the address [AZ6]', async () => {
    const { client, person, id } = await somebody(app)
    await client.send('PATCH', '/v0/user/me', {
      body: { handle: 'shown_one', display_name: 'Quirinius', bio: 'Analyst' },
    })
    await untilFound(app, 'quirinius', ['shown_one'])
    const { body } = await ask(app, 'quirinius')
    expect(body.users).toEqual([{ id, handle: 'shown_one', display_name: 'Quirinius', bio: 'Analyst' }])
    for (const query of [person.email, person.email.split('@')[0] ?? '', 'analyst'])
      expect(await handles(app, query)).not.toContain('shown_one')
  })

  test('follows a change of the name, and the old one finds nobody', async () => {
    const { client } = await signedUp(app, newPerson({ handle: 'renamed_1', display_name: 'Ermintrude' }))
    await untilFound(app, 'ermintrude', ['renamed_1'])
    await client.send('PATCH', '/v0/user/me', { body: { display_name: 'Bartholomew' } })
    await untilFound(app, 'bartholomew', ['renamed_1'])
    expect(await handles(app, 'ermintrude')).toEqual([])
  })

  test('a deleted account does not show from the moment on that it is deleted [DA2]', async () => {
    const { client, person } = await signedUp(app, newPerson({ handle: 'leaving_1', display_name: 'Ferdinand' }))
    await untilFound(app, 'ferdinand', ['leaving_1'])
    await client.send('DELETE', '/v0/user/me', { body: { password: person.password } })
    expect(await handles(app, 'ferdinand')).toEqual([])
    expect(await handles(app, 'leaving_1')).toEqual([])
  })

  test('pages: each user on one of them, none beyond the last', async () => {
    for (let count = 0; count < 7; count++)
      await signedUp(app, newPerson({ handle: `paged_${count}`, display_name: 'Wilhelmina' }))
    await vi.waitFor(async () => expect(await handles(app, 'wilhelmina')).toHaveLength(7), {
      timeout: 15_000,
      interval: 50,
    })
    const pages = await Promise.all([1, 2, 3, 4].map((page) => ask(app, 'wilhelmina', `&page_size=3&page=${page}`)))
    expect(pages.map(({ body }) => (body as Page).users.length)).toEqual([3, 3, 1, 0])
    expect(new Set(pages.flatMap(({ body }) => (body as Page).users.map(({ id }) => id))).size).toBe(7)
    expect(pages[1]?.body).toMatchObject({ page: 2, page_size: 3, total_hits: 7, total_pages: 3 })
    expect((await ask(app, 'wilhelmina', '&page=1000')).body.users).toEqual([])
  })
})

describe(`GET ${url}`, () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.close())

  test('a picture, where there is one', async () => {
    const { client } = await signedUp(app, newPerson({ handle: 'pictured' }))
    await app.sql("update users set profile_image = 'x.webp' where handle = 'pictured'")
    expect((await ask(app, 'pictured')).body.users).toEqual([
      expect.objectContaining({ profile_image: `${publicUrl}/v0/files/x.webp` }),
    ])
    await client.post('/v0/auth/logout')
  })

  test('of thousands the first thousand can be reached', async () => {
    await makeUsers(app.deps.pool, 1200)
    const { body } = await ask(app, 'bulk')
    expect(body).toMatchObject({ total_hits: 1000, total_pages: 50 })
    expect((await ask(app, 'bulk', '&page=50')).body.users).toHaveLength(20)
    expect((await ask(app, 'bulk', '&page=51')).body.users).toEqual([])
  })

  test.each([
    ['', 'general:bad_request', [{ path: '/query', rule: 'required' }]],
    ['query=', 'general:bad_request', [{ path: '/query', rule: 'required' }]],
    ['query=%20%20', 'general:validation_error', [{ path: '/query', rule: 'min_length', limit: 1 }]],
    [`query=${'x'.repeat(101)}`, 'general:validation_error', [{ path: '/query', rule: 'max_length', limit: 100 }]],
    ['query=x%00', 'general:validation_error', [{ path: '/query', rule: 'charset' }]],
    ['query=x&page=0', 'general:validation_error', [{ path: '/page', rule: 'min', limit: 1 }]],
    ['query=x&page=1.5', 'general:bad_request', [{ path: '/page', rule: 'type' }]],
    ['query=x&page_size=21', 'general:validation_error', [{ path: '/page_size', rule: 'max', limit: 20 }]],
  ])('?%s: %s', async (query, code, fields) => {
    const answer = await app.client().get(`${url}?${query}`)
    expect([answer.code, answer.body.fields]).toEqual([code, fields])
  })
})

describe('PostgreSQL', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp()
    await app.sql(
      `insert into users (id, email, email_key, handle, display_name)
       select gen_random_uuid(), 'm' || i, 'm' || i, 'm_' || i, case when i <= 2000 then 'Alexander' else 'Alexandra' end || ' ' || md5(i::text)
       from generate_series(1, 4000) i`,
    )
  })
  afterAll(() => app.close())

  test.each(['alexnader', 'alexaner', 'alexandder', 'alexamder'])(
    'of a name that thousands have, misspelt as %s, hundreds can be reached, and nobody else is among them [AT5]',
    async (query) => {
      const { body } = await ask(app, query, '&page_size=20')
      const { users, total_hits: hits } = body as Page
      expect([users.length, hits]).toEqual([20, 300])
      for (const { display_name: name } of users as readonly { display_name?: string }[])
        expect(name).toMatch(/^Alexander /)
    },
  )

  test.each([
    ['alxeanedr', /^Alexander /],
    ['xalexanedr', undefined],
    ['lexander', undefined],
    ['alexandrra', /^Alexandra /],
  ])('two errors, and a wrong first letter, which counts twice: %s', async (query, expected) => {
    const { users } = (await ask(app, query)).body as { users: { display_name: string }[] }
    if (expected === undefined) expect(users).toEqual([])
    else expect(users[0]?.display_name).toMatch(expected)
  })

  test('meilisearch:query_failed where it would take PostgreSQL too long, within its share of the time [AT5]', async () => {
    const quick = await appWith({ DATABASE_URL: app.config.databaseUrl ?? '', DATABASE_TIMEOUT_MS: '2000' })
    const holder = await app.deps.pool.connect()
    await holder.query('begin')
    await holder.query('lock table users in access exclusive mode')
    const tookMs = []
    for (let time = 0; time < 3; time++) {
      const started = performance.now()
      expect(said(await ask(quick, 'alexander'))).toEqual([500, 'meilisearch:query_failed'])
      tookMs.push(performance.now() - started)
    }
    // The others may have had to wait for the machine.
    expect(Math.min(...tookMs)).toBeLessThan(1000)
    await holder.query('rollback')
    holder.release()
    expect((await ask(app, 'alexander')).status).toBe(200)
  })
})

describe('Meilisearch', () => {
  let standIn: StandIn
  let app: TestApp
  let name: string
  beforeAll(async () => {
    standIn = await startStandIn()
    const env = meilisearchEnv(standIn)
    name = env.MEILISEARCH_INDEX
    app = await startApp(env)
    await signedUp(app, newPerson({ handle: 'first_one', display_name: 'Leopold' }))
    await untilFound(app, 'leopold', ['first_one'])
  })
  afterAll(async () => {
    await app.close()
    await standIn.stop()
  })

  test('is searched with a key that may do nothing else, and holds no address [AZ6]', () => {
    const searches = standIn.asked.filter(({ path }) => path.endsWith('/search'))
    expect(new Set(searches.map(({ key }) => key))).toEqual(new Set([standIn.searchApiKey]))
    for (const document of standIn.documents(name).values())
      expect(Object.keys(document).sort()).toEqual(['bio', 'display_name', 'handle', 'id', 'words'])
  })

  test('an erased account leaves no document behind [DA2]', async () => {
    const { client, person, id } = await somebody(app)
    await expect.poll(() => standIn.documents(name).has(id), { timeout: 10_000 }).toBe(true)
    await client.send('DELETE', '/v0/user/me', { body: { password: person.password } })
    await expect.poll(() => standIn.documents(name).has(id), { timeout: 10_000 }).toBe(false)
  })

  test('entries that the database does not confirm do not show [AZ6]', async () => {
    const { id } = await somebody(app)
    const documents = standIn.documents(name)
    documents.set('x', {
      id: '01890a5d-ac96-774b-bcce-b302099a8057',
      handle: 'ghost',
      display_name: 'Poisoned',
      words: 'poisoned',
    })
    documents.set('y', { id, handle: 'impostor', display_name: 'Poisoned', words: 'poisoned' })
    expect(await handles(app, 'poisoned')).toEqual([])
    documents.delete('x')
    documents.delete('y')
  })

  test.each(['slow', 'garbage', 'failing'] as const)(
    'meilisearch:query_failed within a second: %s [FT5]',
    async (health) => {
      standIn.behave(health)
      const tookMs = []
      for (let time = 0; time < 3; time++) {
        const started = performance.now()
        expect(said(await ask(app, 'leopold'))).toEqual([500, 'meilisearch:query_failed'])
        tookMs.push(performance.now() - started)
      }
      // The others may have had to wait for the machine.
      expect(Math.min(...tookMs)).toBeLessThan(1000)
      standIn.behave('fine')
      expect(await handles(app, 'leopold')).toEqual(['first_one'])
    },
  )

  test('meilisearch:query_failed while it is down; nothing else notices, and the index catches up [FT5]', async () => {
    await standIn.kill()
    expect(said(await ask(app, 'leopold'))).toEqual([500, 'meilisearch:query_failed'])
    const { status, body } = await app.client().get('/health/ready')
    expect([status, body.status, (body.checks as Record<string, string>).meilisearch]).toEqual([
      200,
      'degraded',
      'down',
    ])
    await signedUp(app, newPerson({ handle: 'meanwhile', display_name: 'Meanwhile' }))
    await standIn.start()
    await untilFound(app, 'meanwhile', ['meanwhile'])
  })

  test('meilisearch:query_failed where the key is refused', async () => {
    const denied = await startApp({ ...meilisearchEnv(standIn), MEILISEARCH_SEARCH_API_KEY: 'wrong' })
    expect(said(await ask(denied, 'leopold'))).toEqual([500, 'meilisearch:query_failed'])
    await denied.close()
  })
})
