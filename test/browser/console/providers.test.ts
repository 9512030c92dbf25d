import { expect, test } from 'vitest'
import { complaintAt, expectAccessible, said } from '../support.ts'
import { expectCalm, operator, useConsole } from './support.ts'

const { app, enter } = useConsole()

test('a provider is registered, changed and removed, by keyboard, and its secret is never shown', async () => {
  const { client } = await operator(app)
  const page = await enter(client, 'providers', 'Providers')
  const secret = 'a-secret-of-the-provider'
  await page.getByRole('button', { name: 'Register a provider' }).press('Enter')
  const dialog = page.getByRole('dialog')
  const entries = {
    'Name in addresses': 'acme',
    Name: 'Acme',
    'Client id': 'postern',
    'Client secret': secret,
    'Authorization endpoint': 'https://id.example.com/authorize',
    'Token endpoint': 'https://id.example.com/token',
    'Userinfo endpoint': 'https://id.example.com/userinfo',
  }
  for (const [label, value] of Object.entries(entries)) await dialog.getByLabel(label, { exact: true }).fill(value)
  await expectAccessible(page)
  await page.keyboard.press('Enter')
  await said(page, 'Registered.')
  await page.getByRole('cell', { name: 'Acme acme', exact: true }).waitFor()

  await page.getByRole('button', { name: 'Change Acme' }).press('Enter')
  await dialog.getByLabel('Name', { exact: true }).fill('Acme Inc.')
  await page.keyboard.press('Enter')
  await said(page, 'Changed.')
  await page.getByRole('cell', { name: 'Acme Inc. acme', exact: true }).waitFor()
  expect(await page.content()).not.toContain(secret)
  await expectCalm(page)

  await page.getByRole('button', { name: 'Remove Acme Inc.' }).press('Enter')
  const confirmation = 'Type acme to confirm'
  await dialog.getByLabel(confirmation).fill('acm')
  await page.keyboard.press('Enter')
  expect(await complaintAt(page, confirmation)).toBe('This must say exactly acme.')
  await dialog.getByLabel(confirmation).fill('acme')
  await page.keyboard.press('Enter')
  await said(page, 'Removed.')
  await page.getByText('Nothing found.').waitFor()
})
