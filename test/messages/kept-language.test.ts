import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importHere } from '../operator/import/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { useFolder } from '../support/folder.ts'
import { mailsTo, newPerson } from '../support/people.ts'
import { arrive, OidcProvider } from '../support/provider.ts'

// Languages that nobody speaks, so that every text in them can be told from English.

const provider = new OidcProvider()
const folder = useFolder('kept-language')
let app: TestApp
beforeAll(async () => {
  app = await startApp({
    LOCALES: 'en,en-XA,ar-XB',
    GOOGLE_CLIENT_ID: provider.clientId,
    GOOGLE_CLIENT_SECRET: provider.clientSecret,
    GOOGLE_ISSUER: await provider.start(),
  })
})
afterAll(async () => {
  await app.close()
  await provider.stop()
})

const languageOf = (html: string | undefined) => /<html lang="([^"]+)"/.exec(html ?? '')?.[1]

/** The language of a mail that somebody asks for who speaks another one. */
async function languageOfNextMail(email: string): Promise<string | undefined> {
  const stranger = app.client()
  stranger.headers['accept-language'] = 'en'
  expect((await stranger.post('/v0/auth/forgot-password', { email })).status).toBe(204)
  const [mail] = await mailsTo(app, email)
  return languageOf(mail?.html)
}

describe('POST /v0/auth/complete-signup', () => {
  /** Somebody who signs in through a provider for the first time. */
  async function complete(acceptLanguage: string, locale?: string) {
    const { email, handle, display_name } = newPerson()
    provider.reset({ sub: handle, email, email_verified: true })
    const client = app.client()
    client.headers['accept-language'] = acceptLanguage
    const { body } = await client.post('/v0/auth/oauth/google/login', await arrive(client, 'google'))
    const wish = { pending_token: body.pending_token, handle, display_name, ...(locale && { locale }) }
    expect((await client.post('/v0/auth/complete-signup', wish)).status).toBe(204)
    return { email, kept: (await client.get('/v0/user/me')).body.locale }
  }

  test('keeps the language that it names, in which later mails are', async () => {
    const { email, kept } = await complete('en-XA', 'ar-xb')
    expect(kept).toBe('ar-XB')
    expect(await languageOfNextMail(email)).toBe('ar-XB')
  })

  test('keeps the language of the request if it names none', async () => {
    const { email, kept } = await complete('ko, en-XA;q=0.5')
    expect(kept).toBe('en-XA')
    expect(await languageOfNextMail(email)).toBe('en-XA')
  })

  test('keeps one that there are no texts in yet, and mails are in the default one', async () => {
    const { email, kept } = await complete('en-XA', 'zh-Hant-TW')
    expect(kept).toBe('zh-Hant-TW')
    expect(await languageOfNextMail(email)).toBe('en')
  })
})

test('an imported account has the language of its line, in which later mails are; a wrong one refuses the line', async () => {
  const people = ['ar-XB', 'en-xa', undefined, 'no language'].map((locale) => ({ ...newPerson(), locale }))
  const file = join(folder, 'accounts.jsonl')
  const lines = people.map(({ email, handle, display_name, locale }) =>
    JSON.stringify({ email, handle, display_name, locale }),
  )
  writeFileSync(file, lines.join('\n'))
  const { tally, fates } = await importHere(app, file)
  expect(tally).toMatchObject({ accepted: 3, refused: 1 })
  expect(fates[3]).toBe('line 4: locale breaks the rule format')
  const emails = people.map(({ email }) => email)
  const kept = await app.sql<{ locale: string | null }>(
    'select locale from users where email = any($1) order by array_position($1::text[], email::text)',
    [emails],
  )
  expect(kept.map(({ locale }) => locale)).toEqual(['ar-XB', 'en-XA', null])
  const spoken: (string | undefined)[] = []
  for (const email of emails.slice(0, 3)) spoken.push(await languageOfNextMail(email))
  expect(spoken).toEqual(['ar-XB', 'en-XA', 'en'])
})
