import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { expectAccessible, takeBothPictures } from '../browser/support.ts'
import { openChromium } from '../support/chromium.ts'
import type { Followed } from './guide.ts'
import { mailedLink } from './mailed-link.ts'

export const ada = { email: 'ada@example.com', password: 'correct horse battery' }

export async function openWindow(browser: Browser, origin: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: origin })
  // What is compiled when it is asked for takes its time.
  context.setDefaultTimeout(60_000)
  return context.newPage()
}

export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

export async function signUp(page: Page): Promise<void> {
  await page.goto('/sign-up', { waitUntil: 'networkidle' })
  for (const [label, value] of Object.entries({
    Email: ada.email,
    Handle: 'ada_l',
    Name: 'Ada',
    Password: ada.password,
  }))
    await page.getByLabel(label).fill(value)
  await page.getByLabel('Password').fill('short')
  await press(page, 'Sign up')
  // The number is the server's.
  await page.getByText(/at least 12 characters/).waitFor()
  await expectAccessible(page)
  await page.getByLabel('Password').fill(ada.password)
  await press(page, 'Sign up')
  await page.getByText('mailed you a link').waitFor()
  await expectAccessible(page)
}

export async function signIn(page: Page, password = ada.password): Promise<void> {
  await page.goto('/sign-in', { waitUntil: 'networkidle' })
  await page.getByLabel('Email').fill(ada.email)
  await page.getByLabel('Password').fill(password)
  await press(page, 'Sign in')
}

export const expectAccount = async (page: Page): Promise<void> => {
  await page.waitForURL('**/account')
  await page.getByText(`Signed in as ${ada.email}`).waitFor()
}

/** Opens the link that was mailed last, and does what it is for. */
export async function followMail(
  page: Page,
  { postern }: Followed,
  kind: 'verify-email' | 'verify-device',
): Promise<void> {
  await page.goto(await mailedLink(postern, ada.email, kind), { waitUntil: 'networkidle' })
  await expectAccessible(page)
  await press(page, 'Continue')
  await expectAccount(page)
}

/** A browser that the account does not know needs a mailed link beside the password. */
export async function signInElsewhere(page: Page, followed: Followed): Promise<void> {
  await signIn(page)
  await page.getByText('mailed you a link').waitFor()
  await expectAccessible(page)
  await followMail(page, followed, 'verify-device')
}

/**
 * Every front end of the guides has the same pages (`/sign-up`, `/sign-in`, `/account`, and under `/account` those to which mails lead) and the
 * same words on its fields and buttons. A refusal is a sentence with the role `alert`. axe finds no fault in any of them, by day or in the
 * dark, and none is wider than 320 pixels.
 */
export async function walkFrontEnd(followed: Followed, picture?: string): Promise<void> {
  const { origin } = followed
  const browser = await openChromium()
  try {
    const page = await openWindow(browser, origin)
    await page.goto('/account')
    await page.waitForURL('**/sign-in')

    await signUp(page)
    await followMail(page, followed, 'verify-email')
    await page.reload()
    await expectAccount(page)
    await expectAccessible(page)
    if (picture) await takeBothPictures(page, picture)
    expect(await page.evaluate('document.cookie')).not.toContain('session')

    await press(page, 'Sign out')
    await page.waitForURL('**/sign-in')
    await page.goto('/account')
    await page.waitForURL('**/sign-in')

    await signIn(page, 'not the right one')
    expect(await page.getByRole('alert').filter({ hasText: /\w/ }).innerText()).toMatch(/password/i)
    await expectAccessible(page)
    await signIn(page)
    await expectAccount(page)

    await signInElsewhere(await openWindow(browser, origin), followed)
  } finally {
    await browser.close()
  }
}
