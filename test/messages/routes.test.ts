import { afterAll, beforeAll, expect, test } from 'vitest'
import { errorCodes } from '../../src/errors/catalogue.ts'
import { rules } from '../../src/errors/fault.ts'
import { startApp, type TestApp } from '../support/app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const get = (url: string, headers: Readonly<Record<string, string>> = {}) => app.app.inject({ url, headers })

test('GET /v0/locales lists the complete languages, and the one of those for whom there is no other', async () => {
  const { statusCode, headers, json } = await get('/v0/locales')
  const list = json()
  expect([statusCode, headers['cache-control'], list.default]).toEqual([200, 'public, max-age=300', 'en'])
  expect(list.locales).toContainEqual({ tag: 'en', name: 'English', dir: 'ltr', complete: true })
  expect(list.locales.every(({ complete }: { readonly complete: boolean }) => complete)).toBe(true)
})

test('each language of the list has a sentence for every code and every rule, as ICU messages', async () => {
  const { locales } = (await get('/v0/locales')).json()
  for (const { tag, dir } of locales) {
    const { statusCode, json } = await get(`/v0/messages/${tag}`)
    const list = json()
    expect([statusCode, list.tag, list.dir]).toEqual([200, tag, dir])
    expect(Object.keys(list.errors)).toEqual(expect.arrayContaining([...errorCodes]))
    expect(Object.keys(list.rules).toSorted()).toEqual([...rules].toSorted())
  }
  const { errors, rules: sentences } = (await get('/v0/messages/en')).json()
  expect(errors['auth:invalid_credentials']).toBe('Wrong email address or password.')
  expect(sentences.min_length).toBe('Please use at least {limit, plural, one {# character} other {# characters}}.')
})

test('GET /v0/messages/{locale} is public, and sent once to those who keep it', async () => {
  const { headers } = await get('/v0/messages/EN')
  expect(headers['cache-control']).toBe('public, max-age=300')
  const again = await get('/v0/messages/en', { 'if-none-match': String(headers.etag) })
  expect([again.statusCode, again.body]).toEqual([304, ''])
})

test.each(['xx', 'zz-', 'en_US', '..%2fen', 'e'.repeat(4000), '%E2%80%AE', 'constructor'])(
  'GET /v0/messages/{locale} system:not_found for %s',
  async (tag) => {
    const { statusCode, json } = await get(`/v0/messages/${tag}`)
    expect([statusCode, json().code]).toEqual([404, 'system:not_found'])
  },
)

test('LOCALES names the only languages, DEFAULT_LOCALE one of them', async () => {
  const few = await startApp({ LOCALES: 'EN', DEFAULT_LOCALE: 'en' })
  expect((await few.app.inject({ url: '/v0/locales' })).json()).toEqual({
    default: 'en',
    locales: [{ tag: 'en', name: 'English', dir: 'ltr', complete: true }],
  })
  await few.close()
  await expect(startApp({ LOCALES: 'en,xx' })).rejects.toThrow(/LOCALES must name languages that there are texts in/)
  await expect(startApp({ DEFAULT_LOCALE: 'xx' })).rejects.toThrow(/DEFAULT_LOCALE must be a language that there are/)
  await expect(startApp({ DEFAULT_LOCALE: 'e_' })).rejects.toThrow(/DEFAULT_LOCALE must be a language tag/)
})
