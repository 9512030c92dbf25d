import { randomUUIDv7 } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { brandOf } from '../mail/brand.ts'
import { composeMail } from '../mail/compose.ts'
import { openInboxFolder } from '../mail/inbox-folder.ts'
import { htmlWithPictures, readMail } from '../mail/inbox-mail.ts'
import { logoCid } from '../mail/layout.ts'
import { sampleMails } from '../mail/samples.ts'
import { messageIdOf, senderOf } from '../mail/smtp.ts'
import { type RenderedMail, renderMail } from '../mail/templates.ts'
import type { Language } from '../messages/language.ts'
import { type Messages, openMessages } from '../messages/messages.ts'
import type { Command, Options, Outcome } from './command.ts'
import { indexOf, type Preview } from './mails-index.ts'

export const previewMails: Command = {
  group: 'Server',
  options: {
    locale: { type: 'string', takes: 'TAG', about: 'only this language; by default all that are used' },
    to: { type: 'string', takes: 'DIRECTORY', about: 'where to write them; by default mails in DATA_DIR' },
    inbox: {
      type: 'boolean',
      about: 'show them at /dev/inbox too, in the language of --locale or in DEFAULT_LOCALE',
    },
  },
  does: 'write every mail in every language to a folder, with a page that shows them',
  details: 'They have the settings of the server: its texts, name, logo and colour. None is sent.',
  fails: 'they cannot be written, or there is no such language or inbox',
  examples: ['mails preview', 'mails preview --locale de --inbox'],
  run: preview,
}

async function preview(config: Config, _given: readonly string[], { locale, to, inbox }: Options): Promise<Outcome> {
  const messages = openMessages(config)
  const languages = typeof locale === 'string' ? [messages.find(locale)] : messages.used()
  const known = languages.filter((language) => language !== undefined)
  if (known.length === 0) return refused(`There are no texts in ${locale}. There are: ${tagsOf(messages)}.`)
  if (inbox === true && !hasInbox(config))
    return refused('There is no inbox to show them: it is there with APP_ENV=development and without SMTP_URL.')
  const folder = typeof to === 'string' ? resolve(to) : join(config.dataDir, 'mails')
  const previews = renderAll(config, known)
  const fault = await writeAll(folder, previews)
  if (fault !== undefined) return refused(`${folder} cannot be written to (${fault}).`)
  const index = join(folder, 'index.html')
  const says = [`${previews.length} mails are in ${folder}. Open ${index} in a browser.`]
  if (inbox === true) {
    const language = typeof locale === 'string' ? known[0]?.tag : messages.fallback.tag
    const shown = previews.filter((one) => one.language.tag === language)
    await putIntoInbox(config, shown)
    says.push(`${shown.length} of them, in ${language}, are at /dev/inbox of the server that runs here.`)
  }
  return { says: says.join('\n'), data: { folder, index, mails: previews.length } }
}

const refused = (says: string): Outcome => ({ says, exitCode: 1 })

const tagsOf = (messages: Messages): string =>
  messages
    .used()
    .map(({ tag }) => tag)
    .join(', ')

const hasInbox = ({ appEnv, smtpUrl }: Config): boolean => appEnv === 'development' && smtpUrl === undefined

function renderAll(config: Config, languages: readonly Language[]): readonly Preview[] {
  const brand = brandOf(config)
  return sampleMails(config).flatMap((sample) =>
    languages.map((language) => ({ sample, language, mail: renderMail(sample.content, { language, brand }) })),
  )
}

/** Gives the code of the error if the folder cannot be written to. */
async function writeAll(folder: string, previews: readonly Preview[]): Promise<string | undefined> {
  try {
    for (const { sample, language, mail } of previews) {
      const place = join(folder, language.tag)
      await mkdir(place, { recursive: true })
      await writeFile(join(place, `${sample.name}.html`), htmlWithPictures({ ...mail, attachments: picturesOf(mail) }))
      await writeFile(join(place, `${sample.name}.txt`), mail.text)
    }
    await writeFile(join(folder, 'index.html'), indexOf(previews))
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return code
  }
}

const picturesOf = ({ logo }: RenderedMail) =>
  logo === undefined ? [] : [{ name: 'logo', type: logo.type, contentId: logoCid, bytes: logo.bytes }]

/** Into the inbox's folder, where a server that runs finds them; the first is the newest, so that it stands on top. */
async function putIntoInbox({ dataDir, mailFrom }: Config, previews: readonly Preview[]): Promise<void> {
  const inbox = await openInboxFolder(join(dataDir, 'inbox'))
  const sender = senderOf(mailFrom)
  for (const { sample, mail } of previews.toReversed()) {
    const id = randomUUIDv7()
    const { to } = sample.content
    const raw = await composeMail(mail, { sender, to, messageId: messageIdOf(id, mailFrom) })
    await inbox.put(await readMail({ id, from: sender.address, to, raw, receivedAt: new Date(), isRead: false }))
  }
}
