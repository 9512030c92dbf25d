import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { newPerson, type Person, signUp } from '../support/people.ts'
import { ageSessions } from '../totp/support.ts'
import {
  expectAccessible,
  fill,
  heading,
  loaded,
  openMailed,
  press,
  said,
  scan,
  takeBothPictures,
  takePicture,
  useExample,
  visit,
} from './support.ts'
import { addAuthenticator, type VirtualAuthenticator } from './virtual-authenticator.ts'

// One person's way with passkeys through the example: each test goes on where the last one stopped.

const { app, open } = useExample()
let page: Page
let device: VirtualAuthenticator
let ada: Person

beforeAll(async () => {
  ada = await signUp(app, newPerson({ email: 'ada@example.com', display_name: 'Ada Lovelace' }))
  page = await open()
  await openMailed(page, app.origin, ada.email, 'verify-email')
  await press(page, 'Verify my address')
  await heading(page, 'Profile')
  device = await addAuthenticator(page, { isPresent: false })
}, 600_000)

async function signOut(): Promise<void> {
  await press(page, 'Sign out')
  await heading(page, 'Sign in')
}

async function enterPassword(): Promise<void> {
  await fill(page, { 'Email address': ada.email, Password: ada.password })
  await press(page, 'Sign in')
}

/** The person answers whatever asks next. */
async function answering(act: () => Promise<void>): Promise<void> {
  await device.setPresent(true)
  await act()
  await device.setPresent(false)
}

test('after a sign-in with a password one is offered, once, and no is an answer', async () => {
  await signOut()
  await enterPassword()
  await heading(page, 'Sign in faster next time')
  await expectAccessible(page)
  await takeBothPictures(page, 'passkey-offer')
  await press(page, 'Not now')
  await heading(page, 'Profile')
  await signOut()
  await enterPassword()
  await heading(page, 'Profile')
})

test('added in the settings, with a name of its own; a second one on the same device is none', async () => {
  await visit(page, 'Security')
  await answering(async () => {
    await press(page, 'Add a passkey')
    await said(page, 'Your passkey “Chrome on Linux” is saved. You can sign in with it from now on.')
    await press(page, 'Add a passkey')
    await said(page, 'There is already a passkey for your account on this device.')
  })
  await page.getByRole('button', { name: 'Rename Chrome on Linux' }).click()
  await expectAccessible(page)
  await fill(page, { 'Name of this passkey': 'Laptop' })
  await press(page, 'Save')
  await said(page, 'Saved.')
  await page.getByText('not used yet', { exact: false }).waitFor()
  await expectAccessible(page)
  await takePicture(page, 'passkeys')
})

test('sign-in by the button, and by what the browser fills in', async () => {
  await signOut()
  await loaded(page)
  await expectAccessible(page)
  await answering(async () => {
    await press(page, 'Sign in with a passkey')
    await heading(page, 'Profile')
    // It answers as soon as the form is there.
    await press(page, 'Sign out')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await heading(page, 'Profile')
  })
  await visit(page, 'Security')
  await page.getByText('used now').waitFor()
})

test('the second step: a passkey in place of a code', async () => {
  await visit(page, 'Two-step sign-in')
  await press(page, 'Set up')
  const authenticator = await scan(page)
  await fill(page, { 'Code from your authenticator app': authenticator.generate() })
  await press(page, 'Turn on')
  await press(page, 'I have saved them')
  await signOut()
  await enterPassword()
  await heading(page, 'Enter your code')
  await expectAccessible(page)
  await answering(async () => {
    await press(page, 'Use a passkey')
    await heading(page, 'Profile')
  })
})

test('“Confirm it’s you”: a passkey, or the password', async () => {
  await ageSessions(app, ada)
  await visit(page, 'Your data')
  await press(page, 'Download')
  await page.getByRole('dialog').waitFor()
  await expectAccessible(page)
  await answering(async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Use a passkey')])
    expect(download.suggestedFilename()).toBe('my-data.json')
  })
})

test('another name of the account reaches the device', async () => {
  await visit(page, 'Profile')
  await fill(page, { Name: 'Ada, Countess of Lovelace' })
  await press(page, 'Save')
  await said(page, 'Saved.')
  await expect.poll(device.names).toEqual(['Ada, Countess of Lovelace'])
})

test('deleted, it is gone from the device; one that was deleted elsewhere is told and forgotten', async () => {
  await visit(page, 'Security')
  await page.getByRole('button', { name: 'Delete Laptop' }).click()
  await said(page, 'The passkey “Laptop” no longer signs in.')
  expect(await device.credentialIds()).toEqual([])
  await answering(async () => {
    await press(page, 'Add a passkey')
    await said(page, 'Your passkey “Chrome on Linux” is saved. You can sign in with it from now on.')
  })
  await signOut()
  await app.sql('update passkeys set deleted_at = now() where deleted_at is null')
  await answering(async () => {
    await press(page, 'Sign in with a passkey')
    await said(page, 'This passkey was deleted. Please sign in another way.')
  })
  expect(await device.credentialIds()).toEqual([])
})
