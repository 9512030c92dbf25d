import { execFileSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config/load-config.ts'
import { brandOf } from '../../src/mail/brand.ts'
import { composeMail } from '../../src/mail/compose.ts'
import { sampleMails } from '../../src/mail/samples.ts'
import { renderMail } from '../../src/mail/templates.ts'
import { openMessages } from '../../src/messages/messages.ts'
import { parseMailbox } from '../../src/text/mailbox.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { useFolder } from '../support/folder.ts'
import { logos } from '../support/logos.ts'
import { mailsTo, signUp } from '../support/people.ts'

const folder = useFolder('logo')

function keep(name: string, bytes: Buffer | string): string {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  return file
}

const brandWith = (file: string) => brandOf(loadConfig({ APP_NAME: 'Acme', BRAND_LOGO: file }))

function problemsOf(env: Readonly<Record<string, string>>, role: 'api' | 'cli' = 'api'): readonly string[] {
  try {
    loadConfig(env, role)
    return []
  } catch (error) {
    return (error as ConfigError).problems
  }
}

describe('BRAND_LOGO', () => {
  const must =
    'BRAND_LOGO must name a PNG, JPEG or GIF, which all mail programs show, of 10000 bytes at most and of 16 to 1000 pixels a side'

  test.each(['png', 'jpeg', 'progressive', 'gif'] as const)(
    'may be %s, and is shown at 200 × 40 at most',
    async (kind) => {
      const { logo } = brandWith(keep(`good.${kind}`, await logos[kind]()))
      expect(logo).toMatchObject({ width: 480, height: 96, shownWidth: 200, shownHeight: 40 })
    },
  )

  test('is never shown larger than it is, and may be a link, as mounted files are', async () => {
    const link = join(folder, 'link.png')
    symlinkSync(keep('small.png', await logos.png(100, 20)), link)
    expect(brandWith(link).logo).toMatchObject({ shownWidth: 100, shownHeight: 20 })
    expect(brandWith(keep('tall.png', await logos.png(50, 200))).logo).toMatchObject({
      shownWidth: 10,
      shownHeight: 40,
    })
  })

  test.each<[what: string, make: () => Promise<string>, why: string]>([
    ['that is not there', async () => join(folder, 'none.png'), 'none.png cannot be read, ENOENT'],
    ['that is a folder', async () => folder, `${folder} is no file`],
    ['that never ends', async () => '/dev/zero', '/dev/zero is no file'],
    ['that waits for a writer', async () => makePipe(), 'pipe is no file'],
    ['of no bytes', async () => keep('empty.png', ''), 'empty.png is empty'],
    ['that is SVG', async () => keep('a.svg', await logos.svg()), 'it is SVG'],
    ['that is WebP', async () => keep('a.webp', await logos.webp()), 'it is WebP'],
    ['that is text', async () => keep('a.png', 'a logo'), 'it is none of them'],
    ['that is too wide', async () => keep('wide.png', await logos.png(1001, 20)), 'the picture has 1001 × 20 pixels'],
    ['that is a dot', async () => keep('dot.gif', await logos.gif(1, 1)), 'the picture has 1 × 1 pixels'],
    ['that is too heavy', async () => keep('heavy.png', await logos.noise(200, 100)), ' bytes'],
    ['that was cut off', async () => keep('cut.png', (await logos.png()).subarray(0, -20)), 'the picture is not whole'],
    [
      'whose end is missing',
      async () => keep('cut.jpg', (await logos.jpeg()).subarray(0, -1)),
      'the picture is not whole',
    ],
    [
      'of a signature alone',
      async () => keep('head.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xd9])),
      'the picture is not whole',
    ],
  ])('a file %s is refused, by a start and by doctor', async (_what, make, why) => {
    const env = { APP_NAME: 'Acme', BRAND_LOGO: await make() }
    const [problem = '', ...others] = problemsOf(env)
    expect(others).toEqual([])
    expect(problem.startsWith(`${must} (`)).toBe(true)
    expect(problem).toContain(why)
    // The operator's commands go on: what they do needs no logo.
    expect(problemsOf(env, 'cli')).toEqual([])
    expect(() => brandOf(loadConfig(env, 'cli'))).toThrow(ConfigError)
  })

  test('needs a name beside it, for mail programs that show no pictures', async () => {
    expect(problemsOf({ BRAND_LOGO: keep('named.png', await logos.png()) })).toEqual([
      'APP_NAME must be set where BRAND_LOGO is: it stands where a mail program shows no pictures',
    ])
  })

  function makePipe(): string {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    return pipe
  }
})

describe('a mail with a logo', () => {
  let app: TestApp
  let picture: Buffer
  beforeAll(async () => {
    picture = await logos.png()
    app = await startApp({ APP_NAME: 'Acme & Co', BRAND_LOGO: keep('acme.png', picture), APP_ENV: 'development' })
  })
  afterAll(() => app.close())

  test('has it as a part of its own, which the HTML names, with the name for those who see no pictures', async () => {
    const { email } = await signUp(app)
    const raw = app.deps.inbox?.search(email)[0]?.raw ?? Buffer.alloc(0)
    const kinds = [...raw.toString().matchAll(/^Content-Type: (\S+?);?\s/gm)].map(([, kind]) => kind)
    expect(kinds).toEqual(['multipart/alternative', 'text/plain', 'multipart/related', 'text/html', 'image/png'])
    const { html = '', text, attachments } = await PostalMime.parse(raw)
    expect(attachments).toEqual([
      expect.objectContaining({ mimeType: 'image/png', disposition: 'inline', contentId: '<logo@postern>' }),
    ])
    expect(Buffer.from(attachments[0]?.content as ArrayBuffer)).toEqual(picture)
    expect(html).toContain('<img class="logo" src="cid:logo@postern" alt="Acme &amp; Co" width="200" height="40"')
    expect(html.match(/\ssrc=/g)).toHaveLength(1)
    expect(text).not.toContain('cid:')
  })

  test('is told by the inbox as Mailpit does, and shown there without a way to any other place', async () => {
    const { email } = await signUp(app)
    const [mail] = await mailsTo(app, email)
    const local = { host: 'localhost' }
    const get = (url: string) => app.app.inject({ url, headers: local })
    const message = (await get(`/api/v1/message/${mail?.id}`)).json()
    expect(message.Inline).toEqual([
      { FileName: 'logo.png', ContentType: 'image/png', ContentID: 'logo@postern', Size: picture.length },
    ])
    expect([message.Attachments, message.HTML]).toEqual([[], mail?.html])
    expect((await get('/api/v1/search')).json().messages[0].Attachments).toBe(0)
    const frame = await get(`/dev/inbox/html/${mail?.id}`)
    expect(frame.headers['content-security-policy']).toMatch(/default-src 'none'.* img-src data:;/)
    expect(frame.body).toContain(`src="data:image/png;base64,${picture.toString('base64')}"`)
    expect(frame.body).not.toContain('cid:')
  })
})

test('every mail in every language is under 30 kB, with the heaviest logo', async () => {
  let logo = Buffer.alloc(0)
  for (let height = 20; logo.length < 9700; height++) logo = await logos.noise(60, height)
  const config = loadConfig({
    APP_NAME: 'W'.repeat(40),
    SUPPORT_EMAIL: 'help@acme.example',
    BRAND_LOGO: keep('heaviest.png', logo),
    FRONTEND_URL: 'https://app.example.com',
  })
  const brand = brandOf(config)
  const sender = parseMailbox('Acme <no-reply@acme.example>')
  if (sender === undefined) throw new Error('is a mailbox')
  const sizes: { readonly name: string; readonly tag: string; readonly bytes: number }[] = []
  for (const language of openMessages({ defaultLocale: 'en' }).offered()) {
    for (const { name, content } of sampleMails(config)) {
      // As long as a browser can say it, in letters that mails write with nine bytes each.
      const long = 'userAgent' in content ? { ...content, userAgent: '界'.repeat(400) } : content
      const mail = renderMail(long, { language, brand, timeZone: 'Pacific/Apia' })
      const message = await composeMail(mail, { sender, to: content.to, messageId: '<1@acme.example>' })
      sizes.push({ name, tag: language.tag, bytes: message.length })
    }
  }
  const largest = sizes.toSorted((a, b) => b.bytes - a.bytes)[0]
  process.stdout.write(`the largest of ${sizes.length} mails: ${JSON.stringify(largest)}\n`)
  expect(largest?.bytes).toBeLessThan(30_000)
})
