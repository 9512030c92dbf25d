import { searchIn, toolPage } from './tool-page.ts'

/** Filled from what Mailpit's routes answer. */
export const inboxPage = toolPage({
  title: 'Inbox',
  assets: '/dev/inbox/assets/inbox',
  bar: `${searchIn('emails', 'Search sender, recipient, subject, text')}
<p id="count" class="soft"></p>
<button id="read-all" type="button" class="quiet">Mark all as read</button>
<button id="delete-all" type="button" class="quiet">Delete all</button>`,
  links: { Example: '/dev/app', Docs: '/docs' },
  body: `<main>
<nav aria-label="Emails"><ol id="mails"></ol><div id="empty" hidden></div></nav>
<section id="mail" aria-label="Email" tabindex="-1"></section>
</main>
<noscript><p>The inbox needs JavaScript; its emails are also at
<a href="/api/v1/search">/api/v1/search</a>.</p></noscript>`,
})

/** What a stranger wrote stays in its frame: nothing runs, nothing is loaded from elsewhere, nothing is sent. */
export const mailPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "frame-ancestors 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  // The page around it follows its links.
  'sandbox allow-same-origin',
].join('; ')
