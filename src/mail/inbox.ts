import { randomUUIDv7 } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import PostalMime from 'postal-mime'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'

export type InboxMail = {
  readonly id: string
  readonly messageId: string
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly size: number
  readonly receivedAt: Date
}

export type Inbox = {
  readonly smtpUrl: string
  /** Newest first. */
  list(): readonly InboxMail[]
  search(address: string): readonly InboxMail[]
  get(id: string): InboxMail | undefined
  close(): Promise<void>
}

const mostKept = 500
const mostBytes = 1024 * 1024

/**
 * A mailbox for everybody, by real SMTP on a free loopback port, for development: it keeps the newest mails in memory.
 */
export async function openInbox(): Promise<Inbox> {
  const mails = new Map<string, InboxMail>()
  const keep = (mail: InboxMail): void => {
    // A repetition of the same mail is no second mail, as in any mailbox.
    if ([...mails.values()].some(({ messageId, to }) => messageId === mail.messageId && to === mail.to)) return
    mails.set(mail.id, mail)
    const [oldest] = mails.keys()
    if (mails.size > mostKept && oldest !== undefined) mails.delete(oldest)
  }
  const server = new SMTPServer({
    authOptional: true,
    // Its own rule of an address is narrower than ours.
    lenientAddressParsing: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    size: mostBytes,
    closeTimeout: 1000,
    onData: (stream, session, callback) => {
      receive(stream, session).then(
        (received) => {
          for (const mail of received) keep(mail)
          callback()
        },
        (error: Error) => callback(error),
      )
    },
  })
  // A client that breaks off concerns only itself.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const newestFirst = () => [...mails.values()].reverse()
  return {
    smtpUrl: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    list: newestFirst,
    search: (address) => newestFirst().filter(({ to }) => to.toLowerCase() === address.toLowerCase()),
    get: (id) => mails.get(id),
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

async function receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<InboxMail[]> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  if (stream.sizeExceeded) throw Object.assign(new Error('The mail is too large'), { responseCode: 552 })
  const raw = Buffer.concat(chunks)
  const { messageId = '', subject = '', text = '', html = '' } = await PostalMime.parse(raw)
  const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : ''
  const receivedAt = new Date()
  return session.envelope.rcptTo.map(({ address: to }) => ({
    id: randomUUIDv7(),
    messageId,
    from,
    to,
    subject,
    text,
    html,
    size: raw.length,
    receivedAt,
  }))
}
