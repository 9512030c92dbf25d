import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { type Inbox, openInbox } from '../../src/mail/inbox.ts'
import { sampleMails } from '../../src/mail/samples.ts'
import { openMessages } from '../../src/messages/messages.ts'
import { previewMails } from '../../src/operator/preview-mails.ts'
import { openChromium } from '../support/chromium.ts'
import { useFolder } from '../support/folder.ts'
import { logos } from '../support/logos.ts'

const folder = useFolder('previews')
const names = sampleMails(loadConfig({})).map(({ name }) => name)
let inbox: Inbox | undefined
afterEach(() => inbox?.close())

const run = (env: Readonly<Record<string, string>>, options: Parameters<typeof previewMails.run>[2] = {}) =>
  previewMails.run(loadConfig(env, 'cli'), [], options)

test('writes every mail in every language, and a page that shows them with what the server has', async () => {
  const logo = join(folder, 'logo.png')
  writeFileSync(logo, await logos.png())
  const texts = join(folder, 'texts')
  mkdirSync(texts)
  writeFileSync(join(texts, 'de.json'), '{"mail.totp_enabled.subject": "Zwei Schritte bei Acme"}')
  const dataDir = join(folder, 'data')
  const { says } = await run({ DATA_DIR: dataDir, APP_NAME: 'Acme', BRAND_LOGO: logo, MAIL_TEXTS_DIR: texts })
  const to = join(dataDir, 'mails')
  const tags = openMessages({ defaultLocale: 'en' })
    .used()
    .map(({ tag }) => tag)
  expect(says).toContain(`${names.length * tags.length} mails are in ${to}.`)
  const expected = names.flatMap((name) => [`${name}.html`, `${name}.txt`])
  for (const tag of tags) expect(readdirSync(join(to, tag)).toSorted()).toEqual(expected.toSorted())
  const index = readFileSync(join(to, 'index.html'), 'utf8')
  for (const name of names) expect(index).toContain(`<section id="${name}">`)
  expect(index).toContain('<b lang="de" dir="ltr">Zwei Schritte bei Acme</b>')

  const arabicOnly = join(folder, 'arabic')
  await run({ APP_NAME: 'Acme', BRAND_LOGO: logo }, { locale: 'ar', to: arabicOnly })
  const browser = await openChromium()
  try {
    const page = await browser.newPage()
    await page.goto(pathToFileURL(join(arabicOnly, 'index.html')).href, { waitUntil: 'commit', timeout: 120_000 })
    const arabic = page.locator('#totp_enabled figure', { hasText: 'ar:' }).frameLocator('iframe')
    await page.locator('#totp_enabled').scrollIntoViewIfNeeded()
    expect(await arabic.locator('html').getAttribute('dir')).toBe('rtl')
    const width = () =>
      arabic.getByAltText('Acme').evaluate((picture) => (picture as unknown as { naturalWidth: number }).naturalWidth)
    await expect.poll(width).toBe(480)
  } finally {
    await browser.close()
  }
}, 300_000)

test('--locale writes one language, --to another folder; what cannot be is said', async () => {
  const to = join(folder, 'german')
  const { says } = await run({ DATA_DIR: folder }, { locale: 'DE', to })
  expect(says).toContain(`${names.length} mails are in ${to}.`)
  expect(readdirSync(to).toSorted()).toEqual(['de', 'index.html'])
  const unknown = await run({ DATA_DIR: folder }, { locale: 'tlh', to })
  expect(unknown).toMatchObject({
    exitCode: 1,
    says: expect.stringMatching(/^There are no texts in tlh\. There are: ar, /),
  })
  const file = join(folder, 'file')
  writeFileSync(file, '')
  expect(await run({}, { to: file })).toEqual({ exitCode: 1, says: `${file} cannot be written to (ENOTDIR).` })
  const withSmtp = await run({ SMTP_URL: 'smtp://127.0.0.1:1', DATA_DIR: folder }, { inbox: true, to })
  expect(withSmtp).toMatchObject({ exitCode: 1, says: expect.stringContaining('There is no inbox') })
})

test('--inbox shows those of one language in the inbox of the server that runs', async () => {
  const dataDir = join(folder, 'running')
  inbox = await openInbox({ folder: join(dataDir, 'inbox') })
  const { says } = await run({ DATA_DIR: dataDir, DEFAULT_LOCALE: 'fr' }, { inbox: true })
  expect(says).toContain(`${names.length} of them, in fr, are at /dev/inbox`)
  await expect.poll(() => inbox?.list().length, { timeout: 20_000 }).toBe(names.length)
  const language = openMessages({ defaultLocale: 'fr' }).fallback
  const [first] = inbox.list()
  expect(first?.html).toContain('<html lang="fr" dir="ltr">')
  expect(first?.subject).toBe(language.texts['mail.account_deletion.subject'])
})
