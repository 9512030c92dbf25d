import type { InboxMail } from '../mail/inbox-mail.ts'

const summary = ({ id, messageId, from, to, subject, receivedAt, text, size, isRead }: InboxMail) => ({
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
  Attachments: 0,
  Snippet: text.slice(0, 200),
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
  const { text: Text, html: HTML } = mail
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
    Inline: [],
    Attachments: [],
  }
}
