import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTransport } from 'nodemailer'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { openChromium } from '../support/chromium.ts'
import { useFolder } from '../support/folder.ts'
import { logos } from '../support/logos.ts'
import { newPerson, signUp } from '../support/people.ts'
import {
  expectAccessible,
  expectNarrow,
  expectUsable,
  heading,
  openPage,
  press,
  startExample,
  takeBothPictures,
} from './support.ts'

// The inbox of development, as somebody uses it who knows Mailpit.

const complaints: string[] = []
const DATA_DIR = useFolder('inbox-page')
let app: TestApp
let browser: Browser
let page: Page

beforeAll(async () => {
  ;[browser, app] = await Promise.all([openChromium(), startExample({ DATA_DIR })])
  page = await openPage(browser, complaints)
}, 600_000)
afterAll(async () => {
  await browser.close()
  await app.close()
  expect(complaints).toEqual([])
})

beforeEach(async () => {
  await app.deps.inbox?.delete([])
  await page.goto(`${app.origin}/dev/inbox`)
  await page.getByText('No emails yet.').waitFor()
})

type Mail = { readonly to?: string; readonly subject?: string; readonly text?: string; readonly html?: string }

/** As any program would, over SMTP. */
const send = (mail: Mail) =>
  createTransport(app.deps.inbox?.smtpUrl).sendMail({ from: 'postern@localhost', to: 'ada@example.com', ...mail })

const row = (text: string) => page.locator('#mails a', { hasText: text })
const focused = () => page.evaluate<string>('document.activeElement.textContent')

test('a new mail appears by itself, and is unread until it is opened', async () => {
  await send({ subject: 'First', text: 'Hello' })
  await row('First').waitFor()
  await expect.poll(() => page.title()).toBe('(1) Inbox')
  await expectNarrow(page)
  await row('First').click()
  await page.getByRole('heading', { level: 2, name: 'First' }).waitFor()
  await expect.poll(() => page.title()).toBe('Inbox')
  await send({ subject: 'Second', text: 'Hello again' })
  await row('Second').waitFor()
  await page.getByText('2 emails, 1 unread').waitFor()
  // What is open stays open.
  await page.getByRole('heading', { level: 2, name: 'First' }).waitFor()
  await press(page, 'Mark all as read')
  await page.getByText('2 emails, 0 unread').waitFor()
})

test('by keys alone: j and k or the arrows move, Enter opens, Escape goes back, / searches', async () => {
  for (const subject of ['Third', 'Second', 'First'])
    await send({ subject, text: `about ${subject}`, html: `<p>${subject}` })
  await row('First').waitFor()
  const keys = async (...names: string[]) => {
    for (const name of names) await page.keyboard.press(name)
  }
  await keys('j', 'j', 'ArrowDown', 'k')
  expect(await focused()).toContain('Second')
  await keys('Enter')
  await page.getByRole('heading', { level: 2, name: 'Second' }).waitFor()
  await keys('j')
  expect(await focused()).toContain('Third')
  await keys('Escape')
  await page.getByText('Select an email.').waitFor()
  expect(await focused()).toContain('Second')
  await keys('/')
  await page.keyboard.type('about fir')
  await expect.poll(() => page.locator('#mails li').count()).toBe(1)
  await keys('ArrowDown', 'Enter')
  await page.getByRole('heading', { level: 2, name: 'First' }).waitFor()
  await keys('/', 'Escape')
  await expect.poll(() => page.locator('#mails li').count()).toBe(3)
})

test('a picture that a mail brings along is shown', async () => {
  await createTransport(app.deps.inbox?.smtpUrl).sendMail({
    from: 'postern@localhost',
    to: 'ada@example.com',
    subject: 'Pictures',
    html: '<img src="cid:logo@postern" alt="own">',
    attachments: [{ filename: 'logo.png', content: await logos.png(), cid: 'logo@postern' }],
  })
  await row('Pictures').click()
  const picture = page.frameLocator('iframe').getByAltText('own')
  // The tests are compiled without the types of a page.
  const width = () => picture.evaluate((one) => (one as unknown as { naturalWidth: number }).naturalWidth)
  await expect.poll(width).toBe(480)
})

test('a mail as HTML, as text, its headers and its source, on a telephone too', async () => {
  await send({ subject: 'Parts', text: 'plain words\n', html: '<p style="color: teal">coloured words</p>' })
  await row('Parts').click()
  await page.frameLocator('iframe').getByText('coloured words').waitFor()
  await expectAccessible(page)
  await page.getByRole('tab', { name: 'HTML' }).press('ArrowRight')
  const panel = page.getByRole('tabpanel')
  await panel.getByText('plain words').waitFor()
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Text')
  await page.getByRole('tab', { name: 'Headers' }).click()
  await panel.getByText('Subject: Parts').waitFor()
  expect(await panel.textContent()).not.toContain('words')
  await page.getByRole('tab', { name: 'Source' }).click()
  await panel.getByText('plain words').waitFor()
  await expectNarrow(page)
  await page.setViewportSize({ width: 375, height: 700 })
  expect(await row('Parts').isVisible()).toBe(false)
  await press(page, '← All emails')
  expect(await row('Parts').isVisible()).toBe(true)
  await page.setViewportSize({ width: 1000, height: 760 })
})

test('the Tab key alone leads to everything, with and without a mail, at a desk and in the narrowest window', async () => {
  for (const subject of ['Second', 'First']) await send({ subject, html: '<p>words</p>', text: 'words' })
  await row('First').waitFor()
  await expectUsable(page)
  await row('First').click()
  await page.frameLocator('iframe').getByText('words').waitFor()
  await expectUsable(page)
})

test('a subject, a sender and a recipient are text', async () => {
  const hostile = `<img src=x onerror="document.title='ran'"><script>document.title='ran'</script>`
  await send({ subject: hostile, text: hostile, to: `"${hostile.replaceAll('"', '')}" <ada@example.com>` })
  await row('<img').click()
  await page.getByRole('heading', { level: 2, name: hostile }).waitFor()
  for (const tab of ['Text', 'Headers', 'Source']) {
    await page.getByRole('tab', { name: tab }).click()
    await page.getByRole('tabpanel').getByText('onerror').first().waitFor()
  }
  await page.getByRole('searchbox').fill(hostile)
  await expect.poll(() => page.locator('#mails li').count()).toBe(1)
  expect(await page.locator('[onerror], script:not([src])').count()).toBe(0)
  expect(await page.title()).not.toContain('ran')
})

test('one mail is deleted, then all of them', async () => {
  for (const subject of ['Three', 'Two', 'One']) await send({ subject, text: 'x' })
  await row('One').click()
  await press(page, 'Delete')
  await row('One').waitFor({ state: 'detached' })
  expect(await focused()).toContain('Two')
  page.once('dialog', (dialog) => void dialog.accept())
  await press(page, 'Delete all')
  await page.getByText('No emails yet.').waitFor()
  expect(app.deps.inbox?.list()).toEqual([])
})

test("a hostile mail's HTML runs nothing, loads nothing from elsewhere, leads nowhere by itself", async () => {
  const asked: string[] = []
  const elsewhere = createServer(({ url = '' }, response) => {
    asked.push(url)
    // With an icon, so that no browser asks for one.
    response.setHeader('content-type', 'text/html').end('<link rel="icon" href="data:,">')
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  const away = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
  const spoil = `top.document.title='ran';fetch('${away}/fetch')`
  const html = `<html onload="${spoil}"><head><base href="${away}/"><script>${spoil}</script><script src="${away}/script"></script>
<link rel="stylesheet" href="${away}/style"><style>@import "${away}/import"; p { background: url(${away}/background) }</style>
<meta http-equiv="refresh" content="0;url=${away}/refresh"></head><body onload="${spoil}"><p>Dear customer</p>
<img src="${away}/image" onerror="${spoil}"><img src="x" onerror="${spoil}"><svg onload="${spoil}"><image href="${away}/svg"/></svg>
<iframe src="javascript:${spoil}"></iframe><iframe src="${away}/frame"></iframe><iframe srcdoc="<script>${spoil}</script>"></iframe>
<object data="${away}/object"></object><video src="${away}/video" autoplay></video><a href="javascript:${spoil}">a script</a>
<form action="${away}/form"><button>Send</button></form></body></html>`
  await send({ subject: 'Hostile', html })
  const strange = await browser.newContext()
  const reader = await strange.newPage()
  await reader.goto(`${app.origin}/dev/inbox`)
  await reader.locator('#mails a', { hasText: 'Hostile' }).click()
  const frame = reader.frameLocator('iframe')
  await frame.getByText('Dear customer').waitFor()
  await frame.getByText('a script').click()
  await frame.getByRole('button', { name: 'Send' }).click()
  // By itself, without the page around it.
  const alone = await strange.newPage()
  await alone.goto(`${app.origin}/dev/inbox/html/${app.deps.inbox?.list()[0]?.id}`, { waitUntil: 'load' })
  await reader.locator('#mails a').first().focus()
  expect([await reader.title(), await alone.title()].filter((title) => title.includes('ran'))).toEqual([])
  expect(reader.url()).toContain('/dev/inbox')
  // Asked after all that the mail could have asked for.
  await (await strange.newPage()).goto(`${away}/last`)
  expect(asked).toEqual(['/last'])
  await strange.close()
  elsewhere.close()
})

test('what only looks like a link is text, beside one that leads on', async () => {
  await send({ subject: 'Broken', text: `see http://[ or ${app.origin}/docs` })
  await row('Broken').click()
  await page.getByRole('link', { name: 'Open /docs' }).waitFor()
  await page.getByRole('tabpanel').getByText('see http://[ or').waitFor()
  expect(await page.getByRole('tabpanel').getByRole('link').allTextContents()).toEqual([`${app.origin}/docs`])
})

test('the tab of another site that opened the inbox stays as it is', async () => {
  const elsewhere = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end(`<a href="${app.origin}/dev/inbox" target="inbox">Mails</a>`),
  )
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`
  await send({ subject: 'Secret', text: `${app.origin}/docs?token=secret` })
  await page.goto(address)
  const [popup] = await Promise.all([page.context().waitForEvent('page'), page.getByText('Mails').click()])
  await popup.locator('#mails a', { hasText: 'Secret' }).click()
  await popup.getByRole('link', { name: 'Open /docs' }).click()
  await popup.waitForURL(/token=secret/)
  expect(page.url()).toBe(address)
  await popup.close()
  elsewhere.close()
})

test('a link leads on in the same tab, or in the tab of the example that opened the inbox', async () => {
  for (const name of ['margaret', 'linus', 'grace']) await signUp(app, newPerson({ email: `${name}@example.com` }))
  const { email } = await signUp(app, newPerson({ email: 'ada@example.com' }))
  await row(email).click()
  await page.frameLocator('iframe').getByRole('link').first().waitFor()
  await takeBothPictures(page, 'inbox')
  await page.frameLocator('iframe').getByRole('link').first().click()
  await heading(page, 'Verify your email address')
  await page.goto(`${app.origin}/dev/app`)
  const [popup] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('link', { name: 'Emails from this development server' }).click(),
  ])
  await popup.locator('#mails a', { hasText: email }).click()
  await popup.getByRole('link', { name: 'Open /account/verify-email' }).click()
  await popup.getByText('Opened in the tab that this inbox was opened from.').waitFor()
  await heading(page, 'Verify your email address')
  await popup.close()
})

test('mails are there after a restart in development, and an open page finds the server again', async () => {
  await send({ subject: 'Kept', text: 'x' })
  await row('Kept').waitFor()
  const { PORT, PUBLIC_URL } = { PORT: new URL(app.origin).port, PUBLIC_URL: app.origin }
  await app.close()
  await page.getByText('The server is not responding.').waitFor()
  app = {
    ...(await startApp({ APP_ENV: 'development', FRONTEND_URL: undefined, DATA_DIR, PORT, PUBLIC_URL })),
    origin: PUBLIC_URL,
  }
  await page.getByText('The server is not responding.').waitFor({ state: 'detached' })
  await row('Kept').waitFor()
  await send({ subject: 'After the restart', text: 'x' })
  await row('After the restart').waitFor()
})

test('more pages than there is room for show the mails all the same', async () => {
  // The answers are kept whole: fetch cancels the body of one that nobody holds any more.
  const streams = await Promise.all(Array.from({ length: 17 }, () => fetch(`${app.origin}/dev/inbox/news`)))
  expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200, 204]))
  const late = await openPage(browser, complaints)
  await send({ subject: 'Crowded', text: 'x' })
  await late.goto(`${app.origin}/dev/inbox`)
  await late.locator('#mails a', { hasText: 'Crowded' }).waitFor()
  await Promise.all(streams.map(({ body }) => body?.cancel()))
})
