import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestApp } from '../support/app.ts'
import { openChromium } from '../support/chromium.ts'
import { expectAccessible, expectUsable, heading, openPage, press, said, startExample, takePicture } from './support.ts'

// The page on which a front-end developer switches errors on, beside the front end in the same browser.

const complaints: string[] = []
let app: TestApp
let browser: Browser
let page: Page
let frontEnd: Page

beforeAll(async () => {
  ;[browser, app] = await Promise.all([openChromium(), startExample()])
  page = await openPage(browser, complaints)
  frontEnd = await page.context().newPage()
  await page.goto(`${app.origin}/dev/errors`)
  await page.locator('details').first().waitFor()
}, 600_000)
afterAll(async () => {
  await browser.close()
  await app.close()
  expect(complaints).toEqual([])
})

const search = (on: Page) => on.getByRole('searchbox', { name: 'Search routes and codes' })
const ofRoute = (route: string) => page.locator('details', { hasText: route })

test('a switch forces an error on the front end in the same browser, until it is off [EL9]', async () => {
  await search(page).fill('/v0/auth/login')
  await ofRoute('POST /v0/auth/login').locator('summary').click()
  const banned = ofRoute('POST /v0/auth/login').getByRole('switch', { name: 'user:banned' })
  await banned.click()
  await expect.poll(() => banned.getAttribute('aria-checked'), { timeout: 15_000 }).toBe('true')
  await page.getByText('answers user:banned').waitFor()
  await expectAccessible(page)
  await takePicture(page, 'error-lab')

  await frontEnd.goto(`${app.origin}/dev/app#/sign-in`)
  await heading(frontEnd, 'Sign in')
  await frontEnd.getByLabel('Email address', { exact: true }).fill('ada@example.com')
  await frontEnd.getByLabel('Password', { exact: true }).fill('wrong')
  await press(frontEnd, 'Sign in')
  await said(frontEnd, 'This account has been suspended.')
  await page.locator('#answers', { hasText: '403 user:banned' }).waitFor()

  await press(page, 'Turn all off')
  await expect.poll(() => banned.getAttribute('aria-checked'), { timeout: 15_000 }).toBe('false')
  await press(frontEnd, 'Sign in')
  await said(frontEnd, 'Wrong email address or password.')
})

test('by keyboard alone: search a code, open its route, cut the connection; once is once [EL9]', async () => {
  await page.reload()
  await page.locator('details').first().waitFor()
  await page.locator('body').press('/')
  await page.keyboard.type('session:expired')
  const me = ofRoute('GET /v0/user/me').first()
  expect(await ofRoute('POST /v0/auth/login').isVisible()).toBe(false)
  const one = me.getByRole('switch', { name: 'session:expired' })
  const isOn = () => one.getAttribute('aria-checked')
  await expectUsable(page)
  await page.locator('#how').selectOption('drop')
  await one.focus()
  await page.keyboard.press('Enter')
  await me.getByText('answers drop').waitFor()
  await expect(frontEnd.evaluate("fetch('/v0/user/me')")).rejects.toThrow(/Failed to fetch/)
  await page.keyboard.press('Enter')
  await expect.poll(isOn, { timeout: 15_000 }).toBe('false')

  await page.locator('#how').selectOption('garbage')
  await page.locator('#times').selectOption('1')
  await one.focus()
  await page.keyboard.press('Enter')
  await me.getByText('answers garbage').waitFor()
  const statuses = "[1, 2].reduce(async (all) => [...(await all), (await fetch('/v0/user/me')).status], [])"
  expect(await frontEnd.evaluate(statuses)).toEqual([502, 401])
  await expect.poll(isOn, { timeout: 15_000 }).toBe('false')
  await expectAccessible(page)
})
