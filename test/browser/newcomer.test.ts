import { readFile } from 'node:fs/promises'
import { URI } from 'otpauth'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { newPerson, signUp } from '../support/people.ts'
import { fill, heading, openMailed, press, said, scan, useExample, visit } from './support.ts'

// What somebody who sees the example for the first time would stumble over.

const { app, newContext, open } = useExample({ PASSWORD_MIN_LENGTH: '14' })

const openAt = async (place: string): Promise<Page> => {
  const page = await open()
  await page.goto(`${app.origin}${place}`)
  await page.locator('main:not([aria-busy]) h1').waitFor()
  return page
}

test.each([
  '/dev/app',
  '/dev/app#/sign-up',
  '/dev/app#/forgot-password',
  '/dev/app#/profile',
  '/account/verify-email',
  '/dev/inbox',
  '/docs',
  '/docs/errors',
])("a guest's console has not a word to say of %s [FD83]", async (place) => {
  const page = await open()
  const words: string[] = []
  page.on('console', (message) => words.push(message.text()))
  page.on('response', (response) => void (response.status() >= 400 && words.push(response.url())))
  // The inbox goes on listening.
  await page.goto(`${app.origin}${place}`, { waitUntil: place === '/dev/inbox' ? 'load' : 'networkidle' })
  await page.locator('h1, h2').first().waitFor()
  expect(words).toEqual([])
})

test('news leaves by itself or is dismissed, and its region stays for screen readers [FD82]', async () => {
  const page = await open()
  await page.clock.install()
  await page.goto(`${app.origin}/dev/app#/check-mail`)
  const news = page.getByRole('status')
  const dismiss = page.getByRole('button', { name: 'Dismiss' })
  expect(await news.textContent()).toBe('')
  const ask = async (words: string) => {
    await press(page, words)
    await said(page, 'We sent you a new link. Earlier links no longer work.')
    await dismiss.waitFor()
  }
  await fill(page, { 'Email address': 'nobody@example.com' })
  await ask('Send the link')
  await dismiss.hover()
  await page.clock.fastForward(11_000)
  expect(await news.textContent()).not.toBe('')
  await page.mouse.move(0, 0)
  await page.clock.fastForward(11_000)
  await dismiss.waitFor({ state: 'hidden' })
  expect(await news.textContent()).toBe('')
  await page.clock.fastForward(30_000)
  await ask('Resend the link')
  await dismiss.click()
  expect(await news.textContent()).toBe('')
  expect(await page.evaluate('document.activeElement.id')).toBe('main')
})

/** What browsers, password managers and keypads go by. */
const told = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('main input')].map((input) =>
    ['name', 'type', 'autocomplete', 'inputmode', 'minlength']
      .flatMap((name) => input.getAttribute(name) ?? [])
      .join(' '))`)

test('fields say what they are, and a new password how long it must be [FD82]', async () => {
  const page = await openAt('/dev/app#/sign-up')
  const { passwordMinLength } = app.config
  expect(await told(page)).toEqual([
    'email email username',
    'display_name text name',
    'handle text nickname',
    `password password new-password ${passwordMinLength}`,
  ])
  await page.getByText(`At least ${passwordMinLength} characters.`).waitFor()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await heading(page, 'Sign in')
  expect(await told(page)).toEqual([
    'email email username webauthn',
    'password password current-password',
    'remember_me checkbox',
  ])
})

test('a password is shown while somebody wants to see it, never once it is sent [FD82]', async () => {
  const page = await openAt('/dev/app#/sign-in')
  const field = page.getByLabel('Password', { exact: true })
  await fill(page, { 'Email address': 'nobody@example.com', Password: 'wrong donkey' })
  await press(page, 'Show Password')
  expect(await field.getAttribute('type')).toBe('text')
  await press(page, 'Hide Password')
  expect(await field.getAttribute('type')).toBe('password')
  await press(page, 'Show Password')
  await press(page, 'Sign in')
  await said(page, 'Wrong email address or password.')
  expect([await field.getAttribute('type'), await field.inputValue()]).toEqual(['password', 'wrong donkey'])
})

test('the browser of the verification is known: its password is enough, and no console has a word to say [FD80 FD83]', async () => {
  const { email, password } = await signUp(app, newPerson())
  const page = await open()
  const words: string[] = []
  page.on('console', (message) => words.push(message.text()))
  await openMailed(page, app.origin, email, 'verify-email')
  await press(page, 'Verify my address')
  await heading(page, 'Profile')
  await press(page, 'Sign out')
  await heading(page, 'Sign in')
  await fill(page, { 'Email address': email, Password: password })
  await press(page, 'Sign in')
  await heading(page, /Profile|Check your email/)
  expect(await page.title()).toBe('Profile · Postern')
  for (const place of ['Security', 'Two-step sign-in', 'Sessions', 'People', 'Your data']) await visit(page, place)
  expect(words).toEqual([])
})

test('an address that is verified already leads on to the sign-in [FD82]', async () => {
  const { email } = await signUp(app, newPerson())
  const page = await openAt('/dev/app')
  await openMailed(page, app.origin, email, 'verify-email')
  const link = page.url()
  await press(page, 'Verify my address')
  await heading(page, 'Profile')
  const another = await openAt(link.slice(app.origin.length))
  await press(another, 'Verify my address')
  await heading(another, 'Sign in')
  await said(another, 'Your address is already verified. You can sign in.')
  expect(await another.locator('.problem:visible:not(:empty)').allTextContents()).toEqual([])
})

test('on a phone: the authenticator is a tap away, codes have a keypad, and all can be kept [FD82]', async () => {
  const context = await newContext({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 800 } })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: app.origin })
  const page = await context.newPage()
  const person = await signUp(app, newPerson())
  await openMailed(page, app.origin, person.email, 'verify-email')
  await press(page, 'Verify my address')
  await visit(page, 'Two-step sign-in')
  await press(page, 'Set up')
  const authenticator = await scan(page)
  const copied = () => page.evaluate<string>('navigator.clipboard.readText()')

  const link = page.getByRole('link', { name: 'Open in your authenticator app' })
  expect(URI.parse((await link.getAttribute('href')) ?? '')).toEqual(authenticator)
  expect(await link.isVisible()).toBe(true)
  await press(page, 'Copy Key')
  await said(page, 'Copied.')
  expect(await copied()).toBe(authenticator.secret.base32)
  expect(await told(page)).toEqual(['code text one-time-code numeric'])
  await fill(page, { 'Code from your authenticator app': authenticator.generate() })
  await press(page, 'Turn on')

  await page.getByRole('heading', { name: 'Save your backup codes' }).waitFor()
  const codes = await page.locator('.codes code').allTextContents()
  await press(page, 'Copy Backup codes')
  await expect.poll(copied).toBe(codes.join('\n'))
  const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Download Backup codes')])
  expect(await readFile(await file.path(), 'utf8')).toBe(`${codes.join('\n')}\n`)
  await press(page, 'I have saved them')
  await press(page, 'Sign out')

  await fill(page, { 'Email address': person.email, Password: person.password })
  await press(page, 'Sign in')
  await heading(page, 'Enter your code')
  expect(await told(page)).toEqual(['code text one-time-code numeric'])
  await press(page, 'Use a backup code')
  expect(await told(page)).toEqual(['code text off text'])
  expect(await page.evaluate('document.activeElement.name')).toBe('code')
  await fill(page, { 'Backup code': codes[0] ?? '' })
  await press(page, 'Continue')
  await heading(page, 'Profile')
  await visit(page, 'Security')
  const withoutOwner = 'main form:has([type=password]):not(:has([autocomplete=username]))'
  expect(await page.locator(withoutOwner).count()).toBe(0)
  await context.close()
})
