import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { mailsTo, newPerson, signedUp } from '../support/people.ts'
import { expectAccessible, expectNarrow, fill, heading, loaded, said, takePhonePicture, useExample } from './support.ts'

// The example in other languages: which it speaks, who is told, and what strangers write in it.

const { app, open, newContext } = useExample()

const openAt = async (address: string, locale = 'en-GB'): Promise<Page> => {
  const context = await newContext({ locale, reducedMotion: 'reduce', viewport: { width: 1000, height: 760 } })
  context.setDefaultTimeout(45_000)
  const page = await context.newPage()
  await page.goto(`${app.origin}${address}`)
  await loaded(page)
  return page
}
const spoken = (page: Page): Promise<string> =>
  page.evaluate<string>("[document.documentElement.lang, document.documentElement.dir, document.title].join(' ')")
const choose = (page: Page, tag: string) => page.locator('#language select').selectOption(tag)

test('it speaks the best of the languages that the browser asks for', async () => {
  for (const [locale, expected] of [
    ['de-AT', 'de ltr Anmelden · Postern'],
    ['zh-CN', 'zh-Hans ltr 登录 · Postern'],
    ['pt-PT', 'pt-BR ltr Entrar · Postern'],
    ['ar-EG', 'ar rtl تسجيل الدخول · Postern'],
    ['ko', 'en ltr Sign in · Postern'],
  ]) {
    const page = await openAt('/dev/app', locale)
    expect([locale, await spoken(page)]).toEqual([locale, expected])
    await page.context().close()
  }
})

test('a language that is chosen stays chosen: on the page, after a reload, from the address once', async () => {
  const page = await openAt('/dev/app#/forgot-password')
  await choose(page, 'he')
  await heading(page, 'שכחת את הסיסמה?')
  expect(await page.evaluate('document.activeElement.id')).toBe('language-choice')
  await expectAccessible(page)
  await page.reload()
  await heading(page, 'שכחת את הסיסמה?')
  await page.goto(`${app.origin}/dev/app?lang=ja#/sign-in`)
  await heading(page, 'ログイン')
  expect(page.url()).toBe(`${app.origin}/dev/app#/sign-in`)
  await choose(page, 'en')
  await page.reload()
  await heading(page, 'Sign in')
})

test('the account is told at the sign-up and at each choice, and its mails follow', async () => {
  const person = newPerson()
  const page = await openAt('/dev/app#/sign-up', 'fr')
  await fill(page, { 'Adresse e-mail': person.email, Nom: 'Ada', 'Nom d’utilisateur': person.handle })
  await fill(page, { 'Mot de passe': person.password })
  await page.getByRole('button', { name: 'Créer le compte' }).click()
  await heading(page, 'Consultez vos e-mails')
  const [mail] = await mailsTo(app, person.email)
  expect(mail?.html).toContain('<html lang="fr" dir="ltr">')
  const link = /http\S+token=\S+/.exec(mail?.text ?? '')?.[0] ?? ''
  await page.goto(link)
  await page.getByRole('button', { name: 'Confirmer mon adresse' }).click()
  await heading(page, 'Profil')
  const locale = () => page.evaluate<string>("fetch('/v0/user/me').then((it) => it.json()).then((it) => it.locale)")
  expect(await locale()).toBe('fr')
  await choose(page, 'it')
  await heading(page, 'Profilo')
  await expect.poll(locale).toBe('it')

  // Another browser, where nobody has chosen: the account's language counts once it is known.
  const other = await openAt('/dev/app', 'en-GB')
  await other.context().addCookies(await page.context().cookies())
  await other.reload()
  await heading(other, 'Profilo')
})

test('errors, dates, numbers and countdowns are in the language, and nothing sticks out of a narrow window', async () => {
  const page = await openAt('/dev/app#/sign-in', 'ar')
  await page.getByLabel('عنوان البريد الإلكتروني').fill('nobody@example.com')
  await page.getByLabel('كلمة المرور', { exact: true }).fill('wrong')
  await page.locator('main form [type=submit]').first().click()
  await said(page, 'عنوان البريد الإلكتروني أو كلمة المرور غير صحيحة.')
  await expectAccessible(page)
  await takePhonePicture(page, 'example-ar')
  const japanese = await openAt('/dev/app#/sign-in', 'ja')
  await takePhonePicture(japanese, 'example-ja')
  await japanese.goto(`${app.origin}/dev/app#/sign-up`)
  await japanese.getByText('12文字以上。', { exact: false }).waitFor()
  await expectNarrow(japanese)
})

test('what strangers write cannot turn around the words beside it [LO2]', async () => {
  const page = await openAt('/dev/app', 'ar')
  const { client } = await signedUp(app)
  const name = 'evil \u05d0\u05d1 (admin)'
  expect((await client.send('PATCH', '/v0/user/me', { body: { display_name: name } })).status).toBe(200)
  for (const turning of ['\u202e', '\u2066', '\u200f'])
    expect((await client.send('PATCH', '/v0/user/me', { body: { display_name: `${turning}nimda` } })).code).toBe(
      'general:validation_error',
    )
  await page.route('**/v0/auth/session', (route) =>
    route.fulfill({
      json: {
        session: { user: { ...me, display_name: '\u202egpj.ada' }, expires_at: now, is_fresh: true, methods: [] },
      },
    }),
  )
  await page.goto(`${app.origin}/dev/app?lang=en#/profile`)
  await heading(page, 'Profile')
  const isolation = await page.evaluate<string[]>(
    "[...document.querySelectorAll('.person strong, .person bdi')].map((one) => getComputedStyle(one).unicodeBidi)",
  )
  expect(isolation).toEqual(['isolate', 'isolate'])
})
const now = '2026-01-01T12:00:00Z'
const me = {
  id: 'x',
  email: 'ada@example.com',
  handle: 'ada_l',
  is_banned: false,
  has_password: true,
  totp_enabled: false,
  passkeys: 0,
  created_at: now,
}

test('an address that names no language chooses none', async () => {
  for (const lang of ['../../x', '__proto__', 'constructor', 'zz-', 'xx', '%00', 'de/../en', '<b>', '']) {
    const page = await openAt(`/dev/app?lang=${encodeURIComponent(lang)}`)
    expect([lang, await spoken(page)]).toEqual([lang, 'en ltr Sign in · Postern'])
    expect(await page.evaluate('localStorage.length')).toBe(0)
    await page.context().close()
  }
})

test('a browser that keeps nothing still changes the language', async () => {
  const page = await open()
  await page.addInitScript(
    `Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })`,
  )
  await page.goto(`${app.origin}/dev/app`)
  await heading(page, 'Sign in')
  await choose(page, 'pl')
  await heading(page, 'Zaloguj się')
})

test('where a language or the list of them cannot be loaded, the page is in English and says nothing wrong', async () => {
  const page = await openAt('/dev/app')
  await page.route('**/src/languages/de.ts', (route) => route.abort())
  await choose(page, 'de')
  await heading(page, 'Sign in')
  expect(await spoken(page)).toBe('en ltr Sign in · Postern')
  await expect.poll(() => page.locator('#language select').inputValue()).toBe('en')
  await page.route('**/v0/locales', (route) => route.abort())
  await page.reload()
  await heading(page, 'Sign in')
  expect(await page.locator('#language').isHidden()).toBe(true)
  expect(await page.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0)
})
