import { expect, test } from 'vitest'
import { makeUsers } from '../../support/factories.ts'
import { signedInOnDevice, signedUp, signUp } from '../../support/people.ts'
import { expectAccessible, heading, loaded, said, takeBothPictures } from '../support.ts'
import { expectCalm, focused, operator, useConsole } from './support.ts'

const { app, enter } = useConsole()

const rows = 'main tbody tr'

test('users are found by a part of what they are called, and the address keeps what was asked', async () => {
  const { client } = await operator(app)
  const { person } = await signedUp(app, { display_name: 'Grace Hopper' })
  await makeUsers(app.deps.pool, 20)
  const names = [
    'Ada Lovelace',
    'Alan Turing',
    'Barbara Liskov',
    'Edsger Dijkstra',
    'Katherine Johnson',
    'Radia Perlman',
  ]
  for (const display_name of names) await signedUp(app, { display_name })
  const page = await enter(client, 'users', 'Users')
  await page.locator(rows).nth(19).waitFor()
  await expectCalm(page)
  await takeBothPictures(page, 'console-users')

  await page.getByRole('link', { name: 'Next page' }).press('Enter')
  await page.getByRole('link', { name: 'First page' }).waitFor()
  await page.goBack()
  await page.getByRole('link', { name: 'Next page' }).waitFor()

  await page.locator('body').press('/')
  expect(await focused(page)).toBe('Search by address, handle, name or id')
  await page.keyboard.type('race hop')
  await page.getByText('1 found.').waitFor()
  expect(page.url()).toContain('query=race+hop')
  await page.keyboard.press('ArrowDown')
  expect(await focused(page)).toBe('Grace Hopper')
  await page.keyboard.press('Enter')
  await heading(page, 'Grace Hopper')
  await page.getByText(person.email).first().waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('1 found.').waitFor()
  await page.reload()
  await page.getByText('1 found.').waitFor()
  await page.getByLabel('State').selectOption('banned')
  await page.getByText('Nothing found.').waitFor()
})

test('somebody who has not opened the link of the sign-up is found as one who waits', async () => {
  const { client } = await operator(app)
  const { email } = await signUp(app)
  const page = await enter(client, 'users?status=waiting', 'Users')
  await page.getByRole('cell', { name: email, exact: true }).waitFor()
  await expectAccessible(page)
})

test('a moderator sees users, and nothing that moderators do not read', async () => {
  const { client } = await operator(app, 'mod')
  const { person } = await signedUp(app, { display_name: 'Somebody Else' })
  const page = await enter(client, `users?query=${person.handle}`, 'Users')
  await page.getByRole('link', { name: 'Somebody Else' }).press('Enter')
  await heading(page, 'Somebody Else')
  const links = page.getByRole('navigation').getByRole('link')
  expect(await links.allInnerTexts()).not.toContain('Providers')
  expect(await page.getByRole('button', { name: 'Give a role' }).count()).toBe(0)
})

test('what is done to an account is done by keyboard: a role given and taken, a ban with the handle typed', async () => {
  const { client } = await operator(app)
  const { person, client: theirs } = await signedUp(app)
  const id = String((await theirs.get('/v0/user/me')).body.id)
  const page = await enter(client, `user/${id}`, person.display_name)
  const dialog = page.getByRole('dialog')
  await expectCalm(page)
  await takeBothPictures(page, 'console-user')

  await page.getByRole('button', { name: 'Give a role' }).press('Enter')
  await dialog.getByLabel('Reason').fill('helps out')
  await dialog.getByRole('button', { name: 'Give a role' }).press('Enter')
  await said(page, 'The role is given.')
  await page.getByText('Moderator').first().waitFor()
  await page.getByRole('button', { name: 'Take a role' }).press('Enter')
  await dialog.getByLabel('Reason').fill('helps no longer')
  await dialog.getByRole('button', { name: 'Take a role' }).press('Enter')
  await said(page, 'The role is taken.')

  for (const tab of ['Sessions', 'Factors', 'Connections', 'History', 'Danger']) {
    await page.getByRole('navigation', { name: 'User' }).getByRole('link', { name: tab }).press('Enter')
    await page.locator('[aria-current]', { hasText: tab }).waitFor()
    await loaded(page)
    await expectAccessible(page)
  }
  await page.getByRole('button', { name: 'Ban' }).press('Enter')
  await dialog.getByLabel('Reason').fill('spam')
  await dialog.getByLabel(`Type ${person.handle} to confirm`).fill(person.handle)
  await expectAccessible(page)
  await page.keyboard.press('Enter')
  await said(page, 'Banned.')
  expect((await theirs.get('/v0/auth/sessions')).status).toBe(403)
  await page.getByRole('button', { name: /^End the ban/ }).press('Enter')
  await dialog.getByLabel('Reason').fill('a mistake')
  await dialog.getByRole('button', { name: 'End the ban' }).press('Enter')
  await said(page, 'The ban has ended.')
})

test('user:not_found for an id that is nobody’s, and user:cannot_manage_self for oneself, each with its sentence', async () => {
  const { id, person, client } = await operator(app)
  const page = await enter(client, 'user/01890a5d-ac96-774b-bcce-b302099a8057', 'User')
  await page.getByText('user:not_found').waitFor()
  await page.goto(`${app.origin}/console#/user/${id}/danger`)
  await heading(page, person.display_name)
  await page.getByRole('button', { name: 'Ban' }).press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill('spam')
  await dialog.getByLabel(/to confirm$/).fill(person.handle)
  await page.keyboard.press('Enter')
  await dialog.getByText('user:cannot_manage_self').waitFor()
})

test('a session ends, a device is forgotten, a link to a new password is mailed, and an account is deleted', async () => {
  const { client } = await operator(app)
  const { person, client: theirs } = await signedInOnDevice(app)
  const id = String((await theirs.get('/v0/user/me')).body.id)
  const page = await enter(client, `user/${id}/sessions`, person.display_name)
  const dialog = page.getByRole('dialog')
  const act = async (button: string | RegExp, news: string): Promise<void> => {
    await page.getByRole('button', { name: button }).first().press('Enter')
    await dialog.getByLabel('Reason').fill('asked for it')
    const confirmation = dialog.getByLabel(/to confirm$/)
    if (await confirmation.isVisible()) await confirmation.fill(person.handle)
    await dialog.locator('[type=submit]').press('Enter')
    await said(page, news)
  }
  await loaded(page)
  await act(/^Forget /, 'The device is forgotten.')
  await act('End all sessions', 'The session has ended.')
  expect((await theirs.get('/v0/auth/sessions')).status).toBe(401)
  await page.getByRole('link', { name: 'Account' }).first().press('Enter')
  await page.getByRole('button', { name: 'Send a password link' }).waitFor()
  await expectAccessible(page)
  await act('Send a password link', 'The link is on its way.')
  await act('Edit', 'Saved.')
  await page.getByRole('link', { name: 'Danger' }).press('Enter')
  await act('Delete the account', 'The account is deleted.')
  expect((await client.get(`/v0/admin/users/${id}`)).body.status).not.toBe('active')
})
