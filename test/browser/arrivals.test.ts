import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountPages } from '../../src/mailed-tokens/link.ts'
import type { TestApp } from '../support/app.ts'
import { openChromium } from '../support/chromium.ts'
import { newPerson, signUp } from '../support/people.ts'
import { newcomer, startProviders } from '../support/provider.ts'
import {
  complaintAt,
  expectAccessible,
  fill,
  heading,
  openMailed,
  openPage,
  press,
  said,
  startExample,
  visit,
} from './support.ts'

// Where people come to the example from elsewhere: from providers, and by links that are no good.

const complaints: string[] = []
let app: TestApp
let providers: Awaited<ReturnType<typeof startProviders>>
let browser: Browser
let page: Page

beforeAll(async () => {
  providers = await startProviders()
  ;[browser, app] = await Promise.all([openChromium(), startExample(providers.env)])
  page = await openPage(browser, complaints)
}, 600_000)
afterAll(async () => {
  await browser.close()
  await app.close()
  await providers.stop()
  expect(complaints).toEqual([])
})

test('another service: asked who is there, connected, signed in through, disconnected', async () => {
  const person = await signUp(app, newPerson())
  await openMailed(page, app.origin, person.email, 'verify-email')
  await press(page, 'Verify my address')
  await heading(page, 'Profile')
  providers.provider.reset({ ...newcomer(), email: 'ada@provider.example' })
  await app.sql("update sessions set authenticated_at = now() - interval '6 minutes'")
  await visit(page, 'Security')
  await press(page, 'Connect Google')
  const dialog = page.getByRole('dialog', { name: 'Confirm it’s you' })
  await dialog.waitFor()
  await expectAccessible(page)
  await press(page, 'Cancel')
  await said(page, 'You signed in a while ago. Try again and confirm it’s you, or sign out and back in.')
  await press(page, 'Connect Google')
  await dialog.getByLabel('Password').fill('wrong')
  await dialog.getByRole('button', { name: 'Confirm' }).click()
  await dialog.getByText('Wrong password.').waitFor()
  await dialog.getByLabel('Password').fill(person.password)
  await dialog.getByRole('button', { name: 'Confirm' }).click()
  await said(page, 'Connected. You can now sign in this way.')

  await press(page, 'Sign out')
  await press(page, 'Continue with Google')
  await heading(page, 'Profile')
  await visit(page, 'Security')
  await page.getByText('ada@provider.example').waitFor()
  await press(page, 'Disconnect Google')
  await said(page, 'Google has been disconnected.')
  await press(page, 'Sign out')

  providers.provider.reset({ ...newcomer(), email: person.email })
  await press(page, 'Continue with Google')
  await page.getByText('You already have an account with this address.').waitFor()
})

test('in a browser that keeps nothing one signs in through another service, and connects it', async () => {
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-GB' })
  await context.addInitScript(`for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError') } })`)
  const forgetful = await context.newPage()
  forgetful.on('pageerror', (error) => complaints.push(String(error)))
  const person = await signUp(app)
  providers.provider.reset(newcomer())
  await openMailed(forgetful, app.origin, person.email, 'verify-email')
  await press(forgetful, 'Verify my address')
  await heading(forgetful, 'Profile')
  await visit(forgetful, 'Security')
  await press(forgetful, 'Connect Google')
  await said(forgetful, 'Connected. You can now sign in this way.')
  await press(forgetful, 'Sign out')
  await press(forgetful, 'Continue with Google')
  await heading(forgetful, 'Profile')
  await forgetful.getByText(person.handle).first().waitFor()
  await context.close()
})

test('what a provider sends back that is no good, its own failure told apart from a refusal [FD15]', async () => {
  const callback = `${app.origin}/account/oauth/google/callback`
  await page.goto(`${callback}?error=access_denied`)
  await said(page, 'You cancelled at the other service.')
  await page.goto(`${callback}?error=server_error`)
  await said(page, 'Something went wrong at the other service. Please try again.')
  await page.goto(`${callback}?code=code&state=state`)
  await said(page, 'This sign-in was started in another browser, or has already been used. Please start again.')
  await page.goto(`${app.origin}/account/oauth/nobody/callback?code=code&state=state`)
  await said(page, 'This service is not available here.')
})

test('an account through another service alone: a handle of its own, and the mailed link that deletes it', async () => {
  const who = newcomer()
  providers.provider.reset(who)
  await page.goto(`${app.origin}/dev/app`)
  await press(page, 'Continue with Google')
  await heading(page, 'Almost done')
  await expectAccessible(page)
  const { handle } = await signUp(app)
  await fill(page, { Name: 'Some One', Handle: handle.toUpperCase() })
  await press(page, 'Create account')
  expect(await complaintAt(page, 'Handle')).toBe('This handle is taken. Please choose another.')
  await fill(page, { Handle: 'some_one' })
  await press(page, 'Create account')
  await heading(page, 'Profile')
  await visit(page, 'Your data')
  await press(page, 'Email me a link to delete my account')
  await said(page, `We sent a link to ${who.email}. Open it to delete your account.`)
  await openMailed(page, app.origin, who.email, 'confirm-deletion')
  await press(page, 'Delete my account')
  await said(page, 'Your account has been deleted.')
})

const badLink = {
  'verify-email': 'This link no longer works. There may be a newer one in your inbox.',
  'email-sign-in': 'This link has already been used, or there is a newer one in your inbox.',
  'verify-device': 'This link has expired or has already been used. Sign in again to get a new one.',
  'reset-password': 'This link has already been used, or there is a newer one in your inbox.',
  'confirm-email-change': 'This link has expired, has already been used, or was replaced by a newer one.',
  'undo-email-change': 'This link has expired, has already been used, or was replaced by a newer one.',
  'confirm-deletion': 'This link has expired or has already been used. Your account has not been deleted.',
  'accept-invitation':
    'This invitation no longer works. If you have accepted it already, sign in. Otherwise ask for a new one.',
} as const satisfies Record<(typeof accountPages)[number], string>

test.each(accountPages)('a link to %s that is no good says so', async (linked) => {
  await page.goto(`${app.origin}/account/${linked}?token=pot_bad`)
  if (linked === 'reset-password') await fill(page, { 'New password': 'wrong donkey charger' })
  await page.locator('main [type=submit]').click()
  await said(page, badLink[linked])
})
