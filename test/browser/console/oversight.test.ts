import { expect, test } from 'vitest'
import { newPerson, signedUp } from '../../support/people.ts'
import { expectAccessible, heading, takeBothPictures } from '../support.ts'
import { expectCalm, operator, useConsole } from './support.ts'

// What happened, how much of it, and whether the server is well.

const { app, enter } = useConsole()

test('the reference of a refusal says what was refused, what it means and what helps', async () => {
  const { client } = await operator(app)
  const { email } = newPerson()
  const refused = await app.client().post('/v0/auth/login', { email, password: 'not the right one' })
  const page = await enter(client, 'errors', 'What happened?')
  const field = page.getByLabel('Reference, email address or code of an error')
  for (const asked of [String(refused.headers['x-request-id']), email, 'auth:invalid_credentials']) {
    await expect
      .poll(
        async () => {
          // The ledger is written some moments after the answer.
          await page.reload()
          await field.fill(asked)
          await field.press('Enter')
          await page.locator('main .found:not([aria-busy])').waitFor()
          return page.getByText('401 auth:invalid_credentials').count()
        },
        { timeout: 30_000 },
      )
      .toBeGreaterThan(0)
  }
  await expectCalm(page)
  await takeBothPictures(page, 'console-errors')
  await field.fill('no-such-reference')
  await field.press('Enter')
  await page.getByText('Nothing found.').waitFor()
})

test('the audit log has acts and events, and is filtered by type and account', async () => {
  const { client } = await operator(app)
  const { client: theirs } = await signedUp(app)
  const user_id = String((await theirs.get('/v0/user/me')).body.id)
  expect((await client.post('/v0/users/ban', { user_id, reason: 'for the log' })).status).toBe(200)
  const page = await enter(client, 'audit', 'Audit log')
  await page.getByText('for the log').first().waitFor()
  await expectCalm(page)
  await page.getByLabel('Types, separated by commas').fill('user:ban')
  await page.keyboard.press('Enter')
  await page.getByRole('cell', { name: /user:ban/ }).waitFor()
  await page.getByText('More filters').press('Enter')
  await page.getByLabel('Account').fill(user_id)
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toContain(user_id)
  await page.getByLabel('Types, separated by commas').fill('no_such_type')
  await page.keyboard.press('Enter')
  await page.getByText('general:validation_error').waitFor()
})

/** A month that has been, a row a day as the worker counts them; the busiest day is the tenth before today. */
const aMonth = `insert into figures (hour, sign_ups, sign_ins, failed, sessions, active_users, mails_sent, mails_failed)
  select date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - n * interval '1 day',
    case n when 10 then 90 else 20 + (n * 7) % 31 end, 300 + (n * 53) % 120, 12 + (n * 5) % 17, 310, 500 + (n * 37) % 90,
    260 + (n * 29) % 70, n % 4
  from generate_series(1, 29) as n`

test('the overview draws days, and says them in a table', async () => {
  const { client } = await operator(app)
  await app.sql(aMonth)
  const page = await enter(client, 'overview', 'Overview')
  await page.getByRole('img', { name: /^Sign-ups: at most 90 a day/ }).waitFor()
  const bars = page.locator('.chart').first().locator('rect')
  const heights = await bars.evaluateAll((all) => all.map((one) => Number(one.getAttribute('height'))))
  expect([heights.length, heights.indexOf(100)]).toEqual([30, 19])
  await expectCalm(page)
  await takeBothPictures(page, 'console-overview')
  await page.getByText('Figures').first().press('Enter')
  await page.getByRole('table', { name: 'Sign-ups' }).getByRole('cell', { name: '90', exact: true }).waitFor()
  await page.getByRole('link', { name: '7 days' }).press('Enter')
  await expect.poll(() => bars.count()).toBe(7)
})

test('settings say where each value comes from, and of a secret only that it is set', async () => {
  const { client } = await operator(app)
  const page = await enter(client, 'settings', 'Settings')
  await page.getByText('PUBLIC_URL', { exact: true }).waitFor()
  await expectCalm(page)
  await page.locator('body').press('/')
  await page.keyboard.type('metrics_token')
  await page.getByRole('cell', { name: /^METRICS_TOKEN/ }).waitFor()
  await page.getByText('PUBLIC_URL', { exact: true }).waitFor({ state: 'detached' })
  expect(await page.content()).not.toContain('of-the-metrics-in-the-tests')
})

test('the doctor says what it found, and mails that wait or failed are listed', async () => {
  const { client } = await operator(app)
  const page = await enter(client, 'doctor', 'Doctor')
  await page.getByRole('cell', { name: 'PostgreSQL', exact: true }).waitFor()
  await expectCalm(page)
  await page.goto(`${app.origin}/console#/mails?state=failed`)
  await heading(page, 'Mails')
  await page.getByText('Nothing found.').waitFor()
  await expectAccessible(page)
})
