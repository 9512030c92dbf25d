import type { Attachment, InboxMail } from '../mail/inbox-mail.ts'
import { cut } from '../text/cut.ts'

/** The HTML shows it; others are beside the mail. */
const isInline = ({ contentId }: Attachment): boolean => contentId !== undefined

const describe = ({ name, type, contentId = '', bytes }: Attachment) => ({
  FileName: name,
  ContentType: type,
  ContentID: contentId,
  Size: bytes.length,
})

const summary = ({ id, messageId, from, to, subject, receivedAt, text, attachments, size, isRead }: InboxMail) => ({
  ID: id,
  MessageID: messageId,
  Read: isRead,
  From: { Name: '', Address: from },
  To: [{ Name: '', Address: to }],
  Cc: [],
  Bcc: [],
  ReplyTo: [],
  Subject: subject,
  Created: receivedAt.toISOString(),
  Tags: [],
  Size: size,
  Attachments: attachments.filter((one) => !isInline(one)).length,
  Snippet: cut(text, 200),
})

/** https://mailpit.axllent.org/docs/api-v1/ : GET /api/v1/search, newest first. */
export const presentSearch = (mails: readonly InboxMail[]) => ({
  total: mails.length,
  unread: mails.filter(({ isRead }) => !isRead).length,
  count: mails.length,
  messages_count: mails.length,
  start: 0,
  tags: [],
  messages: mails.map(summary),
})

/** GET /api/v1/message/{ID}. */
export function presentMessage(mail: InboxMail) {
  const { ID, MessageID, From, To, Cc, Bcc, ReplyTo, Subject, Created, Tags, Size } = summary(mail)
  const { text: Text, html: HTML, attachments } = mail
  return {
    ID,
    MessageID,
    From,
    To,
    Cc,
    Bcc,
    ReplyTo,
    Subject,
    Date: Created,
    Tags,
    Text,
    HTML,
    Size,
    Inline: attachments.filter(isInline).map(describe),
    Attachments: attachments.filter((one) => !isInline(one)).map(describe),
  }
}
