import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { languages } from '../../../src/pages/browser/console/languages/names.ts'
import { openChromium } from '../../support/chromium.ts'
import { createDatabase, type TestDatabase } from '../../support/database.ts'
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts'

// The console as the image serves it: in few files, and small.

const mostBytes = 60_000

let database: TestDatabase
let server: ServerProcess
let browser: Browser
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  ;[browser, server] = await Promise.all([openChromium(), startServerProcess({ DATABASE_URL: database.url })])
}, 600_000)
afterAll(async () => {
  await browser.close()
  await server.stop()
})

/** Everything that a browser with an empty cache loads until the first screen stands. */
async function load(locale: string): Promise<{ page: Page; sizes: ReadonlyMap<string, number> }> {
  const context = await browser.newContext({ locale })
  const page = await context.newPage()
  const bodies: Promise<readonly [string, number]>[] = []
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (pathname.startsWith('/console'))
      bodies.push(response.body().then((body) => [pathname, gzipSync(body).length] as const))
  })
  await page.goto(`${server.origin}/console`)
  await page.locator('main:not([aria-busy]) h1').waitFor()
  return { page, sizes: new Map(await Promise.all(bodies)) }
}

test('page, script, styles and any language are 60 kB compressed, and nothing comes from elsewhere', async () => {
  const totals: number[] = []
  for (const { tag } of languages) {
    const { page, sizes } = await load(tag)
    expect(await page.evaluate('document.documentElement.lang')).toBe(tag)
    const shown = await page.evaluate<number>("performance.getEntriesByName('shown')[0].startTime")
    totals.push([...sizes.values()].reduce((all, one) => all + one, 0))
    process.stdout.write(
      `console in ${tag}: ${sizes.size} files, ${totals.at(-1)} bytes, there after ${shown.toFixed(0)} ms\n`,
    )
    await page.context().close()
  }
  expect(Math.max(...totals)).toBeLessThan(mostBytes)
})

test('its policy lets it load its own files alone, and no text become markup', async () => {
  const { headers } = await fetch(`${server.origin}/console`)
  const directives = headers.get('content-security-policy')?.split('; ')
  expect(directives).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "img-src 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]),
  )
})

test.each([
  'pages/browser/console/nothing.js',
  'pages/browser/../../main.ts',
  'client/%2e%2e/app.ts',
  'config/secrets.ts',
])('system:not_found for %s, which is no file of the page', async (path) => {
  const { status } = await fetch(`${server.origin}/console/assets/${path}`)
  expect(status).toBe(404)
})
