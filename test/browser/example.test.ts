import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestApp } from '../support/app.ts'
import { openChromium } from '../support/chromium.ts'
import {
  complaintAt,
  expectAccessible,
  fill,
  heading,
  openMailed,
  openPage,
  press,
  said,
  scan,
  startExample,
  takePicture,
  visit,
} from './support.ts'

// One person's way through the example front end, from an empty database to the deletion: each test goes on where the last one stopped.

const ada = { email: 'ada@example.com', password: 'correct horse battery' }
const complaints: string[] = []
let app: TestApp
let browser: Browser
let laptop: Page
let phone: Page
let backupCodes: string[] = []
const appCode = 'Code from your authenticator app'

beforeAll(async () => {
  ;[browser, app] = await Promise.all([openChromium(), startExample({ RATE_LIMITS: '1' })])
  laptop = await openPage(browser, complaints)
  phone = await openPage(browser, complaints)
}, 600_000)
afterAll(async () => {
  await browser.close()
  await app.close()
})

/** However many steps it takes: a code, a mailed link. */
async function signIn(page: Page): Promise<void> {
  await page.goto(`${app.origin}/dev/app`)
  await heading(page, 'Sign in')
  await fill(page, { 'Email address': ada.email, Password: ada.password })
  await press(page, 'Sign in')
  await heading(page, /Enter your code|Check your email|Profile/)
  if (await page.getByRole('heading', { name: 'Enter your code' }).isVisible()) {
    await fillBackupCode(page, backupCodes.pop() ?? '')
    await heading(page, /Check your email|Profile/)
  }
  if (await page.getByRole('heading', { name: 'Check your email' }).isVisible()) {
    await openMailed(page, app.origin, ada.email, 'verify-device')
    await press(page, 'Yes, sign me in')
  }
  await heading(page, 'Profile')
}

async function fillBackupCode(page: Page, code: string): Promise<void> {
  await press(page, 'Use a backup code')
  await fill(page, { 'Backup code': code })
  await press(page, 'Continue')
}

test('sign-up: what is wrong is said beside each field, and the mailed link opens the account', async () => {
  await laptop.goto(`${app.origin}/dev/app`)
  await heading(laptop, 'Sign in')
  await expectAccessible(laptop)
  await laptop.getByRole('link', { name: 'Create an account' }).click()
  await heading(laptop, 'Create your account')
  await fill(laptop, { 'Email address': 'ada@', Name: 'Ada <3', Handle: 'admin', Password: 'password1234' })
  await press(laptop, 'Create account')
  expect(await complaintAt(laptop, 'Email address')).toBe('This does not look right. Please check for typos.')
  expect(await complaintAt(laptop, 'Name')).toBe('This contains a character that is not allowed.')
  expect(await complaintAt(laptop, 'Handle')).toBe('This name is reserved. Please choose another.')
  expect(await complaintAt(laptop, 'Password')).toContain('Many people use this password')
  expect(await laptop.evaluate('document.activeElement.name')).toBe('email')
  await expectAccessible(laptop)
  await takePicture(laptop, 'sign-up')

  await fill(laptop, { 'Email address': ada.email, Name: 'Ada Lovelace', Handle: 'ada_l', Password: ada.password })
  await press(laptop, 'Create account')
  await heading(laptop, 'Check your email')
  await expectAccessible(laptop)
  await laptop.getByRole('button', { name: /^Resend in 0:\d\d$/ }).waitFor()
  await phone.goto(`${app.origin}/dev/app#/sign-in`)
  await fill(phone, { 'Email address': ada.email, Password: ada.password })
  await press(phone, 'Sign in')
  await heading(phone, 'Check your email')
  await said(phone, `${ada.email} is not verified yet.`)
  await expectAccessible(phone)
  await press(phone, 'Resend the link')
  await said(phone, 'We sent you a new link. Earlier links no longer work.')

  await openMailed(laptop, app.origin, ada.email, 'verify-email')
  await heading(laptop, 'Verify your email address')
  await expectAccessible(laptop)
  await press(laptop, 'Verify my address')
  await heading(laptop, 'Profile')
  await said(laptop, 'Welcome! Your address is verified.')
  await press(laptop, 'Sign out')
  await heading(laptop, 'Sign in')
})

test('sign-in by keyboard alone; wrong passwords, a wait that is counted down, and no network', async () => {
  expect(await laptop.evaluate('document.activeElement.tagName')).toBe('H1')
  const type = async (text: string) => {
    await laptop.keyboard.press('Tab')
    await laptop.keyboard.type(text)
  }
  await type('nobody@example.com')
  await type('wrong')
  await laptop.keyboard.press('Enter')
  await said(laptop, 'Wrong email address or password.')
  const button = laptop.locator('main form [type=submit]').first()
  let words: string | null = 'Sign in'
  while (words === 'Sign in') {
    await button.press('Enter')
    words = await button.textContent()
  }
  expect(words).toMatch(/^Try again in 0:0\d$/)
  await said(laptop, 'Too many attempts. Please wait a moment and try again.')
  await laptop.getByRole('button', { name: 'Sign in', exact: true }).waitFor()

  await laptop.context().setOffline(true)
  await press(laptop, 'Sign in')
  await said(laptop, 'We cannot reach the server. Please check your connection and try again.')
  await laptop.context().setOffline(false)
})

test('a new device needs its mailed link, once', async () => {
  await signIn(phone)
  await signIn(laptop)
  await press(laptop, 'Sign out')
  await heading(laptop, 'Sign in')
  await fill(laptop, { 'Email address': ada.email, Password: ada.password })
  await press(laptop, 'Sign in')
  await heading(laptop, 'Profile')
})

test('sessions and devices: one is ended, then all others', async () => {
  await visit(laptop, 'Sessions')
  await laptop.getByText('this device').first().waitFor()
  await expectAccessible(laptop)
  await takePicture(laptop, 'sessions')
  await laptop.getByRole('button', { name: /^Sign out .+ on / }).click()
  await said(laptop, 'That session has been signed out.')
  await visitSignedOut(phone)
  await signIn(phone)
  await laptop.reload()
  await press(laptop, 'Sign out all other sessions')
  await said(laptop, 'All other sessions have been signed out.')
  await visitSignedOut(phone)
})

/** The next click finds that the session is over. */
async function visitSignedOut(page: Page): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'Security' }).click()
  await heading(page, 'Sign in')
}

test('two-step sign-in: the picture, a wrong code, the right one, backup codes', async () => {
  await visit(laptop, 'Two-step sign-in')
  await press(laptop, 'Set up')
  const authenticator = await scan(laptop)
  await expectAccessible(laptop)
  await takePicture(laptop, 'two-step')
  await fill(laptop, { [appCode]: 'abc' })
  await press(laptop, 'Turn on')
  const wrongCode = 'Wrong code. Codes change every 30 seconds, and each works only once.'
  expect(await complaintAt(laptop, appCode)).toBe(wrongCode)
  await fill(laptop, { [appCode]: authenticator.generate() })
  await press(laptop, 'Turn on')
  await laptop.getByRole('heading', { name: 'Save your backup codes' }).waitFor()
  backupCodes = await laptop.locator('.codes code').allTextContents()
  expect(backupCodes).toHaveLength(10)
  await expectAccessible(laptop)
  await press(laptop, 'I have saved them')
  await laptop.getByText('You have 10 left.', { exact: false }).waitFor()
  await expectAccessible(laptop)

  await fill(phone, { 'Email address': ada.email, Password: ada.password })
  await press(phone, 'Sign in')
  await heading(phone, 'Enter your code')
  await expectAccessible(phone)
  const spent = backupCodes.pop() ?? ''
  await fillBackupCode(phone, 'AAAAAAAA')
  expect(await complaintAt(phone, 'Backup code')).toBe(wrongCode)
  await fill(phone, { 'Backup code': spent })
  await press(phone, 'Continue')
  await heading(phone, 'Profile')
  // The code of the next half minute is good already.
  await fillTwoStepOff(phone, authenticator.generate({ timestamp: Date.now() + 30_000 }))
  await press(phone, 'Sign out')
})

async function fillTwoStepOff(page: Page, code: string): Promise<void> {
  await visit(page, 'Two-step sign-in')
  await page.getByText('You have 9 left.', { exact: false }).waitFor()
  await page.getByLabel(appCode).first().fill(code)
  await press(page, 'Get new backup codes')
  await page.getByRole('heading', { name: 'Save your backup codes' }).waitFor()
  backupCodes = await page.locator('.codes code').allTextContents()
  expect(backupCodes).toHaveLength(10)
}

test('password: the wrong current one, a common new one, then a good one', async () => {
  await visit(laptop, 'Security')
  await expectAccessible(laptop)
  await fill(laptop, { 'Current password': 'wrong', 'New password': 'wrong donkey charger' })
  await press(laptop, 'Change password')
  expect(await complaintAt(laptop, 'Current password')).toBe('Wrong password.')
  await fill(laptop, { 'Current password': ada.password, 'New password': 'short' })
  await press(laptop, 'Change password')
  await laptop.getByText('Please use at least 12 characters.').waitFor()
  expect(await complaintAt(laptop, 'Current password')).toBe('')
  await fill(laptop, { 'New password': 'wrong donkey charger' })
  await press(laptop, 'Change password')
  await said(laptop, 'Your password is saved, and all other sessions have been signed out.')
  ada.password = 'wrong donkey charger'
})

test('email address: changed by the link in the new mailbox, taken back by the one in the old', async () => {
  const elsewhere = 'ada@elsewhere.example'
  await fill(laptop, { 'New email address': elsewhere, 'Your password': 'wrong' })
  await press(laptop, 'Change address')
  expect(await complaintAt(laptop, 'Your password')).toBe('Wrong password.')
  await fill(laptop, { 'Your password': ada.password })
  await press(laptop, 'Change address')
  await said(laptop, `We sent a link to ${elsewhere}. Open it to complete the change.`)
  await expectAccessible(laptop)
  await openMailed(laptop, app.origin, elsewhere, 'confirm-email-change')
  await press(laptop, 'Confirm this address')
  await said(laptop, 'Your address has changed. Sign in with the new one.')

  await openMailed(laptop, app.origin, ada.email, 'undo-email-change')
  await press(laptop, 'Undo the change')
  await said(laptop, 'Your old address is back. Open the link we sent you to choose a new password.')
  await laptop.getByRole('link', { name: 'Forgot your password?' }).click()
  await heading(laptop, 'Forgot your password?')
  await expectAccessible(laptop)
  await fill(laptop, { 'Email address': ada.email })
  await press(laptop, 'Send me a link')
  await said(laptop, `If there is an account for ${ada.email}, we sent it a link.`)
  await expectAccessible(laptop)
  // The undo sent one as well, whose link is dead by now.
  await openMailed(laptop, app.origin, ada.email, 'reset-password', { ofMails: 2 })
  await press(laptop, 'Save password')
  expect(await complaintAt(laptop, 'New password')).toBe('Please choose a new password.')
  ada.password = 'third time is a charm'
  await fill(laptop, { 'New password': ada.password })
  await press(laptop, 'Save password')
  await said(laptop, 'Your password is saved. Sign in with it.')
  await signIn(laptop)
})

test('profile and picture, found by a search', async () => {
  await visit(laptop, 'Profile')
  const file = { name: 'picture.png', mimeType: 'image/png' }
  await laptop.getByLabel('Choose a picture').setInputFiles({ ...file, buffer: Buffer.from('no picture') })
  await press(laptop, 'Upload')
  expect(await complaintAt(laptop, 'Choose a picture')).toContain('We could not read this picture.')
  await laptop.getByLabel('Choose a picture').setInputFiles({ ...file, buffer: await portrait() })
  await press(laptop, 'Upload')
  await said(laptop, 'Your picture has been updated.')
  expect(await laptop.evaluate("document.querySelector('img.portrait').decode()")).toBeUndefined()
  await fill(laptop, { Name: 'Ada, Countess of Lovelace', 'About you': 'x'.repeat(161) })
  await press(laptop, 'Save')
  expect(await complaintAt(laptop, 'About you')).toBe('Please use at most 160 characters.')
  await fill(laptop, { 'About you': 'Notes on the Analytical Engine' })
  await press(laptop, 'Save')
  await said(laptop, 'Saved.')
  await expectAccessible(laptop)
  await takePicture(laptop, 'profile')

  await visit(laptop, 'People')
  await press(laptop, 'Search')
  expect(await complaintAt(laptop, 'Name or handle')).toBe('Please fill this in.')
  await fill(laptop, { 'Name or handle': 'countess' })
  await expect
    .poll(async () => {
      await press(laptop, 'Search')
      await laptop.getByText(/^(No one found\.|1 person)$/).waitFor()
      return laptop.getByText('Ada, Countess of Lovelace').count()
    })
    .toBe(1)
  await expectAccessible(laptop)
  await visit(laptop, 'Profile')
  await press(laptop, 'Remove picture')
  await said(laptop, 'Your picture has been removed.')
})

/** Dusk over hills, pixel by pixel: where the server has run in this process, its sharp reads no SVG. */
function portrait(): Promise<Buffer> {
  const size = 192
  const colourAt = (x: number, y: number): readonly number[] => {
    if (y > 132 + 14 * Math.sin(x / 24)) return [0x3b, 0x2f, 0x66]
    return Math.hypot(x - 120, y - 88) < 32 ? [0xff, 0xcf, 0x8a] : [0x5b, 0x4b, 0x8a]
  }
  const pixels = Array.from({ length: size * size }, (_, index) => colourAt(index % size, Math.floor(index / size)))
  return sharp(Buffer.from(pixels.flat()), { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer()
}

test('the account as a file; deleted, it opens to nobody', async () => {
  await visit(laptop, 'Your data')
  await expectAccessible(laptop)
  const [download] = await Promise.all([laptop.waitForEvent('download'), press(laptop, 'Download')])
  expect(download.suggestedFilename()).toBe('my-data.json')
  await fill(laptop, { 'Your password': 'wrong' })
  await press(laptop, 'Delete my account')
  expect(await complaintAt(laptop, 'Your password')).toBe('Wrong password.')
  await fill(laptop, { 'Your password': ada.password })
  await press(laptop, 'Delete my account')
  await said(laptop, 'Your account has been deleted.')
  await fill(laptop, { 'Email address': ada.email, Password: ada.password })
  await press(laptop, 'Sign in')
  await said(laptop, 'Wrong email address or password.')
})

test('no console had anything to say against the pages: not their policy, not a script', () => {
  expect(complaints).toEqual([])
})
