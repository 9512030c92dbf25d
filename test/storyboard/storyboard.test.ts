import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operations } from '../../src/client/api.ts'
import { languagesFolder, readLanguageFile } from '../../src/messages/language.ts'
import { startExample } from '../browser/support.ts'
import type { TestApp } from '../support/app.ts'
import { openChromium } from '../support/chromium.ts'
import example from './example.ts'
import type { Flow } from './flow.ts'
import { figureOf, sheet } from './sheet.ts'
import { isSentence } from './visible.ts'
import { codesOfCall, walk } from './walk.ts'
import { lineFinder, nameIn } from './words.ts'

let app: TestApp
let browser: Browser
beforeAll(async () => {
  ;[browser, app] = await Promise.all([openChromium(), startExample()])
}, 600_000)
afterAll(async () => {
  await browser.close()
  await app.close()
})

/** Where they fail the form does not say how long a password must be, or the page is in English: there is nothing to tell. */
const goesWithout = ['GET /v0/auth/password-rules', 'GET /v0/locales']

test('the flows of the example are all the calls that it makes [EL8]', () => {
  const root = join(import.meta.dirname, '../../examples/web/src')
  const sources = globSync('**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'))
  const own = sources.flatMap((text) =>
    [...text.matchAll(/\bapi\.(GET|POST|PATCH|DELETE)\(\s*'([^']+)'/g)].map(([, method, path]) => `${method} ${path}`),
  )
  const made = [...own, ...callsOfPasskeys()].filter((call) => !goesWithout.includes(call))
  const walked = new Set<string>(example.map(({ call }) => call))
  expect([...new Set(made)].filter((call) => !walked.has(call))).toEqual([])
  expect([...walked].filter((call) => !made.includes(call))).toEqual([])
  expect(example.filter(({ call }) => codesOfCall(call).length === 0)).toEqual([])
})

test('what the flows press is in the texts of the example', () => {
  const source = readFileSync(join(import.meta.dirname, 'example.ts'), 'utf8')
  const pressed = [...source.matchAll(/\bpress\('([^']+)'\)/g)].map(([, name = '']) => name)
  expect(pressed.length).toBeGreaterThan(40)
  // What is no text is called in every language as in English.
  expect(pressed.filter((name) => nameIn('en-XA', name).test(name))).toEqual([])
})

/** Those that `postern/client/passkeys` makes for a browser; the example uses all of it. */
function callsOfPasskeys(): string[] {
  const root = join(import.meta.dirname, '../../src/client')
  const names = globSync('*passkey*.ts', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\bauth\.(\w+)/g)].map(([, name = '']) => name),
  )
  return Object.entries(operations).flatMap(([name, route]) =>
    names.includes(name) && !name.endsWith('InApp') ? [route] : [],
  )
}

test('each code of a call is forced, and its sentence found on the page [EL8]', async () => {
  const flows = example.filter(({ name }) => name === 'Ways to sign in')
  const scenes = await walk({ browser, url: app.origin, flows })
  expect(scenes.map(({ code, sentences, violations }) => [code, sentences, violations])).toEqual([
    ['general:invalid_ip_address', ['Something went wrong on our side. Please try again in a moment.'], []],
    ['rate_limit:exceeded', ['Too many attempts. Please wait a moment and try again.'], []],
    ['system:database_error', ['Something went wrong on our side. Please try again in a moment.'], []],
    ['system:internal_error', ['Something went wrong on our side. Please try again in a moment.'], []],
  ])
  expect(figureOf(scenes)).toContain(
    '4 of 4 declared errors of 1 calls have a visible sentence (100 %); 0 of the pages',
  )
  expect(sheet(scenes).match(/<img src="data:image\/webp;base64,UklGR/g)).toHaveLength(4)
})

test.each(['ar', 'de', 'ja'])('in %s each code has its sentence in that language, once [EL8]', async (locale) => {
  const flows = example.filter(
    ({ call }) => call === 'GET /v0/auth/oauth/providers' || call === 'GET /v0/auth/sessions',
  )
  const scenes = await walk({ browser, url: app.origin, flows, locale, isShort: true, isRight: lineFinder(locale) })
  const codes = new Set(flows.flatMap(({ call }) => codesOfCall(call)))
  expect(scenes.map(({ code }) => code).toSorted()).toEqual([...codes].toSorted())
  const { messages } = readLanguageFile(languagesFolder, locale)
  for (const { code, sentences } of scenes) expect([code, sentences]).toEqual([code, [messages[`error.${code}`]?.text]])
  expect(figureOf(scenes, locale)).toContain(`have a visible sentence in ${locale} (100 %)`)
})

test('a page that shows nothing, or calls nothing, is no success [EL8]', async () => {
  const silent: Flow = {
    name: 'Silent',
    call: 'GET /v0/auth/session',
    at: '/dev/app#/sign-in',
    act: (page) => page.evaluate("fetch('/v0/auth/session').then(() => undefined)"),
  }
  const scenes = await walk({ browser, url: app.origin, flows: [silent] })
  expect(scenes.map(({ sentences, failure }) => [sentences, failure])).toEqual([
    [[], undefined],
    [[], undefined],
    [[], undefined],
  ])
  expect(figureOf(scenes)).toContain('0 of 3')
})

test('flows name in English what the page has in its own language', () => {
  expect(nameIn('de', 'Sign in')).toEqual(/^(?:Anmelden)$/)
  expect(nameIn('en', 'Continue with Acme').test('Continue with Acme')).toBe(true)
  expect(nameIn('ar', 'Continue with Acme').test('المتابعة باستخدام \u2068Acme\u2069')).toBe(true)
  expect(nameIn('ja', 'Delete Laptop').test('削除 Laptop')).toBe(true)
  expect(nameIn('fr', 'What nobody translates')).toEqual(/^(?:What nobody translates)$/)
  const isGerman = lineFinder('de')
  expect([isGerman('Dieses Konto wurde gesperrt.'), isGerman('This account has been suspended.')]).toEqual([
    true,
    false,
  ])
})

test('a code, a number or a single word is no sentence', () => {
  expect(['user:banned', '401', 'Error', '0:05', '  ', 'Try 5'].filter(isSentence)).toEqual(['Try 5'].slice(1))
  expect(isSentence('Wrong password.')).toBe(true)
})
