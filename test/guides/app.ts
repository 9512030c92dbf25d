import { openChromium } from '../support/chromium.ts'
import { ada, expectAccount, followMail, openWindow, press, signIn, signInElsewhere, signUp } from './front-end.ts'
import type { Followed } from './guide.ts'

/** An app in a browser holds its tokens in memory: nothing may load a page anew between signing in and what needs it. */
export async function walkApp(followed: Followed): Promise<void> {
  const { origin } = followed
  const browser = await openChromium()
  try {
    const page = await openWindow(browser, origin)
    await page.goto('/account')
    await page.waitForURL('**/sign-in')
    await signUp(page)
    await followMail(page, followed, 'verify-email')
    await press(page, 'Sign out')
    await page.waitForURL('**/sign-in')

    // The token of the device outlived the session, so the password is enough.
    await page.getByLabel('Email').fill(ada.email)
    await page.getByLabel('Password').fill(ada.password)
    await press(page, 'Sign in')
    await expectAccount(page)

    const elsewhere = await openWindow(browser, origin)
    await signIn(elsewhere, 'not the right one')
    await elsewhere
      .getByRole('alert')
      .filter({ hasText: /password/i })
      .waitFor()
    await signInElsewhere(elsewhere, followed)
  } finally {
    await browser.close()
  }
}
