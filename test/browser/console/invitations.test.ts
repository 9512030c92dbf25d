import { expect, test } from 'vitest'
import { mailsTo, newPerson } from '../../support/people.ts'
import { ageSessions } from '../../totp/support.ts'
import { complaintAt, expectAccessible, heading, said } from '../support.ts'
import { expectCalm, focused, operator, useConsole } from './support.ts'

const { app, enter } = useConsole()

test('an invitation is sent, sent again and revoked, by keyboard; a stale session is proven again on the way', async () => {
  const { person, client } = await operator(app)
  const page = await enter(client, 'invitations', 'Invitations')
  const { email } = newPerson()
  await page.getByRole('button', { name: 'Invite somebody' }).press('Enter')
  expect(await focused(page)).toBe('Email address')
  await page.keyboard.type(person.email)
  await page.getByLabel('Message').fill('Welcome, see example.com')
  await page.getByLabel('Reason').fill('a colleague')
  await expectAccessible(page)
  await page.getByLabel('Email address').press('Enter')
  expect(await complaintAt(page, 'Message')).not.toBe('')
  await page.getByLabel('Message').fill('Welcome')
  await page.getByLabel('Email address').press('Enter')
  expect(await complaintAt(page, 'Email address')).toContain('user:email_already_exists')

  await ageSessions(app, person)
  await page.getByLabel('Email address').fill(email)
  await page.keyboard.press('Enter')
  const again = page.getByRole('dialog', { name: 'Confirm that it is you' })
  await again.getByLabel('Password').fill(person.password)
  await expectAccessible(page)
  await page.keyboard.press('Enter')
  await said(page, 'The invitation is on its way.')
  await page.getByRole('cell', { name: email, exact: true }).waitFor()
  await mailsTo(app, email)

  await page.getByRole('button', { name: `Send again ${email}` }).press('Enter')
  await page.getByLabel('Reason').fill('it was lost')
  await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).press('Enter')
  await said(page, 'A fresh link is on its way.')
  await mailsTo(app, email, 2)

  await page.getByRole('button', { name: `Revoke ${email}` }).press('Enter')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: `Revoke ${email}` }).press('Enter')
  await page.getByLabel('Reason').fill('a mistake')
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).press('Enter')
  await said(page, 'Revoked.')
  await page.getByRole('cell', { name: 'Revoked', exact: true }).waitFor()
  await expectCalm(page)
})

test('the keys: a number goes to its screen, arrows go from row to row, a question mark shows them all', async () => {
  const { client } = await operator(app)
  const page = await enter(client, 'invitations', 'Invitations')
  for (let sent = 0; sent < 2; sent++) {
    const body = { email: newPerson().email, reason: 'a colleague' }
    expect((await client.post('/v0/admin/invitations', body)).status).toBe(202)
  }
  await page.reload()
  await page
    .getByRole('button', { name: /^Send again/ })
    .first()
    .focus()
  const first = await focused(page)
  await page.keyboard.press('ArrowDown')
  const second = await focused(page)
  expect([second === first, second]).toEqual([false, expect.stringMatching(/^Send again /)])
  await page.keyboard.press('Home')
  expect(await focused(page)).toBe(first)

  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const link = page.getByRole('link', { name: 'Providers' })
  await page.keyboard.press((await link.getAttribute('aria-keyshortcuts')) ?? '')
  await heading(page, 'Providers')
  await page.goBack()
  await heading(page, 'Invitations')
})
