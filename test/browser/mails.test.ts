import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import sharp, { type OverlayOptions } from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { brandOf } from '../../src/mail/brand.ts'
import type { MailContent } from '../../src/mail/letters.ts'
import { renderMail } from '../../src/mail/templates.ts'
import { openMessages } from '../../src/messages/messages.ts'
import { openChromium } from '../support/chromium.ts'
import { picturesFolder } from './support.ts'

// How mails look: by day, in the dark, and on a telephone, in languages of both directions.

const messages = openMessages({ defaultLocale: 'en' })
const brand = brandOf(loadConfig({ APP_NAME: 'Acme', SUPPORT_EMAIL: 'help@acme.example' }))
const to = 'ada@example.com'
const link = (page: string): string => `https://app.example.com/account/${page}?token=pot_q3JrNfKd0y6V2mXbT8sLwA`

const mails: readonly MailContent[] = [
  {
    template: 'verify_email',
    to,
    handle: 'ada_lovelace',
    link: link('verify-email'),
    signedUpAt: '2026-03-04T05:06:07Z',
    digits: '493817',
  },
  {
    template: 'new_device',
    to,
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0',
    ipAddress: '192.0.2.7',
    shown: { methods: ['oauth', 'totp'], provider: 'Google' },
  },
  { template: 'password_reset', to, link: link('reset-password') },
]

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
}, 600_000)
afterAll(() => browser.close())

type Look = { readonly width: number; readonly colorScheme: 'light' | 'dark' }
const looks: readonly Look[] = [
  { width: 520, colorScheme: 'light' },
  { width: 320, colorScheme: 'dark' },
]

test.each(['en', 'de', 'ar', 'ja'])(
  'in %s nothing sticks out of a mail, by day or in the dark on a telephone',
  async (tag) => {
    const language = messages.find(tag)
    if (language === undefined) throw new Error(`there is no ${tag}`)
    const rows: Buffer[][] = []
    for (const { width, colorScheme } of looks) {
      const context = await browser.newContext({ viewport: { width, height: 300 }, colorScheme })
      const page = await context.newPage()
      const row: Buffer[] = []
      for (const mail of mails) {
        await page.setContent(renderMail(mail, { language, brand, timeZone: 'Europe/Berlin' }).html)
        const { dir, overhang, letters } = await page.evaluate<{ dir: string; overhang: number; letters: number }>(`({
        dir: getComputedStyle(document.body).direction,
        overhang: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        letters: document.body.innerText.length,
      })`)
        expect([mail.template, dir, overhang]).toEqual([mail.template, language.dir, 0])
        expect(letters).toBeGreaterThan(100)
        row.push(await page.screenshot({ fullPage: true }))
      }
      rows.push(row)
      await context.close()
    }
    if (process.env.UPDATE) await putTogether(rows, `mails-${tag}`)
  },
)

const gap = 24

/** One sheet a language: the mails side by side, by day above and in the dark below. */
async function putTogether(rows: readonly (readonly Buffer[])[], name: string): Promise<void> {
  const column = Math.max(...looks.map(({ width }) => width)) + gap
  const placed: OverlayOptions[] = []
  let top = gap
  for (const row of rows) {
    const sizes = await Promise.all(row.map((picture) => sharp(picture).metadata()))
    for (const [index, input] of row.entries()) {
      const { width = 0 } = sizes[index] ?? {}
      placed.push({ input, top, left: gap + index * column + Math.floor((column - gap - width) / 2) })
    }
    top += Math.max(...sizes.map(({ height = 0 }) => height)) + gap
  }
  await sharp({ create: { width: mails.length * column + gap, height: top, channels: 3, background: '#8b90a0' } })
    .composite(placed)
    .png()
    .toBuffer()
    .then((sheet) =>
      sharp(sheet)
        .resize({ width: 900 })
        .png({ palette: true, colors: 16 })
        .toFile(join(picturesFolder, `${name}.png`)),
    )
}
