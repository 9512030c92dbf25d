import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestApp } from '../support/app.ts'
import { openChromium } from '../support/chromium.ts'
import { newPerson } from '../support/people.ts'
import {
  expectAccessible,
  expectNarrow,
  expectUsable,
  heading,
  openPage,
  press,
  startExample,
  takeBothPictures,
} from './support.ts'

// The pages under /docs, as somebody reads them.

const complaints: string[] = []
let app: TestApp
let browser: Browser
let page: Page

beforeAll(async () => {
  ;[browser, app] = await Promise.all([openChromium(), startExample()])
  page = await openPage(browser, complaints)
}, 600_000)
afterAll(async () => {
  await browser.close()
  await app.close()
  expect(complaints).toEqual([])
})

test.each([
  ['/docs', 'Authentication whose errors are a contract', 'docs-start'],
  ['/docs/errors', 'Errors', 'docs-errors'],
  ['/docs/errors/totp:invalid_code', 'totp:invalid_code', 'docs-error'],
  ['/docs/routes', 'API reference', 'docs-routes'],
  ['/docs/routes/patch-v0-user-me', 'PATCH /v0/user/me', 'docs-route'],
  ['/docs/guides/client', 'The client', 'docs-guide'],
])('%s by day and in the dark, on a telephone too', async (place, title, picture) => {
  await page.goto(`${app.origin}${place}`)
  await heading(page, title)
  await expectAccessible(page)
  await takeBothPictures(page, picture)
})

test.each([
  ['/docs', 'Authentication whose errors are a contract'],
  ['/docs/errors?words=totp', 'Errors'],
  ['/docs/errors/totp:invalid_code', 'totp:invalid_code'],
  ['/docs/routes?words=passkeys', 'API reference'],
  ['/docs/routes/patch-v0-user-me', 'PATCH /v0/user/me'],
  ['/docs/guides', 'Guides'],
  ['/docs/guides/error-lab', 'Error lab'],
  ['/docs/nothing?words=client', 'Page not found'],
  ['/dev/nothing?words=totp', 'Page not found'],
])('%s is used by keys alone, at a desk and in the narrowest window', async (place, title) => {
  await page.goto(`${app.origin}${place}`)
  await heading(page, title)
  await expectUsable(page)
})

test('from an address that leads nowhere one finds what was meant, by keys alone', async () => {
  await page.goto(`${app.origin}/docs/errors/totp:invalid`)
  await heading(page, 'Page not found')
  await page.keyboard.press('/')
  await page.keyboard.type('totp:invalid_c')
  await page.keyboard.press('Enter')
  await heading(page, 'totp:invalid_code')
})

test('what is searched for is text, in the field and on the page', async () => {
  const hostile = '"><img src=x onerror="document.title=\'ran\'"><script>document.title="ran"</script>'
  const query = new URLSearchParams({ words: hostile, domain: hostile, [hostile]: hostile })
  for (const place of ['errors', 'routes', 'nothing', 'routes/get-v0-user-me']) {
    await page.goto(`${app.origin}/docs/${place}?${query}#${hostile}`)
    await page.locator('h1').waitFor()
    const field = page.getByRole('searchbox')
    if ((await field.count()) > 0) expect(await field.inputValue()).toBe(hostile)
    expect([place, await page.title(), await page.locator('[onerror], script:not([src])').count()]).toEqual([
      place,
      expect.not.stringContaining('ran'),
      0,
    ])
  }
})

test('the guide with the longest tables fits a telephone', async () => {
  await page.goto(`${app.origin}/docs/guides/configuration`)
  await heading(page, 'Configuration')
  await expectNarrow(page)
})

const shownRows = () => page.locator('.rows li:visible')

test('errors are found by words, domain, status, cause and route, by keys alone', async () => {
  await page.goto(`${app.origin}/docs/errors`)
  const all = await shownRows().count()
  await page.keyboard.press('/')
  await page.keyboard.type('backup code')
  await page.locator('[id="totp:invalid_code"]:visible').waitFor()
  await expect.poll(() => shownRows().count()).toBeLessThan(10)
  await page.getByLabel('Search', { exact: true }).fill('')
  await page.getByLabel('Domain').selectOption('totp')
  await expect.poll(() => shownRows().evaluateAll((rows) => rows.every(({ id }) => id.startsWith('totp:')))).toBe(true)
  await page.getByLabel('Domain').selectOption('')
  await page.getByLabel('Cause').selectOption('too many requests')
  await expect.poll(() => shownRows().locator('.status').allTextContents()).toEqual(['429'])
  await page.getByLabel('Cause').selectOption('')
  await page.getByLabel('Status').selectOption('409')
  await page.getByLabel('Route').selectOption({ label: 'POST /v0/auth/signup' })
  const left = await shownRows().count()
  expect(left).toBeLessThan(all)
  // What was asked can be sent on.
  await page.reload()
  expect([await shownRows().count(), await page.getByLabel('Status').inputValue()]).toEqual([left, '409'])
  await page.goto(`${app.origin}/docs/errors`)
  await page.keyboard.press('/')
  await page.keyboard.type('totp:invalid_code')
  await page.keyboard.press('Enter')
  await heading(page, 'totp:invalid_code')
})

test('the type of a problem document leads to the page of its code', async () => {
  const answer = await fetch(`${app.origin}/v0/user/me`, { headers: { accept: 'application/problem+json' } })
  const { type } = (await answer.json()) as { type: string }
  for (const href of [type, type.replace('#user:', '#user%3A')]) {
    await page.goto('about:blank')
    await page.goto(href)
    await heading(page, 'user:unauthorized')
  }
})

test.each(['#%', '#%E0%A4%A', '#no:such_code'])(
  'a fragment that names no code, as %s, hinders nothing',
  async (hash) => {
    await page.goto('about:blank')
    await page.goto(`${app.origin}/docs/errors${hash}`)
    await page.getByLabel('Search', { exact: true }).fill('totp:invalid_code')
    await expect.poll(() => shownRows().count()).toBeLessThan(10)
  },
)

test('routes are found by words; one is tried with cookies, and its errors are forced', async () => {
  await page.goto(`${app.origin}/docs/routes`)
  await page.keyboard.press('/')
  await page.keyboard.type('auth/signup')
  await page.keyboard.press('Enter')
  await heading(page, 'POST /v0/auth/signup')
  await page.getByLabel('Body').fill(JSON.stringify(newPerson()))
  await press(page, 'Send')
  const answer = page.locator('.answer')
  await answer.getByText('HTTP 202').waitFor()
  await page.goto(`${app.origin}/docs/routes/get-v0-user-me`)
  await press(page, 'Send')
  await answer.getByRole('link', { name: 'What user:unauthorized means' }).click()
  await page.getByRole('link', { name: 'Force it in the browser' }).click()
  await press(page, 'Send')
  await answer.getByText('x-postern-forced: 1').waitFor()
  await answer.getByText('user:unauthorized').first().waitFor()
})

test('the form sends the cookies that a sign-in has set', async () => {
  const person = newPerson()
  const client = app.client()
  await client.post('/v0/auth/signup', person)
  await expect.poll(() => app.deps.inbox?.search(person.email).length).toBe(1)
  const [mail] = app.deps.inbox?.search(person.email) ?? []
  await page.goto(`${app.origin}/docs/routes/post-v0-auth-verify-email`)
  await page.getByLabel('Body').fill(JSON.stringify({ token: /token=(\S+)/.exec(mail?.text ?? '')?.[1] }))
  await press(page, 'Send')
  await page.locator('.answer').getByText('HTTP 204').waitFor()
  await page.goto(`${app.origin}/docs/routes/get-v0-user-me`)
  await press(page, 'Send')
  await page.locator('.answer').getByText(person.handle).waitFor()
  await page.context().clearCookies()
})

test('code of a guide is copied, and the menu of a telephone opens', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: app.origin })
  await page.goto(`${app.origin}/docs/guides/example`)
  await page.locator('.code').first().hover()
  await page.getByRole('button', { name: 'Copy' }).first().click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toContain('npm start')
  await page.setViewportSize({ width: 375, height: 700 })
  await page.reload()
  const link = page.getByRole('navigation', { name: 'Documentation' }).getByRole('link', { name: 'Configuration' })
  expect(await link.isVisible()).toBe(false)
  await page.getByText('Menu').click()
  await link.click()
  await heading(page, 'Configuration')
  await page.setViewportSize({ width: 1000, height: 760 })
})
