import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { brandOf, contrast } from '../../src/mail/brand.ts'
import type { MailContent } from '../../src/mail/letters.ts'
import { renderMail as renderIn } from '../../src/mail/templates.ts'
import { sourceLanguage } from '../../src/messages/language.ts'
import { openMessages } from '../../src/messages/messages.ts'
import { oneLine } from '../../src/text/one-line.ts'

const english = sourceLanguage()
const brand = brandOf(loadConfig({ APP_NAME: 'Acme', SUPPORT_EMAIL: 'help@acme.example' }))
const renderMail = (content: MailContent) => renderIn(content, { language: english, brand })

const link = 'https://app.example.com/account/verify-email?token=pot_0123456789abcdef&x=1'
const controls = '\u0000\u0007\u001b[31m\r\n\t\u0085\u2028\u2029\u202e\u2066\u200b\ufeff'
const hostile = `<b>"a"&'b'</b>${controls}<img src=x><a href="https://evil.example">`
const planted = 'x https://evil.example/account/verify-email?token=pot_planted'
const to = 'person@example.com'

const verifyEmail = (handle: string): MailContent => ({
  template: 'verify_email',
  to,
  handle,
  link,
  signedUpAt: '2026-03-04T05:06:07.890Z',
})
const deviceLink = (userAgent?: string, ipAddress?: string) => ({
  template: 'device_link' as const,
  to,
  link,
  userAgent,
  ipAddress,
})

const letters: Record<string, MailContent> = {
  'verify_email, plain': verifyEmail('ada_lovelace'),
  'verify_email, hostile': verifyEmail(hostile),
  'device_link, plain': deviceLink('Mozilla/5.0 (X11; Linux)', '192.0.2.7'),
  'device_link, hostile': deviceLink(hostile, '192.0.2.7'),
  'device_link, with a link of a stranger': deviceLink(planted, '192.0.2.7'),
  'device_link, nothing known': deviceLink(),
  'device_link, through a provider of a hostile name': {
    ...deviceLink('curl/8.1', '192.0.2.7'),
    shown: { methods: ['oauth'], provider: planted },
  },
  'new_device, through a provider of a hostile name': {
    template: 'new_device',
    to,
    userAgent: hostile,
    ipAddress: '192.0.2.7',
    shown: { methods: ['oauth', 'totp'], provider: planted },
  },
  registered_notice: { template: 'registered_notice', to },
  'role_granted by an operator': { template: 'role_granted', to, role: 'admin', handle: 'ada_l' },
  'role_granted by an administrator': { template: 'role_granted', to, role: 'mod', handle: 'ada_l', by: 'eve' },
  'provider_registered, hostile': {
    template: 'provider_registered',
    to,
    provider: 'acme',
    by: 'ada_lovelace',
    asks: [hostile, planted],
    emailVerification: 'trusted',
  },
  'provider_deleted, hostile': {
    template: 'provider_deleted',
    to,
    provider: 'acme',
    by: 'ada_lovelace',
    asks: [hostile, planted],
    accounts: 2,
    withoutOtherWay: 1,
  },
  'provider_moved, hostile': {
    template: 'provider_moved',
    to,
    provider: 'acme',
    by: 'ada_l',
    changes: [{ what: 'token_endpoint', was: null, is: planted }],
    accounts: 3,
    isBack: false,
  },
  'invitation, hostile': {
    template: 'invitation',
    to,
    by: 'ada_l',
    message: planted,
    link,
    until: '2026-03-01T12:00:00.000Z',
  },
  'invitation by the operator': { template: 'invitation', to, link, until: '2026-03-01T12:00:00.000Z' },
  provider_move_confirmed: { template: 'provider_move_confirmed', to, provider: 'acme', accounts: 3 },
  ...Object.fromEntries(
    [
      { what: 'totp' },
      { what: 'totp', countsAtOnce: true },
      { what: 'password' },
      { what: 'connection', provider: planted },
    ].map((way) => [
      `admin_way_in ${JSON.stringify(way)}`,
      { template: 'admin_way_in', to, handle: 'ada_l', ...way } as MailContent,
    ]),
  ),
}

/** What administrators are told; somebody who is invited has no account to take anything from. */
const toldToAdmins = Object.entries(letters).filter(
  ([, content]) => content.template !== 'invitation' && ('by' in content || content.template === 'admin_way_in'),
)
test.each(toldToAdmins)(
  '%s: where somebody else may be in an account of an administrator, it is taken back with all that was added [AT7]',
  (_name, content) => {
    const handle = 'by' in content ? content.by : 'handle' in content && content.handle
    expect(renderMail(content).text).toContain(`npm run admin -- user @${handle} take-back`)
  },
)

/** For Outlook alone. */
const conditional = /<!--\[if mso\]>(.*?)<!\[endif\]-->/gs
const tags = (html: string) => [...html.matchAll(/<\/?([a-z!]+)/gi)].map(([, name]) => name?.toLowerCase())

describe.each(Object.entries(letters))('%s', (_name, content) => {
  const { subject, text, html } = renderMail(content)
  const expected = 'link' in content ? content.link : undefined

  test('holds exactly the link that it is about', () => {
    const targets = [...html.matchAll(/<[^>]*\shref=("[^"]*")[^>]*>/g)].map(([, target]) => target)
    // The button, and the link to be read.
    const wanted = `"${expected?.replaceAll('&', '&amp;')}"`
    expect(targets).toEqual(expected === undefined ? [] : [wanted, wanted])
    const anchors = tags(html).filter((name) => name === 'a')
    expect(anchors).toHaveLength(expected === undefined ? 0 : 4)
  })

  test('the first token= of the text is of the link, on a line of its own', () => {
    const first = text.split('\n').find((line) => line.includes('token='))
    expect(first).toBe(expected)
  })

  test('is laid out by tables, loads nothing, and stays small', () => {
    const known = '!doctype html head meta title style body table tr td div p br a'.split(' ')
    const strange = tags(html.replaceAll(conditional, '$1')).filter((name) => !known.includes(name ?? ''))
    expect(strange).toEqual([])
    expect(html).not.toMatch(/<[^>]*\s(?:src|background|on\w+)\s*=|url\(|@import/i)
    expect(Buffer.byteLength(html)).toBeLessThan(30_000)
  })

  test('no control character of a stranger gets into it [LG3]', () => {
    for (const part of [subject, text, html])
      expect(part.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    // Lines come of paragraphs alone: a stranger's line break makes none.
    expect(text.split('\n\n')).toHaveLength(html.match(/<p /g)?.length ?? 0)
  })
})

test('what a stranger wrote stands in the HTML as text', () => {
  const { html } = renderMail(deviceLink(hostile))
  expect(html).toContain('&lt;b&gt;')
  expect(html).toContain('&amp;')
  expect(html).not.toContain('<b>')
  expect(html).not.toContain('<img')
})

test('subjects are the same whatever the stranger wrote [EM3]', () => {
  expect(renderMail(verifyEmail(hostile)).subject).toBe(renderMail(verifyEmail('ada')).subject)
  expect(renderMail(deviceLink(hostile, '192.0.2.7')).subject).toBe(renderMail(deviceLink()).subject)
})

test('a sign-up mail names handle and time, a device mail program and address', () => {
  expect(renderMail(verifyEmail('ada_lovelace')).text).toContain('handle ada_lovelace at March 4, 2026 at 5:06 AM UTC.')
  expect(renderMail(deviceLink('curl/8.1', '192.0.2.7')).text).toContain(
    'The request came from curl/8.1 at the IP address 192.0.2.7.',
  )
  expect(renderMail(deviceLink()).text).toContain('The request came from an unknown program.')
})

test('a very long user agent is cut, and at no half character', () => {
  const { text } = renderMail(deviceLink(`a${'😀'.repeat(5000)}`))
  expect(text.length).toBeLessThan(1500)
  expect(text.isWellFormed()).toBe(true)
})

test.each(['#2f5bd0', '#ffffff', '#000000', '#ffcc00', '#777777', '#767676', '#00ff00'])(
  'the text of a button in %s can be read',
  (color) => {
    const { inkOnColor } = brandOf(loadConfig({ BRAND_COLOR: color }))
    expect(contrast(color, inkOnColor)).toBeGreaterThanOrEqual(4.5)
  },
)

test('a mail shows the name of the application and where to ask for help, and both stay text', () => {
  const named = brandOf(loadConfig({ APP_NAME: '<b>Acme</b> & Co', SUPPORT_EMAIL: 'help@acme.example' }))
  const { html } = renderIn(verifyEmail('ada'), { language: english, brand: named })
  expect(html).toContain('&lt;b&gt;Acme&lt;/b&gt; &amp; Co')
  expect(html).toContain('Questions? Write to help@acme.example.')
})

const mirrored = openMessages({ defaultLocale: 'en', locales: ['en', 'ar-XB'] }).find('ar-XB') ?? english

describe.each([english, mirrored])(
  'what a stranger wrote cannot turn around the words beside it, in $tag [LO2]',
  (language) => {
    const textWith = (name: string) => renderIn({ template: 'passkey_added', to, name }, { language, brand }).text
    const names = [
      '\u202eevil',
      '\u2067a\u2066b',
      'ada\u2069\u2069!',
      'שלום (1) abc',
      'مفتاح\u200f 2',
      'x\u061c\u2028y',
      'Ключ',
    ]

    test.each(names)('%j', (name) => {
      const shown = oneLine(name)
      expect(shown).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]/u)
      // Nothing turns plain ASCII around in English, where it has no isolates.
      const isPlain = language === english && /^[ -~]*$/.test(shown)
      const expected = isPlain ? shown : `\u2068${shown}\u2069`
      expect(textWith(name)).toBe(textWith('Qq').replace(/\u2068?Qq\u2069?/, expected))
    })

    test('neither do a browser, a provider or a handle', () => {
      const text = renderIn(
        { ...deviceLink('دفتر', '192.0.2.7'), shown: { methods: ['oauth'], provider: 'ספק' } },
        { language, brand },
      ).text
      expect(text).toContain('\u2068دفتر\u2069')
      expect(text).toContain('\u2068ספק\u2069')
    })
  },
)
