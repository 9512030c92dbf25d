import { watch } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type InboxMail, readMail } from './inbox-mail.ts'

/** Read mails are in `cur`, marked as seen, as mail programs do it: https://cr.yp.to/proto/maildir.html */
const placeOf = ({ id, isRead }: Pick<InboxMail, 'id' | 'isRead'>): string =>
  isRead ? join('cur', `${id}:2,S`) : join('new', id)
const nameOfMail = /^([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21})(:2,.*)?$/

/** The envelope stands before the mail, as in RFC 5321 section 4.4 and on other servers. */
const envelope = /^Return-Path: <(.*)>\r\nDelivered-To: (.*)\r\n/

/** Keeps the inbox's mails in a Maildir, so that they are there after a restart and for other mail programs. */
export type InboxFolder = {
  /** Oldest first, without those that are known. */
  read(isKnown: (id: string) => boolean): Promise<InboxMail[]>
  /** Calls `hear` when a mail may have been put there, by whomever. Gives a function that ends this. */
  watch(hear: () => void): () => void
  put(mail: InboxMail): Promise<void>
  /** Takes the mail as it was kept before. */
  markRead(mail: InboxMail): Promise<void>
  delete(mail: InboxMail): Promise<void>
}

export async function openInboxFolder(path: string): Promise<InboxFolder> {
  for (const name of ['tmp', 'new', 'cur']) await mkdir(join(path, name), { recursive: true, mode: 0o700 })
  return {
    async read(isKnown) {
      const places = await Promise.all(
        (['new', 'cur'] as const).map(async (folder) =>
          (await readdir(join(path, folder))).map((name) => ({ folder, name })),
        ),
      )
      const ours = places.flat().filter(({ name }) => isMail(name) && !isKnown(idOf(name)))
      ours.sort((a, b) => (a.name < b.name ? -1 : 1))
      return Promise.all(ours.map(({ folder, name }) => readKept(join(path, folder), name)))
    },
    watch(hear) {
      try {
        const watcher = watch(join(path, 'new'), hear).unref()
        // Without a listener it would end the process.
        watcher.on('error', () => watcher.close())
        return () => watcher.close()
      } catch {
        // The system has no room for another watcher: such mails are there after the next start.
        return () => {}
      }
    },
    async put(mail) {
      const half = join(path, 'tmp', mail.id)
      const head = `Return-Path: <${mail.from}>\r\nDelivered-To: ${mail.to}\r\n`
      await writeFile(half, Buffer.concat([Buffer.from(head), mail.raw]), { mode: 0o600 })
      await rename(half, join(path, placeOf(mail)))
    },
    async markRead(mail) {
      await rename(join(path, placeOf(mail)), join(path, placeOf({ ...mail, isRead: true }))).catch(unlessGone)
    },
    delete: (mail) => rm(join(path, placeOf(mail)), { force: true }),
  }
}

const isMail = (name: string): boolean => nameOfMail.test(name)
const idOf = (name: string): string => nameOfMail.exec(name)?.[1] ?? ''

/** Another server on this folder, or a mail program, may have moved or deleted it first. */
function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

async function readKept(folder: string, name: string): Promise<InboxMail> {
  const whole = await readFile(join(folder, name))
  const [, id = '', flags = ''] = nameOfMail.exec(name) ?? []
  const [head = '', from = '', to = ''] = envelope.exec(whole.toString('utf8')) ?? []
  const receivedAt = new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16))
  const raw = whole.subarray(Buffer.byteLength(head))
  return readMail({ id, from, to, raw, receivedAt, isRead: flags.includes('S') })
}
