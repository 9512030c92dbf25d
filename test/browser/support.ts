import { join } from 'node:path'
import { source as axe } from 'axe-core'
import jsQR from 'jsqr'
import { TOTP, URI } from 'otpauth'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { PNG } from 'pngjs'
import sharp from 'sharp'
import { afterAll, beforeAll, expect } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { openChromium } from '../support/chromium.ts'
import { freePort } from '../support/free-port.ts'

/** The real app as on a first start, at an address that mailed links lead back to. */
export async function startExample(env: Readonly<Record<string, string | undefined>> = {}): Promise<TestApp> {
  const PORT = String(await freePort())
  const PUBLIC_URL = `http://localhost:${PORT}`
  const development = { APP_ENV: 'development', FRONTEND_URL: undefined, TRUSTED_PROXIES: undefined }
  // A browser beside it takes both cores, and a mail that is late is a refusal on the page.
  const patient = { WORKER_TIMEOUT_MS: '20000' }
  return { ...(await startApp({ ...development, ...patient, PORT, PUBLIC_URL, ...env })), origin: PUBLIC_URL }
}

/** The example of a file, with what its pages complain of, which must be nothing in the end. */
export function useExample(env: Readonly<Record<string, string | undefined>> = {}) {
  const app = {} as TestApp
  const complaints: string[] = []
  let browser: Browser
  beforeAll(async () => {
    const [opened, started] = await Promise.all([openChromium(), startExample(env)])
    browser = opened
    Object.assign(app, started)
  }, 600_000)
  afterAll(async () => {
    await browser.close()
    await app.close()
    expect(complaints).toEqual([])
  })
  return {
    app,
    open: () => openPage(browser, complaints),
    newContext: (options: BrowserContextOptions) => browser.newContext(options),
  }
}

/** Only against hanging, as for all waits. */
const patienceMs = 45_000

/** Somebody's browser, without cookies; `complaints` is what its console says against a page, a broken policy too. */
export async function openPage(browser: Browser, complaints: string[]): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: desktop, locale: 'en-GB' })
  context.setDefaultTimeout(patienceMs)
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    const isRefusal = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isRefusal) complaints.push(message.text())
  })
  return page
}

const desktop = { width: 1000, height: 760 }

type Violation = { readonly id: string; readonly nodes: readonly { readonly html: string }[] }

/** Nothing sticks out of the narrowest window. */
export async function expectNarrow(page: Page): Promise<void> {
  await page.setViewportSize({ width: 320, height: 640 })
  const overhang = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
  expect([page.url(), await page.evaluate(overhang)]).toEqual([page.url(), 0])
  await page.setViewportSize(desktop)
}

/** By day, and its colours in the dark. The first rows of a long list stand for all of them, which look the same. */
export async function expectAccessible(page: Page): Promise<void> {
  await loaded(page)
  await expectNarrow(page)
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe)
  for (const [colorScheme, options] of [
    ['dark', "runOnly: ['color-contrast']"],
    ['light', ''],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    expect([page.url(), colorScheme, ...(await violationsOf(page, options))]).toEqual([page.url(), colorScheme])
  }
}

async function violationsOf(page: Page, options = ''): Promise<string[]> {
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run({ exclude: ['.rows li:nth-child(n + 4)'] }, { resultTypes: ['violations'], ${options} })`,
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** The element that has the focus, once more if it is a frame whose own parts have it in turn. */
const focusedElement = `(() => {
  const one = document.activeElement
  window.walked ??= new Set()
  const isFrame = one.tagName === 'IFRAME'
  if (one === document.body || (walked.has(one) && !isFrame)) return undefined
  walked.add(one)
  const { outlineStyle } = getComputedStyle(one)
  const middle = (from, to, end) => (Math.max(from, 0) + Math.min(to, end)) / 2
  const isThere = ({ left, right, top, bottom }) => {
    const above = document.elementFromPoint(middle(left, right, innerWidth), middle(top, bottom, innerHeight))
    return above !== null && (one.contains(above) || above.contains(one))
  }
  // A link may go over two lines.
  const isCovered = ![...one.getClientRects()].some(isThere)
  const faults = [outlineStyle === 'none' && !isFrame && 'has no outline', isCovered && 'is covered']
  return faults.filter(Boolean).map((fault) => one.outerHTML.slice(0, 100) + ' ' + fault)
})()`

/** Everything that is there for somebody with a mouse. */
const notWalked = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary, iframe, [tabindex]')]
  .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => !walked.has(one)).map((one) => one.outerHTML.slice(0, 100))`

const mostStops = 1000

/** Whoever has the Tab key alone comes to everything, sees where the focus is, and comes out again. */
async function expectKeys(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    document.body.tabIndex = -1
    document.body.focus()
    document.body.removeAttribute('tabindex')
    delete window.walked
  })()`)
  const faults: string[] = []
  for (let stop = 0; ; stop++) {
    await page.keyboard.press('Tab')
    const found = await page.evaluate<string[] | undefined>(focusedElement)
    if (found === undefined) break
    faults.push(...found, ...(stop > mostStops ? ['no way out'] : []))
    if (stop > mostStops) break
  }
  expect([page.url(), ...faults]).toEqual([page.url()])
  expect([page.url(), await page.evaluate(notWalked)]).toEqual([page.url(), []])
}

/** By day, in the dark and in the narrowest window, with the Tab key alone too. */
export async function expectUsable(page: Page): Promise<void> {
  await expectAccessible(page)
  await expectKeys(page)
  await page.setViewportSize({ width: 320, height: 640 })
  expect([page.url(), ...(await violationsOf(page))]).toEqual([page.url()])
  await expectKeys(page)
  await page.setViewportSize(desktop)
}

/** Nothing is on its way any more. */
export const loaded = (page: Page): Promise<void> =>
  page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })

export const picturesFolder = join(import.meta.dirname, '../../docs/pictures')

/** For the documents, with UPDATE=1 alone. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (!process.env.UPDATE) return
  await loaded(page)
  await page.setViewportSize({ width: 880, height: 640 })
  const picture = sharp(await page.screenshot({ fullPage: true })).png({ palette: true, colors: 64 })
  await picture.toFile(join(picturesFolder, `${name}.png`))
  await page.setViewportSize(desktop)
}

const wide = { width: 1180, height: 760 }
const narrow = { width: 375, height: 760 }

/** The same on a telephone alone. */
export async function takePhonePicture(page: Page, name: string): Promise<void> {
  if (!process.env.UPDATE) return
  await loaded(page)
  await page.setViewportSize(narrow)
  const picture = sharp(await page.screenshot()).png({ palette: true, colors: 64 })
  await picture.toFile(join(picturesFolder, `${name}.png`))
  await page.setViewportSize(desktop)
}

const gap = 20

/** The same for a page at a desk by day beside the one on a telephone in the dark. */
export async function takeBothPictures(page: Page, name: string): Promise<void> {
  if (!process.env.UPDATE) return
  const take = async (viewport: typeof wide, colorScheme: 'light' | 'dark') => {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme })
    return page.screenshot()
  }
  const atDesk = await take(wide, 'light')
  const onPhone = await take(narrow, 'dark')
  const size = { width: wide.width + gap + narrow.width, height: wide.height }
  await sharp({ create: { ...size, channels: 3, background: '#ffffff' } })
    .composite([
      { input: atDesk, left: 0, top: 0 },
      { input: onPhone, left: wide.width + gap, top: 0 },
    ])
    .png({ palette: true, colors: 128 })
    .toFile(join(picturesFolder, `${name}.png`))
  await page.setViewportSize(desktop)
}

/** Waits for the heading; where it does not come, the failure says what the page has instead. */
export async function heading(page: Page, name: string | RegExp): Promise<void> {
  try {
    await page.getByRole('heading', { level: 1, name }).waitFor()
  } catch (error) {
    const shown = await page.locator('body').innerText()
    throw new Error(`At ${page.url()} there is no heading "${name}", but:\n${shown}`, { cause: error })
  }
}

/** What was said, once the place that it was said on the way to is there. */
export async function said(page: Page, sentence: string): Promise<void> {
  await page.getByText(sentence, { exact: true }).waitFor()
  await page.locator('main:not([aria-busy])').waitFor()
}

export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click()

export async function fill(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(values)) await page.getByLabel(label, { exact: true }).fill(value)
}

/** The sentence that belongs to the field, as a screen reader finds it: by the description's id. */
export async function complaintAt(page: Page, label: string): Promise<string> {
  const field = page.getByLabel(label, { exact: true })
  await page.locator('[aria-invalid]').first().waitFor()
  const ids = (await field.getAttribute('aria-describedby'))?.split(' ') ?? []
  return (await page.locator(`#${ids.at(-1)}`).textContent()) ?? ''
}

export async function visit(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: title }).click()
  await heading(page, title)
}

/** Opens the newest link to the page that was mailed to the address, as a person does. */
export async function openMailed(
  page: Page,
  origin: string,
  address: string,
  linked: string,
  { ofMails = 1 }: { readonly ofMails?: number } = {},
): Promise<void> {
  const query = `to:${address} "/account/${linked}?"`
  await page.goto(`${origin}/dev/inbox?${new URLSearchParams({ query })}`)
  await page
    .locator('#mails li')
    .nth(ofMails - 1)
    .waitFor()
  await page.locator('#mails a').first().click()
  await page.getByRole('link', { name: `Open /account/${linked}` }).click()
}

/** What an authenticator app makes of the picture. */
export async function scan(page: Page): Promise<TOTP> {
  const source = await page.getByAltText('QR code for your authenticator app').getAttribute('src')
  const { data, width, height } = PNG.sync.read(Buffer.from(source?.split(',')[1] ?? '', 'base64'))
  const found = jsQR.default(new Uint8ClampedArray(data), width, height)
  const totp = URI.parse(found?.data ?? '')
  if (!(totp instanceof TOTP)) throw new Error('the picture is no TOTP secret')
  return totp
}
