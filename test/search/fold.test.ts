import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { nameFold } from '../../src/search/fold.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { runStatement, withDatabase } from '../support/database.ts'
import { foldTable, ownCharacters } from '../support/fold-table.ts'
import { type MeilisearchServer, startMeilisearch } from '../support/meilisearch.ts'
import { runAdmin } from '../support/server-process.ts'
import { samples } from './names.ts'

/** Databases as distributions and images make them; the last has the rules of ICU. */
const locales = {
  C: "locale_provider libc locale 'C'",
  'C.UTF-8': "locale_provider builtin locale 'C' builtin_locale 'C.UTF-8'",
  'en_US.UTF-8': "locale_provider icu locale 'C' icu_locale 'en-US'",
}
const asRows = samples.map(({ name }, index) => ({ handle: `sample_${index}`, name }))

async function insertSamples(app: TestApp): Promise<void> {
  await app.sql(
    `insert into users (id, email, email_key, handle, display_name)
     select gen_random_uuid(), handle, handle, handle, name from unnest($1::text[], $2::text[]) as u (handle, name)`,
    [asRows.map(({ handle }) => handle), asRows.map(({ name }) => name)],
  )
}

async function startOn(locale: string): Promise<{ app: TestApp; stop: () => Promise<void> }> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const server = inject('postgresUrl')
  await runStatement(server, `create database ${name} template template0 encoding 'UTF8' ${locale}`)
  const app = await startApp({ DATABASE_URL: withDatabase(server, name) })
  await insertSamples(app)
  const stop = async () => {
    await app.close()
    await runStatement(server, `drop database ${name} with (force)`)
  }
  return { app, stop }
}

let engine: MeilisearchServer
async function startOnMeilisearch(): Promise<{ app: TestApp; stop: () => Promise<void> }> {
  engine = await startMeilisearch()
  const env = {
    MEILISEARCH_URL: engine.url,
    MEILISEARCH_API_KEY: engine.apiKey ?? '',
    MEILISEARCH_SEARCH_API_KEY: engine.searchApiKey ?? '',
    MEILISEARCH_INDEX: `users_names_${process.pid}`,
  }
  const app = await startApp(env)
  await insertSamples(app)
  expect((await runAdmin(app, ['reindex'], env)).code).toBe(0)
  const stop = async () => {
    await app.close()
    await engine.stop()
  }
  return { app, stop }
}

const backends: Readonly<Record<string, () => Promise<{ app: TestApp; stop: () => Promise<void> }>>> = {
  ...Object.fromEntries(
    Object.entries(locales).map(([name, locale]) => [`PostgreSQL, ${name}`, () => startOn(locale)]),
  ),
  Meilisearch: startOnMeilisearch,
}

describe.each(Object.entries(backends))('names of the world on %s', (_, start) => {
  let app: TestApp
  let stop: () => Promise<void>
  beforeAll(async () => {
    ;({ app, stop } = await start())
  })
  afterAll(() => stop())

  const handlesFor = async (query: string): Promise<string[]> => {
    const { body } = await app.client().get(`/v0/search/users?query=${encodeURIComponent(query)}`)
    return (body.users as { handle: string }[]).map(({ handle }) => handle)
  }

  test.each(samples.map((sample, index) => ({ ...sample, handle: `sample_${index}` })))(
    '$name is found by every spelling of it [FD40 FD41 FD42]',
    async ({ name, found, not = [], handle }) => {
      const forms = new Set([
        name,
        name.toUpperCase(),
        name.toLowerCase(),
        name.normalize('NFD'),
        name.normalize('NFC'),
        ...found,
      ])
      for (const query of forms)
        expect([query, await handlesFor(query)]).toEqual([query, expect.arrayContaining([handle])])
      for (const query of not)
        expect([query, await handlesFor(query)]).not.toEqual([query, expect.arrayContaining([handle])])
    },
  )
})

/** Rows of a hundred characters, so that none takes longer than a statement may. */
const mostAtOnce = 200

describe('the fold', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp()
  })
  afterAll(() => app.close())

  /** The fold of each on its own, many to a statement's row: a digit between two keeps them apart. */
  const between = ' 0 '
  const joined = (texts: readonly string[]): string[] =>
    Array.from({ length: Math.ceil(texts.length / 100) }, (_, row) =>
      texts.slice(row * 100, row * 100 + 100).join(between),
    )

  const foldThere = async (texts: readonly string[]): Promise<string[]> => {
    if (texts.length > mostAtOnce)
      return [...(await foldThere(texts.slice(0, mostAtOnce))), ...(await foldThere(texts.slice(mostAtOnce)))]
    const rows = await app.sql<{ folded: string }>(
      'select name_fold(one) as folded from unnest($1::text[]) with ordinality as u (one, place) order by place',
      [texts],
    )
    return rows.map(({ folded }) => folded)
  }

  test('of the database is that of the program, for every character [FD40]', async () => {
    // No text of PostgreSQL has the first.
    const characters = ownCharacters.filter((letter) => letter !== '\0')
    expect(await foldThere(joined(characters))).toEqual(joined(characters.map(nameFold)))
  })

  test('and for any text, composed or not [FD40]', async () => {
    const letters = [...new Set(samples.flatMap(({ name }) => [...name, ...name.normalize('NFC')]))]
    const texts = fc.sample(
      fc.string({ unit: fc.constantFrom(...letters, 'é', 'ế', 'İ', 'ΐ', '각', 'ﷺ', '½', '\t') }),
      500,
    )
    expect(await foldThere(texts)).toEqual(texts.map(nameFold))
  })

  test('has the table that its rules make; another one is a new migration', () => {
    const folder = join(import.meta.dirname, '../../migrations')
    const migration = readdirSync(folder).find((name) => name.endsWith('_name_folds.sql')) ?? ''
    const text = readFileSync(join(folder, migration), 'utf8')
    for (const part of Object.values(foldTable())) expect(text).toContain(`'${part}'`)
  })

  test('gives the same for every case of a character, and of itself [FD40]', () => {
    const unlike = ownCharacters.filter((letter) => {
      const folded = nameFold(letter)
      const others = new Set([letter.toUpperCase(), letter.toLowerCase(), folded])
      others.delete(letter)
      return [...others].some((other) => nameFold(other) !== folded)
    })
    expect(unlike).toEqual([])
  })

  test('is given to users who were there before it, by a worker that starts [FD41]', async () => {
    await app.sql(
      "insert into users (id, email, email_key, handle, display_name) values (gen_random_uuid(), 'old', 'old', 'older', 'Пётр')",
    )
    await app.sql('update users set search_words = null')
    const again = await startApp({ DATABASE_URL: app.config.databaseUrl })
    await vi.waitFor(async () => {
      const { body } = await again.client().get(`/v0/search/users?query=${encodeURIComponent('петр')}`)
      expect(body.users).toEqual([expect.objectContaining({ handle: 'older' })])
    })
    await again.close()
  })
})
