import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { newPerson, signUp } from '../support/people.ts'
import {
  expectAccessible,
  fill,
  heading,
  loaded,
  openMailed,
  press,
  said,
  takeBothPictures,
  useExample,
} from './support.ts'

// What the best sign-in pages have, in the example, and a design that an application sets.

const { app, open } = useExample({
  GOOGLE_CLIENT_ID: 'x',
  GOOGLE_CLIENT_SECRET: 'y',
  GITHUB_CLIENT_ID: 'x',
  GITHUB_CLIENT_SECRET: 'y',
})

const openAt = async (place: string): Promise<Page> => {
  const page = await open()
  await page.goto(`${app.origin}/dev/app#/${place}`)
  return page
}

test('a new password is weighed while it is typed, with what else the form knows [FD82]', async () => {
  const page = await openAt('sign-up')
  const bars = page.locator('.strength')
  await heading(page, 'Create your account')
  expect(await bars.isVisible()).toBe(false)
  await fill(page, { 'Email address': 'ada.lovelace@example.com', Name: 'Ada Lovelace' })
  for (const [password, word] of [
    ['correct hor', 'Too short'],
    ['aaaaaaaaaaaaaaaaaaaa', 'Weak'],
    ['abcdefghijkl1234', 'Weak'],
    ['lovelace-lovelace-1', 'Weak'],
    ['wrong donkey ch', 'Fair'],
    ['correct horse battery', 'Good'],
    ['correct horse battery staple', 'Strong'],
  ] as const) {
    await fill(page, { Password: password })
    expect([password, await bars.textContent()]).toEqual([password, word])
  }
  await expectAccessible(page)
})

test('what is loaded has a place before it is there; each provider has its mark, others a neutral one [FD82]', async () => {
  const page = await open()
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route('**/v0/auth/oauth/providers', async (route) => {
    const response = await route.fetch()
    const { providers } = (await response.json()) as { readonly providers: readonly object[] }
    await promise
    await route.fulfill({ response, json: { providers: [...providers, { slug: 'acme', name: 'Acme' }] } })
  })
  await page.goto(`${app.origin}/dev/app`)
  await heading(page, 'Sign in')
  expect(await page.locator('.later .bone').count()).toBe(1)
  expect(await page.getByLabel('Email address').isVisible()).toBe(true)
  resolve()
  await page.getByRole('button', { name: 'Continue with Acme', exact: true }).waitFor()
  const shapes = `[...document.querySelectorAll('button.provider svg[aria-hidden]')].map(({ children }) => children.length)`
  expect(await page.evaluate(shapes)).toEqual([4, 1, 1])
  await expectAccessible(page)
  await takeBothPictures(page, 'sign-in')
})

test('a link to a new device and to a new password is mailed once more, after a wait that is counted down [FD82]', async () => {
  const { email, password } = await signUp(app, newPerson())
  const first = await open()
  await openMailed(first, app.origin, email, 'verify-email')
  await press(first, 'Verify my address')
  await heading(first, 'Profile')

  const page = await open()
  await page.clock.install()
  await page.goto(`${app.origin}/dev/app`)
  await fill(page, { 'Email address': email, Password: password })
  await press(page, 'Sign in')
  await heading(page, 'Check your email')
  await page.getByRole('button', { name: /^Resend in 0:\d\d$/ }).waitFor()
  await page.clock.fastForward(30_000)
  await press(page, 'Resend the link')
  await said(page, 'We sent you another link.')
  await page.getByRole('button', { name: /^Resend in 0:\d\d$/ }).waitFor()

  await page.getByRole('link', { name: 'Back to sign-in' }).click()
  await heading(page, 'Sign in')
  await page.goBack()
  await heading(page, 'Check your email')
  // The password was left behind with the place.
  expect(await page.getByRole('button').count()).toBe(0)
  await page.goForward()
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  // The page before it has such a field, too.
  await heading(page, 'Forgot your password?')
  await fill(page, { 'Email address': email })
  await press(page, 'Send me a link')
  await heading(page, 'Check your email')
  await page.clock.fastForward(30_000)
  await press(page, 'Resend the link')
  await said(page, 'If there is an account, we sent it a new link.')
  await page.close()
  await openMailed(first, app.origin, email, 'verify-device', { ofMails: 2 })
  await openMailed(first, app.origin, email, 'reset-password', { ofMails: 2 })
})

test('colours, corners and fonts are set in one place, and a page is dark where its application says so [FD82]', async () => {
  const root = join(import.meta.dirname, '../../examples/web')
  const others = globSync('*.css', { cwd: root }).filter((name) => name !== 'tokens.css')
  const literals = others.flatMap((name) =>
    [
      ...readFileSync(join(root, name), 'utf8').matchAll(/#[\da-f]{3,8}\b|\b(?:rgb|hsl)\(|font-family: (?!.*var\().*/g),
    ].map(([literal]) => `${name}: ${literal}`),
  )
  expect([others.length, literals]).toEqual([2, []])

  const page = await openAt('sign-in')
  await heading(page, 'Sign in')
  await loaded(page)
  const looks = () =>
    page.evaluate<readonly string[]>(`(() => {
      const { backgroundColor, borderRadius, fontFamily } = getComputedStyle(document.querySelector('[type=submit]'))
      return [backgroundColor, borderRadius, fontFamily, getComputedStyle(document.body).backgroundColor]
    })()`)
  expect((await looks()).at(-1)).toBe('rgb(245, 246, 250)')
  await page.evaluate(`(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(':root { --accent: #8a1c4a; --radius: 0rem; --font: serif }')
    document.adoptedStyleSheets = [sheet]
  })()`)
  expect((await looks()).slice(0, 3)).toEqual(['rgb(138, 28, 74)', '0px', 'serif'])
  await page.evaluate("document.documentElement.dataset.theme = 'dark'")
  expect((await looks()).at(-1)).toBe('rgb(18, 20, 28)')
})
