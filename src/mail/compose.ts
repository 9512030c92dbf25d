import MailComposer from 'nodemailer/lib/mail-composer'
import type { Mailbox } from '../text/mailbox.ts'
import { logoCid } from './layout.ts'
import type { RenderedMail } from './templates.ts'

type Envelope = { readonly sender: Mailbox; readonly to: string; readonly messageId: string }

/**
 * The mail as it is sent. The receiver's machines shall not answer it (RFC 3834), and it offers no unsubscribing, as it
 * tells somebody of the own account.
 */
export function composeMail(
  { subject, text, html, language, logo }: RenderedMail,
  { sender, to, messageId }: Envelope,
): Promise<Buffer> {
  const picture = logo && {
    filename: `logo.${logo.type.replace('image/', '')}`,
    contentType: logo.type,
    content: logo.bytes,
    cid: logoCid,
    contentDisposition: 'inline' as const,
  }
  return new MailComposer({
    from: { name: sender.name, address: sender.address },
    to: { name: '', address: to },
    messageId,
    subject,
    text,
    html,
    attachments: picture ? [picture] : [],
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build()
}
