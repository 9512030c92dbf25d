import { expect, test } from 'vitest'
import { startUrl } from '../impersonation/support.ts'
import { adminWithCode, somebody } from '../moderation/support.ts'
import { expectAccessible, expectNarrow, heading, loaded, press, said, useExample, visit } from './support.ts'

const { app, open } = useExample({ IMPERSONATION: 'event' })

test('an administrator enters an account in another browser, sees on every screen whose it is, and leaves [AD5]', async () => {
  const [admin, target] = [await adminWithCode(app), await somebody(app)]
  expect((await admin.client.post('/v0/admin/session')).status).toBe(204)
  const { body } = await admin.client.post(startUrl(target.id), { reason: 'ticket 4711' })
  const page = await open()
  await page.goto(String(body.url))
  await heading(page, 'Open somebody else’s account')
  await expectAccessible(page)
  await press(page, 'Open the account')
  await heading(page, 'Profile')
  expect(page.url()).not.toContain('token')
  const banner = page.getByRole('complementary')
  await banner.getByText(`You are in the account of ${target.person.handle} until`).waitFor()
  await expectAccessible(page)
  await expectNarrow(page)

  await visit(page, 'Sessions')
  await loaded(page)
  await banner.getByText('and can only look.').waitFor()
  await page.getByText('An administrator of this service').waitFor()

  await press(page, 'Leave the account')
  await said(page, 'You have left the account.')
  await heading(page, 'Sign in')
  expect(await banner.isVisible()).toBe(false)
  await page.goto(String(body.url))
  await press(page, 'Open the account')
  await said(
    page,
    'This link no longer works: it opens an account once, within a minute. Please begin again in the console.',
  )
})
