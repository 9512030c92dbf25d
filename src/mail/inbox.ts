import { randomUUIDv7 } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { type InboxFolder, openInboxFolder } from './inbox-folder.ts'
import { type InboxMail, matcherOf, readMail } from './inbox-mail.ts'

export type Inbox = {
  readonly smtpUrl: string
  /** Newest first. */
  list(): readonly InboxMail[]
  search(address: string): readonly InboxMail[]
  /** Takes mails that did not come by SMTP. */
  keep(received: readonly InboxMail[]): Promise<void>
  /** Mails that contain every word of the query, as Mailpit finds them. */
  find(query: string): readonly InboxMail[]
  get(id: string): InboxMail | undefined
  /** Marks all mails if no id is given. */
  markRead(ids: readonly string[]): Promise<void>
  /** Deletes all mails if no id is given. */
  delete(ids: readonly string[]): Promise<void>
  /** Calls `hear` after every change; gives a function that ends this. */
  subscribe(hear: () => void): () => void
  close(): Promise<void>
}

const mostKept = 500
const mostBytes = 1024 * 1024
const mostBytesKept = 32 * mostBytes

/**
 * A mailbox for every address, for development: it takes mails by real SMTP on a free loopback port, and keeps the
 * newest ones in memory and, if given, in `folder`.
 */
export async function openInbox({ folder: path }: { readonly folder?: string | undefined } = {}): Promise<Inbox> {
  const mails = await openMails(path === undefined ? undefined : await openInboxFolder(path))
  const server = new SMTPServer({
    authOptional: true,
    // The library's own rule for addresses is narrower than ours.
    lenientAddressParsing: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    size: mostBytes,
    closeTimeout: 1000,
    onData: (stream, session, callback) => {
      receive(stream, session)
        .then((received) => mails.keep(received))
        .then(
          () => callback(),
          (error: Error) => callback(error),
        )
    },
  })
  // A client that breaks off affects only itself.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    ...mails,
    smtpUrl: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    search: (address) => mails.list().filter(({ to }) => to.toLowerCase() === address.toLowerCase()),
    find: (query) => mails.list().filter(matcherOf(query)),
    close: async () => {
      mails.leave()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function openMails(folder: InboxFolder | undefined) {
  const mails = new Map<string, InboxMail>()
  const listeners = new Set<() => void>()
  let bytes = 0

  async function drop(mail: InboxMail): Promise<void> {
    mails.delete(mail.id)
    bytes -= mail.size
    await folder?.delete(mail)
  }
  async function add(mail: InboxMail): Promise<void> {
    mails.set(mail.id, mail)
    bytes += mail.size
    for (const oldest of mails.values()) {
      if (mails.size <= mostKept && bytes <= mostBytesKept) break
      await drop(oldest)
    }
  }
  const tell = (): void => {
    for (const hear of listeners) hear()
  }
  const named = (ids: readonly string[]): InboxMail[] =>
    ids.length === 0 ? [...mails.values()] : ids.flatMap((id) => mails.get(id) ?? [])
  // Changes run one at a time, so that what was looked up still holds when it is written.
  let last: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
  const change = (work: () => Promise<void>): Promise<void> => inTurn(work).then(tell)

  /** Takes what other programs have put into the folder. */
  async function look(): Promise<void> {
    const found = (await folder?.read((id) => mails.has(id))) ?? []
    for (const mail of found) await add(mail)
    if (found.length > 0) tell()
  }
  await look()
  let isLooking = false
  const leave = folder?.watch(() => {
    if (isLooking) return
    isLooking = true
    const looked = inTurn(() => {
      isLooking = false
      return look()
    })
    // What another program took away meanwhile is gone, and what cannot be read now is read at the next change.
    looked.catch(() => undefined)
  })
  return {
    leave: () => leave?.(),
    keep: (received: readonly InboxMail[]) =>
      change(async () => {
        for (const mail of received) {
          // A repetition of the same mail is not a second mail, as in any mailbox.
          if ([...mails.values()].some(({ messageId, to }) => messageId === mail.messageId && to === mail.to)) continue
          await folder?.put(mail)
          await add(mail)
        }
      }),
    list: () => [...mails.values()].reverse(),
    get: (id: string) => mails.get(id),
    markRead: (ids: readonly string[]) =>
      change(async () => {
        for (const mail of named(ids)) {
          if (mail.isRead) continue
          await folder?.markRead(mail)
          mails.set(mail.id, { ...mail, isRead: true })
        }
      }),
    delete: (ids: readonly string[]) =>
      change(async () => {
        for (const mail of named(ids)) await drop(mail)
      }),
    subscribe(hear: () => void): () => void {
      listeners.add(hear)
      return () => listeners.delete(hear)
    },
  }
}

async function receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<InboxMail[]> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  if (stream.sizeExceeded) throw Object.assign(new Error('The mail is too large'), { responseCode: 552 })
  const raw = Buffer.concat(chunks)
  const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : ''
  const receivedAt = new Date()
  // The ids order the mails when they are read from a folder.
  const ids = session.envelope.rcptTo.map(() => randomUUIDv7()).sort()
  const copies = session.envelope.rcptTo.map(({ address: to }, index) =>
    readMail({ id: ids[index] as string, from, to, raw, receivedAt, isRead: false }),
  )
  return Promise.all(copies)
}
