import PostalMime from 'postal-mime'

/** Sender and recipient as named over SMTP, whatever the headers say. */
type Envelope = { readonly from: string; readonly to: string }

export type InboxMail = Envelope & {
  readonly id: string
  readonly messageId: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The message as it came over SMTP. */
  readonly raw: Buffer
  readonly size: number
  readonly receivedAt: Date
  readonly isRead: boolean
}

type Received = Envelope & Pick<InboxMail, 'id' | 'raw' | 'receivedAt' | 'isRead'>

export async function readMail(received: Received): Promise<InboxMail> {
  const { messageId = '', subject = '', text = '', html = '' } = await PostalMime.parse(received.raw)
  return { ...received, messageId, subject, text, html, size: received.raw.length }
}

/** `to:ada@example.com` names the whole address; text in quotes is one word. */
const term = /(?:(to|from|subject):)?(?:"([^"]*)"|(\S+))/gi

/** Matches as Mailpit does: every word must occur in the sender, recipient, subject or text. */
export function matcherOf(query: string): (mail: InboxMail) => boolean {
  const tests = [...query.matchAll(term)].map(([, field, quoted, plain]) =>
    matcherOfWord(field?.toLowerCase(), (quoted ?? plain ?? '').toLowerCase()),
  )
  return (mail) => tests.every((test) => test(mail))
}

function matcherOfWord(field: string | undefined, word: string): (mail: InboxMail) => boolean {
  if (field === 'to') return ({ to }) => to.toLowerCase() === word
  if (field === 'from') return ({ from }) => from.toLowerCase() === word
  if (field === 'subject') return ({ subject }) => subject.toLowerCase().includes(word)
  return ({ from, to, subject, text }) => [from, to, subject, text].some((part) => part.toLowerCase().includes(word))
}
