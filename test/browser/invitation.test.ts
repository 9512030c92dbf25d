import { expect, test } from 'vitest'
import { administrator, invited } from '../invitations/support.ts'
import { newPerson } from '../support/people.ts'
import { complaintAt, expectAccessible, fill, heading, openMailed, press, said, useExample } from './support.ts'

const { app, open } = useExample()

test('somebody who was invited chooses a name and a password, and is in', async () => {
  const admin = await administrator(app)
  const { email } = newPerson()
  await invited(app, admin.client, { email, display_name: 'Proposed', message: 'Welcome to the team' })
  const page = await open()
  await openMailed(page, app.origin, email, 'accept-invitation')
  await heading(page, 'Accept your invitation')
  await expectAccessible(page)
  await fill(page, { Name: 'Grace', Password: 'wrong donkey charger' })
  await press(page, 'Create account')
  expect(await complaintAt(page, 'Handle')).not.toBe('')
  await fill(page, { Handle: admin.person.handle })
  await press(page, 'Create account')
  expect(await complaintAt(page, 'Handle')).toBe('This handle is taken. Please choose another.')
  await fill(page, { Handle: 'grace_h' })
  await press(page, 'Create account')
  await heading(page, 'Profile')
  await said(page, 'Welcome!')
  const locale = "fetch('/v0/user/me').then((it) => it.json()).then((it) => it.locale)"
  expect(await page.evaluate(locale)).toBe('en')
})
