import { type Html, html } from '../pages/html.ts'
import { htmlPage } from '../pages/layout.ts'
import type { GuideGroup } from './guides.ts'

export type Shown = {
  readonly title: string
  readonly body: Html
  /** The headings of a long page, for its table of contents. */
  readonly headings?: readonly { readonly id: string; readonly text: string; readonly depth: number }[]
}

export type Frame = {
  readonly version: string
  readonly guides: readonly GuideGroup[]
  /** Links to pages of this machine: the example, the inbox. */
  readonly places: readonly (readonly [place: string, name: string])[]
}

const always = [
  ['/docs', 'Start'],
  ['/docs/errors', 'Errors'],
  ['/docs/routes', 'API reference'],
] as const

/** A page in the frame of the site: with the menu and its own table of contents. */
export function shell(frame: Frame, place: string, { title, body, headings = [] }: Shown): Html {
  return htmlPage({
    title: `${title} · Postern`,
    head: html`<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/docs/assets/base.css">
<link rel="stylesheet" href="/docs/assets/docs.css">
<script type="module" src="/docs/assets/docs.js"></script>`,
    icon: '/docs/assets/icon.svg',
    body: html`<a class="skip" href="#main">Skip to content</a>
<header class="bar">
<a class="brand" href="/docs"><img src="/docs/assets/icon.svg" alt="" width="26" height="26">Postern</a>
<span class="version">${frame.version}</span>
<nav aria-label="This server">${frame.places.map(([href, name]) => html`<a href="${href}">${name}</a>`)}</nav>
</header>
<div class="columns">
<nav class="side" aria-label="Documentation">
<details open><summary>Menu</summary>
${list(frame.guides.length > 0 ? [...always, ['/docs/guides', 'Guides']] : always, place)}
${frame.guides.map(
  (group) =>
    html`<p class="group">${group.title}</p>${list(
      group.guides.map((guide) => [guide.place, guide.title] as const),
      place,
    )}`,
)}
</details>
</nav>
<main id="main" tabindex="-1">
${body}
</main>
${contents(headings)}
</div>`,
  })
}

const list = (entries: readonly (readonly [string, string])[], place: string): Html => html`<ul>
${entries.map(([href, name]) => html`<li><a href="${href}"${isIn(place, href) && ariaCurrent}>${name}</a></li>\n`)}
</ul>`

const ariaCurrent = html` aria-current="page"`

/** The page of an error or a route belongs to the entry of their list; a guide has an entry of its own. */
const isIn = (place: string, href: string): boolean =>
  place === href || (href !== '/docs' && href !== '/docs/guides' && place.startsWith(`${href}/`))

function contents(headings: NonNullable<Shown['headings']>): Html {
  const shown = headings.filter(({ depth }) => depth === 2)
  if (shown.length < 3) return html``
  return html`<nav class="contents" aria-label="On this page"><p class="group">On this page</p><ul>
${shown.map(({ id, text }) => html`<li><a href="#${id}">${text}</a></li>\n`)}</ul></nav>`
}
