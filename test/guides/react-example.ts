import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { expectAccessible, fill, heading, openPage, press, scan } from '../browser/support.ts'
import { openChromium } from '../support/chromium.ts'
import { newPerson } from '../support/people.ts'
import { walkFrontEnd } from './front-end.ts'
import type { Followed } from './guide.ts'

/** What examples/react has beyond what every guide builds: sessions, two-step sign-in, a forgotten password. */
export async function walkReact(followed: Followed): Promise<void> {
  await walkFrontEnd(followed, 'react')
  const { origin } = followed
  const { email, handle, display_name, password } = newPerson()
  const complaints: string[] = []
  const browser = await openChromium()
  try {
    const page = await openPage(browser, complaints)
    await page.goto(`${origin}/sign-up`)
    await fill(page, { Email: email, Handle: handle, Name: display_name, Password: 'short' })
    await press(page, 'Sign up')
    await page.getByText('Please use at least 12 characters.').waitFor()
    await expectAccessible(page)
    await page.getByLabel('Password').fill(password)
    await press(page, 'Sign up')
    await heading(page, 'Check your mail')
    await openLink(page, followed, email, 'verify-email')
    await expectAccessible(page)
    await press(page, 'Continue')
    await heading(page, `Hello, ${display_name}`)
    await page.getByText('This browser').waitFor()
    await expectAccessible(page)

    await press(page, 'Turn on')
    const totp = await scan(page)
    await expectAccessible(page)
    await fill(page, { 'Code of your app': totp.generate() })
    await press(page, 'Confirm')
    await page.getByText('It is on.').waitFor()
    await expectAccessible(page)
    const [backupCode = ''] = (await page.locator('pre').innerText()).split('\n')
    await press(page, 'Sign out')
    await heading(page, 'Sign in')
    await fill(page, { Email: email, Password: password })
    await press(page, 'Sign in')
    await heading(page, 'Second step')
    await expectAccessible(page)
    await fill(page, { 'Code of your app, or a backup code': backupCode })
    await press(page, 'Continue')
    await heading(page, `Hello, ${display_name}`)
    await press(page, 'Sign out')

    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await expectAccessible(page)
    await fill(page, { Email: email })
    await press(page, 'Mail me a link')
    await heading(page, 'Check your mail')
    await openLink(page, followed, email, 'reset-password')
    await expectAccessible(page)
    await fill(page, { 'New password': `${password}, a new one` })
    await press(page, 'Save')
    await heading(page, 'Sign in')
    expect(complaints).toEqual([])
  } finally {
    await browser.close()
  }
}

/** From the inbox, where it leads to the app's own address. */
async function openLink(page: Page, { postern, origin }: Followed, email: string, linked: string): Promise<void> {
  await page.goto(`${postern}/dev/inbox?${new URLSearchParams({ query: `to:${email} "/account/${linked}?"` })}`)
  await page.locator('#mails a').first().click()
  const link = page.getByRole('link', { name: `Open ${new URL(origin).host}/account/${linked}` })
  await page.goto((await link.getAttribute('href')) ?? '')
}
