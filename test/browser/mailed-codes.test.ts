import { expect, test } from 'vitest'
import { mailedCode } from '../mailed-codes/support.ts'
import { newPerson, signUp } from '../support/people.ts'
import {
  complaintAt,
  expectAccessible,
  fill,
  heading,
  loaded,
  openMailed,
  press,
  said,
  takeBothPictures,
  useExample,
  visit,
} from './support.ts'

// Signing in by what is mailed, on real pages, and programs that open every mail.

const { app, open, newContext } = useExample()

async function somebody(wished: Parameters<typeof newPerson>[0] = {}) {
  const person = await signUp(app, newPerson(wished))
  const page = await open()
  await openMailed(page, app.origin, person.email, 'verify-email')
  await press(page, 'Verify my address')
  await heading(page, 'Profile')
  await press(page, 'Sign out')
  await heading(page, 'Sign in')
  return { person, page }
}

async function ask(page: Awaited<ReturnType<typeof open>>, email: string, atLeast = 2) {
  await page.goto(`${app.origin}/dev/app#/sign-in`)
  await page.getByRole('link', { name: 'Email me a code instead' }).click()
  // The page before it has such a field, too.
  await heading(page, 'Sign in by email')
  await fill(page, { 'Email address': email })
  await press(page, 'Email me a code')
  await heading(page, 'Check your email')
  return mailedCode(app, email, atLeast)
}

test('digits, typed wrong and then pasted as the mail has them', async () => {
  const { person, page } = await somebody({ email: 'ada@example.com' })
  const { digits } = await ask(page, person.email)
  await expectAccessible(page)
  await takeBothPictures(page, 'mailed-code')
  const field = page.getByLabel('Code from the email', { exact: true })
  expect([await field.getAttribute('autocomplete'), await field.getAttribute('inputmode')]).toEqual([
    'one-time-code',
    'numeric',
  ])
  await field.fill(digits === '000000' ? '000001' : '000000')
  await press(page, 'Sign in')
  expect(await complaintAt(page, 'Code from the email')).toMatch(/^Wrong code/)
  await field.fill(`${digits.slice(0, 3)} ${digits.slice(3)}`)
  await press(page, 'Sign in')
  await heading(page, 'Profile')
})

test('a sign-up is finished by its digits, on a telephone', async () => {
  const { email, handle, display_name, password } = newPerson()
  const context = await newContext({ viewport: { width: 375, height: 700 }, hasTouch: true, isMobile: true })
  const page = await context.newPage()
  await page.goto(`${app.origin}/dev/app#/sign-up`)
  await fill(page, { 'Email address': email, Name: display_name, Handle: handle, Password: password })
  await press(page, 'Create account')
  const { digits } = await mailedCode(app, email)
  await fill(page, { 'Code from the email': digits })
  await press(page, 'Verify my address')
  await heading(page, 'Profile')
  await context.close()
})

test('a scanner that fetches, runs scripts and clicks everything never wins; its owner does, here and elsewhere [MC3 MC7]', async () => {
  const { person, page } = await somebody()
  const { token } = await ask(page, person.email)
  const link = `${app.origin}/account/email-sign-in?token=${token}`
  for (const method of ['HEAD', 'GET', 'OPTIONS']) await fetch(link, { method })
  const scanner = await open()
  await scanner.goto(link)
  await heading(scanner, 'Sign in')
  for (let round = 0; round < 3; round++) {
    for (const button of await scanner.getByRole('button').all()) if (await button.isVisible()) await button.click()
    await loaded(scanner)
  }
  await said(scanner, 'You did not ask for this link in this browser. To go on, enter the address that it was sent to.')
  await expectAccessible(scanner)
  const cookies = (await scanner.context().cookies()).map(({ name }) => name)
  expect(cookies).not.toContain('session_id')
  // Whoever reads the mail in another browser knows the address.
  await fill(scanner, { 'Email address': newPerson().email })
  await press(scanner, 'Sign in')
  expect(await complaintAt(scanner, 'Email address')).toBe('This link was sent to a different address.')
  await fill(scanner, { 'Email address': person.email })
  await press(scanner, 'Sign in')
  await heading(scanner, 'Profile')
  const { token: next } = await ask(page, person.email, 3)
  await page.goto(`${app.origin}/account/email-sign-in?token=${next}`)
  await press(page, 'Yes, sign me in')
  await heading(page, 'Profile')
  await visit(page, 'Security')
})
