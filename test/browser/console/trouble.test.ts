import { expect, test } from 'vitest'
import { newPerson, signedUp, signUp } from '../../support/people.ts'
import { expectAccessible, said, takeBothPictures } from '../support.ts'
import { expectCalm, focused, operator, useConsole } from './support.ts'

const { app, enter } = useConsole()

test('why somebody cannot sign in is one screen, with what helps: a ban, a sign-up that waits, nobody at all', async () => {
  const { client } = await operator(app)
  const { person, client: theirs } = await signedUp(app)
  const user_id = String((await theirs.get('/v0/user/me')).body.id)
  expect((await client.post('/v0/users/ban', { user_id, reason: 'spam' })).status).toBe(200)
  await app.client().post('/v0/auth/login', { email: person.email, password: person.password })

  const page = await enter(client, 'trouble', 'Trouble signing in')
  await page.locator('body').press('/')
  expect(await focused(page)).toBe('Email address, handle or id')
  await page.keyboard.type(person.email)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /^End the ban/ }).waitFor()
  await page
    .getByRole('cell', { name: /403 user:banned/ })
    .first()
    .waitFor()
  await expectCalm(page)
  await takeBothPictures(page, 'console-trouble')
  await page.getByRole('button', { name: /^End the ban/ }).press('Enter')
  await page.getByRole('dialog').getByLabel('Reason').fill('a mistake')
  await page.getByRole('dialog').getByRole('button', { name: 'End the ban' }).press('Enter')
  await said(page, 'The ban has ended.')

  const waiting = await signUp(app)
  await page.getByLabel('Email address, handle or id').fill(waiting.email)
  await page.keyboard.press('Enter')
  await page.getByText('Not verified', { exact: true }).waitFor()
  await expectAccessible(page)
  await page.getByLabel('Email address, handle or id').fill(newPerson().email)
  await page.keyboard.press('Enter')
  await page.getByText('No account', { exact: true }).waitFor()
  await page.getByLabel('Email address, handle or id').fill('@nobody_here')
  await page.keyboard.press('Enter')
  await page.getByText('user:not_found').waitFor()
})
