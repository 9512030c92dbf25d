import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { transaction } from '../../src/db/transaction.ts'
import { openUserIndexer } from '../../src/search/index-users.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { makeUsers } from '../support/factories.ts'
import { workerRights } from '../support/meilisearch-keys.ts'
import { type StandIn, startStandIn } from '../support/meilisearch-stand-in.ts'
import { newPerson, signedUp } from '../support/people.ts'
import { runAdmin } from '../support/server-process.ts'

let standIn: StandIn
beforeAll(async () => {
  standIn = await startStandIn()
})
afterAll(() => standIn.stop())

/** Begun first and looked at last, so that nobody waits for it. */
let slowSettings: Promise<{ done: Promise<void> }>
beforeAll(() => {
  slowSettings = changeSettingsSlowly()
})

async function changeSettingsSlowly() {
  const slow = await startStandIn()
  const env = { ...envOf(), MEILISEARCH_URL: slow.url, MEILISEARCH_API_KEY: slow.apiKey }
  const app = await startApp(env)
  const stopWords = () => slow.indexes.get(env.MEILISEARCH_INDEX)?.settings.stopWords
  await until(() => expect(stopWords()).toEqual([]))
  // While one looks after the index, another that starts leaves it alone.
  await until(async () => expect(await app.sql(heldLocks)).toEqual([]))
  Object.assign(slow.indexes.get(env.MEILISEARCH_INDEX)?.settings ?? {}, { stopWords: ['bulk'] })
  // Longer than any request may take.
  slow.takeMs(11_000)
  const again = await startApp({ ...env, DATABASE_URL: app.config.databaseUrl })
  const finish = async () => {
    await until(() => expect(stopWords()).toEqual([]))
    await again.close()
    await app.close()
    await slow.stop()
  }
  return { done: finish() }
}

const heldLocks = `select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 1
  and database = (select oid from pg_database where datname = current_database())
  and (classid::bigint << 32 | objid::bigint) = hashtext('postern-reindex')`

let count = 0
const envOf = (more: Readonly<Record<string, string>> = {}) => ({
  MEILISEARCH_URL: standIn.url,
  MEILISEARCH_API_KEY: standIn.apiKey ?? '',
  MEILISEARCH_SEARCH_API_KEY: standIn.searchApiKey ?? '',
  MEILISEARCH_INDEX: `users_${++count}`,
  ...more,
})
type Env = ReturnType<typeof envOf>

/** An app with some users, all of them in the index. */
async function startWithUsers(env: Env, users = 5): Promise<TestApp> {
  const app = await startApp(env)
  await makeUsers(app.deps.pool, users)
  expect(await indexerOf(app)?.reindex()).toBe(users)
  return app
}

const indexerOf = ({ config, deps }: TestApp, meilisearchApiKey = config.meilisearchApiKey) =>
  openUserIndexer({ ...config, meilisearchApiKey }, { ...deps, directUrl: config.databaseUrl ?? '' })

async function expectReindexed(app: TestApp, env: Env, users: number) {
  const { code, out, err } = await runAdmin(app, ['reindex'], env)
  expect([code, out.trim(), err]).toEqual([0, `${users} users are in the index ${env.MEILISEARCH_INDEX} now.`, ''])
}

const totalOf = async (app: TestApp, query = 'bulk'): Promise<unknown> =>
  (await app.client().get(`/v0/search/users?query=${query}`)).body.total_hits
const metricsOf = async ({ origin }: TestApp): Promise<string> =>
  (await fetch(`${origin}/metrics`, { headers: { authorization: 'Bearer of-the-metrics-in-the-tests' } })).text()
const until = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 20_000, interval: 50 })
const settingsOf = (name: string) => standIn.indexes.get(name)?.settings ?? {}

describe('npm run admin -- reindex', () => {
  let app: TestApp
  let env: Env
  beforeAll(async () => {
    env = envOf()
    app = await startWithUsers(env)
  })
  afterAll(() => app.close())

  test('with the documented key: the index is what the database says, and nothing is left behind [ST2]', async () => {
    const before = standIn.documents(env.MEILISEARCH_INDEX)
    before.clear()
    before.set('ghost', { id: 'ghost', handle: 'ghost', display_name: 'Ghost' })
    await expectReindexed(app, env, 5)
    expect(standIn.documents(env.MEILISEARCH_INDEX).has('ghost')).toBe(false)
    expect(await totalOf(app)).toBe(5)
    expect([...standIn.indexes.keys()].filter((name) => name.endsWith('_next'))).toEqual([])
  })

  const keyWithout = (right: string) =>
    standIn.makeKey(`without-${right}`, { rights: workerRights.filter((one) => one !== right), indexes: ['users*'] })
  // Deleting single users is no part of it.
  const needed = workerRights.filter((right) => right !== 'documents.delete')

  test.each(needed)('says that the key lacks %s, and leaves nothing behind [ST2]', async (right) => {
    const name = env.MEILISEARCH_INDEX
    const before = standIn.indexes.get(name)
    await expect(indexerOf(app, keyWithout(right))?.reindex()).rejects.toThrow(
      new RegExp(`^Meilisearch refuses MEILISEARCH_API_KEY: it needs the right ${right} on ${name}`),
    )
    expect(standIn.indexes.get(name)).toBe(before)
    expect(standIn.documents(`${name}_next`).size).toBe(0)
  })

  test('one sentence where the key lacks a right [ST2]', async () => {
    const { code, out, err } = await runAdmin(app, ['reindex'], {
      ...env,
      MEILISEARCH_API_KEY: keyWithout('indexes.swap'),
    })
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^Meilisearch refuses MEILISEARCH_API_KEY: it needs the right indexes\.swap on .+\.\n$/)
  })

  test('one sentence where nobody answers [ST2]', async () => {
    const { code, err } = await runAdmin(app, ['reindex'], { ...env, MEILISEARCH_URL: 'http://127.0.0.1:1' })
    expect([code, err.trim().split('\n')]).toEqual([1, [expect.stringMatching(/^Meilisearch .+fetch failed/)]])
  })

  test('an index that takes another field for the id is made anew [ST9]', async () => {
    const name = env.MEILISEARCH_INDEX
    const { settings } = standIn.indexes.get(name) ?? { settings: {} }
    standIn.indexes.set(name, { primaryKey: 'handle', settings, documents: new Map() })
    const { client } = await signedUp(app, newPerson({ handle: 'other_key', display_name: 'Foreign' }))
    await until(async () => expect(await totalOf(app, 'foreign')).toBe(1))
    expect(await totalOf(app)).toBe(5)
    await client.post('/v0/auth/logout')
  })

  test('two at once end as one would [ST4]', async () => {
    const [row] = await app.sql<{ count: number }>('select count(*)::int from users')
    const both = await Promise.all([indexerOf(app)?.reindex(), indexerOf(app)?.reindex()])
    expect(both).toEqual([row?.count, row?.count])
    expect(settingsOf(env.MEILISEARCH_INDEX).searchableAttributes).not.toEqual(['*'])
    expect(standIn.documents(env.MEILISEARCH_INDEX).size).toBe(row?.count)
  })
})

describe('an index that lost users', () => {
  test('its volume is empty: the next change fills it, and finds all [ST4]', async () => {
    const env = envOf()
    const app = await startWithUsers(env, 1200)
    standIn.indexes.delete(env.MEILISEARCH_INDEX)
    await signedUp(app, newPerson({ handle: 'next_one', display_name: 'Nextus' }))
    await until(async () => expect([await totalOf(app, 'nextus'), await totalOf(app)]).toEqual([1, 1000]))
    expect(standIn.documents(env.MEILISEARCH_INDEX).size).toBe(1201)
    await app.close()
  })

  test('a document of somebody made it anew, with default settings: it is rebuilt at a start [ST4]', async () => {
    const env = envOf()
    const app = await startWithUsers(env)
    const before = settingsOf(env.MEILISEARCH_INDEX)
    standIn.indexes.delete(env.MEILISEARCH_INDEX)
    await fetch(`${standIn.url}/indexes/${env.MEILISEARCH_INDEX}/documents?primaryKey=id`, {
      method: 'POST',
      headers: { authorization: `Bearer ${standIn.apiKey}` },
      body: '[{"id":"00000000-0000-4000-8000-000000000001","handle":"alone","bio":"bulk"}]',
    })
    await until(() => expect(standIn.documents(env.MEILISEARCH_INDEX).size).toBe(1))
    const again = await startApp({ ...env, DATABASE_URL: app.config.databaseUrl })
    await until(async () => expect(await totalOf(again)).toBe(5))
    expect(settingsOf(env.MEILISEARCH_INDEX)).toEqual(before)
    await again.close()
    await app.close()
  })

  test('some users are gone, and the settings are right: doctor and a metric say it, a start mends it [ST4]', async () => {
    const env = envOf()
    const app = await startWithUsers(env)
    const documents = standIn.documents(env.MEILISEARCH_INDEX)
    for (const id of [...documents.keys()].slice(0, 2)) documents.delete(id)
    const { code, out } = await runAdmin(app, ['doctor'], env)
    expect(code).toBe(1)
    expect(out).toMatch(/^FAILED {3}Meilisearch: the index users_\d+ has 3 of 5 users; .*fills it anew/m)
    const text = await metricsOf(app)
    expect(text).toMatch(/^postern_search_users 5$/m)
    expect(text).toMatch(/^postern_search_documents 3$/m)
    const again = await startApp({ ...env, DATABASE_URL: app.config.databaseUrl })
    await until(() => expect(standIn.documents(env.MEILISEARCH_INDEX).size).toBe(5))
    await again.close()
    await app.close()
  })
})

describe('settings', () => {
  test('that somebody changed are as they should be after a start [ST9]', async () => {
    const env = envOf()
    const app = await startWithUsers(env)
    const wanted = structuredClone(settingsOf(env.MEILISEARCH_INDEX))
    Object.assign(settingsOf(env.MEILISEARCH_INDEX), {
      typoTolerance: { enabled: false },
      stopWords: ['bulk'],
      rankingRules: ['exactness', 'words'],
      synonyms: { bulk: ['other'] },
      prefixSearch: 'disabled',
      nonSeparatorTokens: ['_'],
      pagination: { maxTotalHits: 3 },
    })
    const again = await startApp({ ...env, DATABASE_URL: app.config.databaseUrl })
    await until(() => expect(settingsOf(env.MEILISEARCH_INDEX)).toMatchObject(wanted))
    expect(await totalOf(app)).toBe(5)
    await again.close()
    await app.close()
  })

  test('of which those that are searched need all documents anew [ST9]', async () => {
    const env = envOf()
    const app = await startWithUsers(env)
    const wanted = structuredClone(settingsOf(env.MEILISEARCH_INDEX))
    settingsOf(env.MEILISEARCH_INDEX).searchableAttributes = ['*']
    const again = await startApp({ ...env, DATABASE_URL: app.config.databaseUrl })
    await until(() => expect(settingsOf(env.MEILISEARCH_INDEX)).toEqual(wanted))
    await again.close()
    await app.close()
  })

  test('take as long as they take [ST9]', async () => {
    const { done } = await slowSettings
    await done
  })
})

test('whoever is behind hundreds of changes of one user is found as soon as that user [ST9]', async () => {
  const env = envOf()
  const app = await startWithUsers(env)
  standIn.takeMs(100)
  const [row] = await app.sql<{ id: string }>('select id from users limit 1')
  await transaction(app.deps.pool, async (tx) => {
    for (let time = 0; time < 600; time++) await app.deps.searchIndex.noteChange(tx, row?.id ?? '')
  })
  const asked = standIn.asked.length
  await signedUp(app, newPerson({ handle: 'behind_them', display_name: 'Behind' }))
  await until(async () => expect(await totalOf(app, 'behind')).toBe(1))
  const writes = standIn.asked.slice(asked).filter(({ path }) => path.endsWith('/documents'))
  expect(writes.length).toBeLessThan(20)
  standIn.takeMs(1)
  await app.close()
})

test('doctor says in words what Meilisearch refuses [ST9]', async () => {
  const env = envOf()
  const app = await startWithUsers(env)
  const { code, out } = await runAdmin(app, ['doctor'], { ...env, MEILISEARCH_API_KEY: 'wrong' })
  expect(code).toBe(1)
  expect(out).toMatch(/^FAILED {3}Meilisearch: Meilisearch refuses MEILISEARCH_API_KEY: .*settings\.get/m)
  expect(out).not.toContain('[object')
  await app.close()
})
