import { openChromium } from '../support/chromium.ts'
import { ada, expectAccount, openWindow, press, signIn, signUp } from './front-end.ts'
import type { Followed } from './guide.ts'
import { mailedLink } from './mailed-link.ts'

/** An app in a browser holds its tokens in memory: nothing may load a page anew between signing in and what needs it. */
export async function walkApp({ postern, origin }: Followed): Promise<void> {
  const browser = await openChromium()
  try {
    const page = await openWindow(browser, origin)
    await page.goto('/account')
    await page.waitForURL('**/sign-in')
    await signUp(page)
    await page.goto(await mailedLink(postern, ada.email, 'verify-email'), { waitUntil: 'networkidle' })
    await press(page, 'Continue')
    await expectAccount(page)
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
    await signIn(elsewhere)
    await elsewhere.getByText('mailed you a link').waitFor()
    await elsewhere.goto(await mailedLink(postern, ada.email, 'verify-device'), { waitUntil: 'networkidle' })
    await press(elsewhere, 'Continue')
    await expectAccount(elsewhere)
  } finally {
    await browser.close()
  }
}
