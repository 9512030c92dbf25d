import { htmlPage } from '../pages/layout.ts'

type Tool = {
  readonly title: string
  /** Address of its style and its script, without the ending. */
  readonly assets: string
  /** Between its name and the ways to the others: the search, and what it can be told. */
  readonly bar: string
  readonly links: Readonly<Record<string, string>>
  readonly body: string
}

/** A page of a script that fills it, below the bar that all of them have. */
export const toolPage = ({ title, assets, bar, links, body }: Tool): string =>
  htmlPage({
    title,
    head: `<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/docs/assets/base.css">
<link rel="stylesheet" href="/docs/assets/bar.css">
<link rel="stylesheet" href="${assets}.css">
<script type="module" src="${assets}.js"></script>`,
    body: `<header class="bar">
<h1>${title}</h1>
${bar}
${Object.entries(links)
  .map(([name, place]) => `<a href="${place}">${name}</a>`)
  .join('\n')}
</header>
<p id="status" role="status"></p>
${body}`,
  })

/** `/` goes to it. */
export const searchIn = (what: string, hint: string): string =>
  `<form role="search"><input id="query" type="search" aria-label="Search ${what}" aria-keyshortcuts="/"
  placeholder="${hint}" autocomplete="off" spellcheck="false"><kbd id="slash">/</kbd></form>`
