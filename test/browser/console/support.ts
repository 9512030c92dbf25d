import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { giveRole } from '../../moderation/support.ts'
import type { TestApp } from '../../support/app.ts'
import type { TestClient } from '../../support/client.ts'
import { ageTotp, withTotp } from '../../totp/support.ts'
import { expectNarrow, expectUsable, heading, loaded, useExample } from '../support.ts'

/** A server with its console, and browsers whose complaints fail the file: what breaks the page's policy is among them. */
export function useConsole(env: Readonly<Record<string, string | undefined>> = {}) {
  const { app, open } = useExample(env)
  /** A browser in which a usual session is open already: the console opens its own on top of it. */
  const enter = async (client: TestClient, place: string, title: string): Promise<Page> => {
    const page = await open()
    await page.context().addCookies([...client.cookies].map(([name, value]) => ({ name, value, url: app.origin })))
    await page.goto(`${app.origin}/console#/${place}`)
    await heading(page, title)
    await loaded(page)
    return page
  }
  return { app, open, enter }
}

/** Somebody with the role, whose session shows two factors. */
export async function operator(app: TestApp, role: 'admin' | 'mod' = 'admin') {
  const { person, client, code, forgetSteps } = await withTotp(app)
  const id = String((await client.get('/v0/user/me')).body.id)
  await giveRole(app, id, role)
  await ageTotp(app, person)
  const answer = await client.post('/v0/auth/reauthenticate', { code: await code() })
  expect(answer.status).toBe(204)
  await forgetSteps()
  return { id, person, client, code }
}

/** Tab and a screen reader come to everything, by day, in the dark, on a telephone; and mirrored in Arabic. */
export async function expectCalm(page: Page): Promise<void> {
  await expectUsable(page)
  await speak(page, 'ar')
  expect(await page.evaluate('document.documentElement.dir')).toBe('rtl')
  await expectNarrow(page)
  await speak(page, 'en')
}

export async function speak(page: Page, tag: string): Promise<void> {
  await page.locator('#tongue').selectOption(tag)
  await page.locator(`html[lang="${tag}"]`).waitFor()
  await page.locator('main:not([aria-busy])').waitFor()
  await loaded(page)
}

/** What has the focus, by its label or its words. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate<string>('(document.activeElement.labels?.[0] ?? document.activeElement).textContent')
