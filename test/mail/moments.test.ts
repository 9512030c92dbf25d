import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { brandOf } from '../../src/mail/brand.ts'
import { renderMail } from '../../src/mail/templates.ts'
import { openMessages } from '../../src/messages/messages.ts'

const messages = openMessages({ defaultLocale: 'en' })
const brand = brandOf(loadConfig({}))

/** The mail of a sign-up, which tells when that was. */
function textOf(tag: string, timeZone: string | null, signedUpAt: string): string {
  const language = messages.find(tag) ?? messages.fallback
  const content = { template: 'verify_email', to: 'ada@example.com', handle: 'ada', link: 'https://x.example' } as const
  return renderMail({ ...content, signedUpAt }, { language, timeZone, brand }).text
}

test.each([
  [
    'the last minute before the clocks go forward',
    'America/New_York',
    '2026-03-08T06:59:00Z',
    'March 8, 2026 at 1:59 AM EST',
  ],
  ['the first minute after it', 'America/New_York', '2026-03-08T07:00:00Z', 'March 8, 2026 at 3:00 AM EDT'],
  ['an hour that comes twice, first', 'America/New_York', '2026-11-01T05:30:00Z', 'November 1, 2026 at 1:30 AM EDT'],
  ['the same hour, for the second time', 'America/New_York', '2026-11-01T06:30:00Z', 'November 1, 2026 at 1:30 AM EST'],
  ['half an hour beside the others', 'Asia/Kolkata', '2026-01-31T18:45:00Z', 'February 1, 2026 at 12:15 AM GMT+5:30'],
  ['a day ahead', 'Pacific/Apia', '2026-12-31T11:00:00Z', 'January 1, 2027 at 12:00 AM GMT+13'],
  ['nowhere', null, '2026-01-31T18:45:00Z', 'January 31, 2026 at 6:45 PM UTC'],
])('a mail tells the time of its reader: %s', (_what, zone, moment, expected) => {
  expect(textOf('en', zone, moment)).toContain(expected)
})

test.each([
  ['en', /\b6:45 PM UTC/],
  ['de', /31\. Januar 2026 um 18:45 UTC/],
  ['fr', /31 janvier 2026 à 18:45 UTC/],
  ['pl', /31 stycznia 2026 18:45 UTC/],
  ['ja', /2026年1月31日 18:45 UTC/],
  ['zh-Hans', /2026年1月31日.*18:45/],
  ['pt-BR', /31 de janeiro de 2026 às 18:45 UTC/],
  ['he', /31 בינואר 2026 .*18:45/],
])('as readers of %s write it', (tag, expected) => {
  expect(textOf(tag, 'UTC', '2026-01-31T18:45:00Z')).toMatch(expected)
})
