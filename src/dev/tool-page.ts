import { type Html, html } from '../pages/html.ts'
import { htmlPage } from '../pages/layout.ts'

type Tool = {
  readonly title: string
  /** The address of its style and its script, without the ending. */
  readonly assets: string
  /** What stands between the title and the links: the search and the controls. */
  readonly bar: Html
  readonly links: Readonly<Record<string, string>>
  readonly body: Html
}

/** A page that its script fills, below the bar that all tools have. */
export const toolPage = ({ title, assets, bar, links, body }: Tool): Html =>
  htmlPage({
    title,
    head: html`<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/docs/assets/base.css">
<link rel="stylesheet" href="/docs/assets/bar.css">
<link rel="stylesheet" href="${assets}.css">
<script type="module" src="${assets}.js"></script>`,
    body: html`<header class="bar">
<h1>${title}</h1>
${bar}
${Object.entries(links).map(([name, place]) => html`<a href="${place}">${name}</a>\n`)}</header>
<p id="status" role="status"></p>
${body}`,
  })

/** A search field; the key `/` moves the focus there. */
export const searchIn = (what: string, hint: string): Html =>
  html`<form role="search"><input id="query" type="search" aria-label="Search ${what}" aria-keyshortcuts="/"
  placeholder="${hint}" autocomplete="off" spellcheck="false"><kbd id="slash">/</kbd></form>`
