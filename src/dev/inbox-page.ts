import type { InboxMail } from '../mail/inbox.ts'
import { escapeHtml } from '../pages/html.ts'
import { htmlPage, plainStyle } from '../pages/layout.ts'

const mostShown = 50

/** The text parts of the newest mails, their links to click on. */
export const inboxPage = (mails: readonly InboxMail[]): string =>
  htmlPage({
    title: 'Inbox',
    head: plainStyle,
    body: `<h1>Inbox</h1>
<p>Mails that this development server sent; none of them left this machine. Reload to see newer ones.</p>
${mails.length === 0 ? '<p>No mail yet.</p>' : mails.slice(0, mostShown).map(mailSection).join('\n')}`,
  })

const mailSection = ({ id, to, subject, text, receivedAt }: InboxMail): string => `<section id="${escapeHtml(id)}">
<h2>${escapeHtml(subject)}</h2>
<p>to ${escapeHtml(to)}, <time>${receivedAt.toISOString()}</time></p>
<pre>${withLinks(escapeHtml(text))}</pre>
</section>`

const withLinks = (escaped: string): string =>
  escaped.replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`)
