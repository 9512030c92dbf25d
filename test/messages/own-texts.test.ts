import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config/load-config.ts'
import { languagesFolder, listTags } from '../../src/messages/language.ts'
import { openMessages } from '../../src/messages/messages.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { useFolder } from '../support/folder.ts'
import { mailsTo, newPerson } from '../support/people.ts'
import { runAdmin } from '../support/server-process.ts'

const folder = useFolder('own-texts')

let count = 0
/** A folder with these files; what is no text is written as JSON. */
function folderWith(files: Readonly<Record<string, unknown>>): string {
  const path = join(folder, String(++count))
  mkdirSync(path)
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

function problemsOf(path: string, role: 'api' | 'worker' | 'cli' = 'api'): readonly string[] {
  try {
    const more = role === 'worker' ? { SMTP_URL: 'smtp://127.0.0.1:1', WORKER_SECRET: 'x'.repeat(32) } : {}
    loadConfig({ MAIL_TEXTS_DIR: path, ...more }, role)
    return []
  } catch (error) {
    return (error as ConfigError).problems
  }
}

const says = (mistake: string) => `MAIL_TEXTS_DIR must hold texts for mails: ${mistake}`
const reset = 'mail.password_reset.subject'

describe('MAIL_TEXTS_DIR', () => {
  test('is refused with every mistake of every file in one report, by API and worker', () => {
    const path = folderWith({
      'en.json': {
        [reset]: 'Visit https://evil.example',
        'mail.password_reset.open': 'one\r\ntwo',
        'mail.password_reset.buton': 'x',
        'mail.password_reset.button': '',
        'mail.password_reset.if_not': 7,
        'mail.passkey_added.added': 'A passkey {nmae}',
        'title.FORBIDDEN': 'x',
      },
      'de.json': '{"mail.x": ',
      'fr.json': [],
      'tlh.json': { [reset]: 'x' },
      'pt-br.json': { [reset]: 'x' },
      'README.md': 'of no interest',
    })
    const there = listTags(languagesFolder).join(', ')
    const expected = [
      expect.stringContaining(says('de.json: is no JSON, ')),
      says('en.json: mail.password_reset.if_not: is no text'),
      says(`en.json: ${reset}: holds a link`),
      says('en.json: mail.password_reset.open: holds a line break or a control character'),
      says('en.json: mail.password_reset.buton: is no message of ours; is mail.password_reset.button meant?'),
      says('en.json: mail.password_reset.button: is empty'),
      says('en.json: mail.passkey_added.added: lacks {name}'),
      says('en.json: mail.passkey_added.added: has {nmae}, which the English text has not'),
      says('en.json: title.FORBIDDEN: is no text of a mail, whose keys begin with mail.'),
      says('fr.json: must be an object of texts, such as {"mail.password_reset.subject": "…"}'),
      says(`pt-br.json: there are no texts of ours in pt-br; there are ${there}`),
      says(`tlh.json: there are no texts of ours in tlh; there are ${there}`),
    ]
    expect(problemsOf(path)).toEqual(expected)
    expect(problemsOf(path, 'worker')).toEqual(expected)
    // The operator's commands go on, but none writes a mail with these.
    const config = loadConfig({ MAIL_TEXTS_DIR: path }, 'cli')
    expect(() => openMessages(config)).toThrow(ConfigError)
  })

  test.each<[what: string, make: () => string, mistake: string | RegExp]>([
    ['that is not there', () => join(folder, 'none'), 'none cannot be read, ENOENT'],
    ['that is a file', () => join(folderWith({ 'en.json': {} }), 'en.json'), 'en.json cannot be read, ENOTDIR'],
    ['without a file', () => folderWith({ 'de.txt': '{}' }), 'has no file such as en.json'],
    ['with a huge file', () => huge(), 'de.json: has 52428800 bytes, 262144 at most'],
    ['with a folder in place of a file', () => nested(), 'de.json: is no file'],
    ['with a file that never ends', () => endless(), 'de.json: is no file'],
    ['of one text that nests without end', () => deep(), `de.json: ${reset}: cannot be read, `],
  ])('is refused: a folder %s', (_what, make, mistake) => {
    const [problem, ...others] = problemsOf(make())
    expect(others).toEqual([])
    expect(problem).toContain(mistake)
  })

  function huge(): string {
    const path = folderWith({ 'de.json': '{' })
    truncateSync(join(path, 'de.json'), 50 * 2 ** 20)
    return path
  }
  function nested(): string {
    const path = folderWith({})
    mkdirSync(join(path, 'de.json'))
    return path
  }
  function endless(): string {
    const path = folderWith({})
    symlinkSync('/dev/zero', join(path, 'de.json'))
    return path
  }
  const deep = (): string => folderWith({ 'de.json': { [reset]: '{a, select, other {'.repeat(12_000) } })
})

describe('with texts of the operator', () => {
  let app: TestApp
  let path: string
  beforeAll(async () => {
    path = folderWith({
      'en.json': { 'mail.common.code': '{code} for Acme', 'mail.verify_email.button': 'Let me in' },
      'de.json': { 'mail.common.code': '{code} für Acme' },
    })
    app = await startApp({ MAIL_TEXTS_DIR: path })
  })
  afterAll(() => app.close())

  test.each([
    ['en', /^\d{3} \d{3} for Acme$/, 'Let me in'],
    ['de', /^\d{3} \d{3} für Acme$/, 'Adresse bestätigen'],
    ['fr', /^\d{3} \d{3} est votre code$/, 'Confirmer l’adresse'],
  ])('a mail in %s has them, and ours besides', async (locale, subject, button) => {
    const person = newPerson()
    expect((await app.client().post('/v0/auth/signup', { ...person, locale })).status).toBe(202)
    const [mail] = await mailsTo(app, person.email)
    expect(mail?.subject).toMatch(subject)
    expect(mail?.html).toContain(`>${button}</a>`)
  })

  test('doctor writes every mail with them, and says which it cannot', async () => {
    const fine = await runAdmin(app, ['doctor'], { MAIL_TEXTS_DIR: path })
    expect(fine.out).toMatch(/^fine {5}mails: \d+ mails in 12 languages can be written; the largest has \d+ bytes$/m)
    const wrong = folderWith({ 'de.json': { [reset]: 'www.acme.example' } })
    const { code, out } = await runAdmin(app, ['doctor'], { MAIL_TEXTS_DIR: wrong })
    expect(code).toBe(1)
    const fault = `de.json: ${reset}: holds a link`
    expect(out).toContain(`FAILED   settings: MAIL_TEXTS_DIR must hold texts for mails: ${fault}`)
    expect(out).toContain(`FAILED   mails: MAIL_TEXTS_DIR: ${fault}`)
  })
})
