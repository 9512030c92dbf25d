import PostalMime from 'postal-mime'

/** Sender and recipient as named over SMTP, whatever the headers say. */
type Envelope = { readonly from: string; readonly to: string }

export type InboxMail = Envelope & {
  readonly id: string
  readonly messageId: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly attachments: readonly Attachment[]
  /** The message as it came over SMTP. */
  readonly raw: Buffer
  readonly size: number
  readonly receivedAt: Date
  readonly isRead: boolean
}

export type Attachment = {
  readonly name: string
  readonly type: string
  /** By which the HTML names it, if it does. */
  readonly contentId: string | undefined
  readonly bytes: Buffer
}

type Received = Envelope & Pick<InboxMail, 'id' | 'raw' | 'receivedAt' | 'isRead'>

export async function readMail(received: Received): Promise<InboxMail> {
  const { messageId = '', subject = '', text = '', html = '', attachments } = await PostalMime.parse(received.raw)
  return {
    ...received,
    messageId,
    subject,
    text,
    html,
    attachments: attachments.map(({ filename, mimeType: type, contentId, content }) => ({
      name: filename ?? '',
      type,
      contentId: contentId?.replace(/^<|>$/g, ''),
      bytes: Buffer.from(content as ArrayBuffer),
    })),
    size: received.raw.length,
  }
}

const shownTypes = new Set(['image/png', 'image/jpeg', 'image/gif'])

/** The HTML with the mail's own pictures in it, as a frame has no other way to them. */
export function htmlWithPictures({ html, attachments }: Pick<InboxMail, 'html' | 'attachments'>): string {
  return html.replace(/(\ssrc=")cid:([^"]+)"/g, (whole, src: string, contentId: string) => {
    const part = attachments.find((one) => one.contentId === contentId && shownTypes.has(one.type))
    return part === undefined ? whole : `${src}data:${part.type};base64,${part.bytes.toString('base64')}"`
  })
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
