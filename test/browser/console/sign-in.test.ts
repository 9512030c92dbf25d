import { expect, test } from 'vitest'
import { giveRole } from '../../moderation/support.ts'
import { signedInOnDevice } from '../../support/people.ts'
import { ageSessions } from '../../totp/support.ts'
import { complaintAt, expectAccessible, expectNarrow, heading } from '../support.ts'
import { focused, operator, speak, useConsole } from './support.ts'

// The door of the console, by keyboard alone.

const { app, open, enter } = useConsole()

const code = 'Code from your authenticator app'

test('an administrator signs in by password and code; once they leave, they are out [AD1]', async () => {
  const admin = await operator(app)
  const page = await open()
  const device = [...admin.client.cookies].filter(([name]) => name.endsWith('device_id'))
  await page.context().addCookies(device.map(([name, value]) => ({ name, value, url: app.origin })))
  await page.goto(`${app.origin}/console`)
  await heading(page, 'Sign in')
  expect(await focused(page)).toBe('Email address')
  await expectAccessible(page)
  await page.getByLabel('Email address').focus()
  await page.keyboard.type(admin.person.email)
  await page.keyboard.press('Tab')
  await page.keyboard.type('wrong')
  await page.keyboard.press('Enter')
  await page.getByText('Wrong email address or password. auth:invalid_credentials').waitFor()
  await page.getByLabel('Password').fill(admin.person.password)
  await page.keyboard.press('Enter')
  await page.getByLabel(code).waitFor()
  expect(await focused(page)).toBe(code)
  await page.keyboard.type('000000')
  await page.keyboard.press('Enter')
  expect(await complaintAt(page, code)).toContain('totp:invalid_code')
  await expectAccessible(page)
  await page.getByLabel(code).fill(await admin.code())
  await page.keyboard.press('Enter')
  await heading(page, 'Overview')

  const me = () => page.evaluate<number>("fetch('/v0/admin/me').then(({ status }) => status)")
  expect(await me()).toBe(200)
  await page.getByRole('button', { name: 'Leave the console' }).focus()
  await page.keyboard.press('Enter')
  await heading(page, 'Sign in')
  expect(await me()).toBe(401)
  // The usual session is still there: the door opens again, once it is pushed.
  await page.getByRole('button', { name: 'Open the console' }).press('Enter')
  await heading(page, 'Overview')
})

test('a session that is no longer fresh is asked for a proof, in any language', async () => {
  const { person, client } = await operator(app)
  await ageSessions(app, person)
  const page = await enter(client, '', 'Sign in')
  await page.getByText('Confirm that it is you.').waitFor()
  await expectAccessible(page)
  await speak(page, 'ar')
  expect(await page.evaluate('document.documentElement.dir')).toBe('rtl')
  await expectNarrow(page)
  await page.getByLabel('كلمة المرور').fill(person.password)
  await page.keyboard.press('Enter')
  await heading(page, 'نظرة عامة')
  await page.reload()
  await heading(page, 'نظرة عامة')
})

test('an account without a second factor is told to set one up; one without a role is sent away [AD1]', async () => {
  const { client } = await signedInOnDevice(app)
  const page = await enter(client, '', 'Sign in')
  await page.getByText('user:permission_insufficient').waitFor()
  await giveRole(app, String((await client.get('/v0/user/me')).body.id), 'mod')
  await page.reload()
  await page.getByText('Set up an authenticator app or a passkey in your account, then come back.').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Sign in with another account' }).press('Enter')
  await page.getByLabel('Email address').waitFor()
})
