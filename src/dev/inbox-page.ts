import { html } from '../pages/html.ts'
import { searchIn, toolPage } from './tool-page.ts'

/** The page's script fills it with the answers of Mailpit's routes. */
export const inboxPage = toolPage({
  title: 'Inbox',
  assets: '/dev/inbox/assets/inbox',
  bar: html`${searchIn('emails', 'Search sender, recipient, subject, text')}
<p id="count" class="soft"></p>
<button id="read-all" type="button" class="quiet">Mark all as read</button>
<button id="delete-all" type="button" class="quiet">Delete all</button>`,
  links: { Example: '/dev/app', Docs: '/docs' },
  body: html`<main>
<nav aria-label="Emails"><ol id="mails"></ol><div id="empty" hidden></div></nav>
<section id="mail" aria-label="Email" tabindex="-1"></section>
</main>
<noscript><p>The inbox needs JavaScript; its emails are also at
<a href="/api/v1/search">/api/v1/search</a>.</p></noscript>`,
})

/** A mail's HTML may come from a stranger: it runs no scripts, loads nothing from elsewhere and sends nothing. */
export const mailPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "frame-ancestors 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  // The page around the frame handles clicks on links in it.
  'sandbox allow-same-origin',
].join('; ')
