import { htmlPage } from '../pages/layout.ts'

/** Its script fills it, from what Mailpit's routes answer. */
export const inboxPage = htmlPage({
  title: 'Inbox',
  head: `<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/docs/assets/base.css">
<link rel="stylesheet" href="/dev/inbox/assets/inbox.css">
<script type="module" src="/dev/inbox/assets/inbox.js"></script>`,
  body: `<header class="bar">
<h1>Inbox</h1>
<form role="search"><input id="query" type="search" aria-label="Search mails" aria-keyshortcuts="/"
  placeholder="Search sender, recipient, subject, text" autocomplete="off" spellcheck="false"
  ><kbd id="slash">/</kbd></form>
<p id="count" class="soft"></p>
<button id="read-all" type="button" class="quiet">Mark all read</button>
<button id="delete-all" type="button" class="quiet">Delete all</button>
<a href="/dev/app">Example</a>
<a href="/docs">Docs</a>
</header>
<p id="status" role="status"></p>
<main>
<nav aria-label="Mails"><ol id="mails"></ol><div id="empty" hidden></div></nav>
<section id="mail" aria-label="Mail" tabindex="-1"></section>
</main>
<noscript><p>The inbox needs JavaScript; its mails are also at
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
