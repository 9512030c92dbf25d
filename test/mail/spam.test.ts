import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createTransport } from 'nodemailer'
import { expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { brandOf } from '../../src/mail/brand.ts'
import { composeMail } from '../../src/mail/compose.ts'
import { sampleMails } from '../../src/mail/samples.ts'
import { senderOf } from '../../src/mail/smtp.ts'
import { renderMail } from '../../src/mail/templates.ts'
import { openMessages } from '../../src/messages/messages.ts'
import { answers, installPackage } from '../support/debian-package.ts'
import { useFolder } from '../support/folder.ts'
import { logos } from '../support/logos.ts'
import { isProof } from '../support/long-form.ts'

const folder = useFolder('spam')

/** What they say of this laboratory, not of a mail: it came from nowhere, and no name server knows its key. */
const ofLaboratory = new Set([
  'NO_RECEIVED',
  'NO_RELAYS',
  'DKIM_SIGNED',
  'DKIM_ADSP_NXDOMAIN',
  'T_DKIM_INVALID',
  'DKIM_INVALID',
])
/** What they have against a language or a short mail, whatever we write: docs/operate.md says so. */
const ofLanguage: Readonly<Record<string, readonly string[]>> = {
  // It counts letters that look like an e, and French has é, è, ê and ë.
  fr: ['MIXED_ES'],
  // Few characters say much there, so that a logo is much beside them.
  ja: ['HTML_IMAGE_ONLY_32'],
  'zh-Hans': ['HTML_IMAGE_ONLY_32', 'HTML_IMAGE_RATIO_08'],
}
/** What every mail with HTML has, for no points. */
const ofEvery = new Set(['HTML_MESSAGE'])

async function hasSpamAssassin(): Promise<boolean> {
  if (!(await answers('spamassassin', ['--version']))) await installPackage('spamassassin')
  return answers('spamassassin', ['--version'])
}

/** As the operator's mail server signs them. */
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const signer = createTransport({
  streamTransport: true,
  buffer: true,
  newline: 'unix',
  dkim: {
    domainName: 'acme.example',
    keySelector: 'mail',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  },
})

async function signed(raw: Buffer, to: string): Promise<string> {
  const { message } = await signer.sendMail({ raw, envelope: { from: 'no-reply@acme.example', to } })
  return String(message)
}

/** The rules that each mail of the mailbox meets, by its Message-ID. */
async function rulesOf(mailbox: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const { stdout } = await promisify(execFile)('spamassassin', ['--local', '--mbox', mailbox], { maxBuffer: 2 ** 28 })
  const found = new Map<string, readonly string[]>()
  for (const message of stdout.split(/^From no-reply@/m).slice(1)) {
    const head = message.split('\n\n', 1)[0]?.replace(/\n[ \t]+/g, ' ') ?? ''
    const [, id = ''] = /^Message-ID: <(.*)@/im.exec(head) ?? []
    const [, tests = 'no X-Spam-Status'] = /^X-Spam-Status: .*?\btests=(.*?) autolearn=/m.exec(head) ?? []
    found.set(id, tests.replaceAll(' ', '').split(','))
  }
  return found
}

/** In the short form each mail is in one language, with a logo or without, and each language has its turn. */
async function writeMails(configs: readonly Config[]): Promise<readonly string[]> {
  const languages = openMessages({ defaultLocale: 'en' }).used()
  const all = configs.flatMap((config, place) =>
    sampleMails(config).flatMap((sample, row) =>
      languages
        .filter((_, column) => isProof || (row % 2 === place && row % languages.length === column))
        .map((language) => ({ config, place, language, ...sample })),
    ),
  )
  const written: string[] = []
  for (const { config, place, language, name, content } of all) {
    const mail = renderMail(content, { language, brand: brandOf(config) })
    const messageId = `<${name}.${language.tag}.${place}@acme.example>`
    const raw = await composeMail(mail, { sender: senderOf(config.mailFrom), to: content.to, messageId })
    written.push(await signed(raw, content.to))
  }
  return written
}

test('SpamAssassin has nothing against any mail, in any language, with a logo or without', async (context) => {
  if (!(await hasSpamAssassin())) context.skip('there is no SpamAssassin here')
  const logo = join(folder, 'logo.png')
  writeFileSync(logo, await logos.png())
  const env = { APP_NAME: 'Acme', MAIL_FROM: 'Acme <no-reply@acme.example>', FRONTEND_URL: 'https://app.acme.example' }
  const messages = await writeMails([loadConfig(env), loadConfig({ ...env, BRAND_LOGO: logo })])
  const mailbox = join(folder, 'mbox')
  const quoted = messages.map((one) => one.replace(/^From /gm, '>From '))
  writeFileSync(
    mailbox,
    quoted.map((one) => `From no-reply@acme.example Mon Nov 30 12:00:00 2026\n${one}\n\n`).join(''),
  )
  const met = await rulesOf(mailbox)
  expect(met.size).toBe(messages.length)
  const isOurs = (id: string) => (rule: string) =>
    !ofLaboratory.has(rule) && !ofEvery.has(rule) && !ofLanguage[id.split('.')[1] ?? '']?.includes(rule)
  const blamed = [...met].map(([id, rules]) => ({ id, rules: rules.filter(isOurs(id)) }))
  expect(blamed.filter(({ rules }) => rules.length > 0)).toEqual([])
}, 3_600_000)
