import type { Sample } from '../mail/samples.ts'
import type { RenderedMail } from '../mail/templates.ts'
import type { Language } from '../messages/language.ts'
import { type Html, html } from '../pages/html.ts'

/** A sample in one language. */
export type Preview = { readonly sample: Sample; readonly language: Language; readonly mail: RenderedMail }

const style = html`
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 24px }
h2 { margin: 40px 0 8px; font-size: 18px }
.row { display: flex; gap: 16px; overflow-x: auto; padding-bottom: 12px }
figure { margin: 0; flex: 0 0 380px }
figcaption { padding-bottom: 4px }
iframe { width: 100%; height: 560px; border: 1px solid #8886; border-radius: 8px }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace }
nav { columns: 220px }
`

/** A page that shows a mail in each language beside the others, its HTML and its text. */
export function indexOf(previews: readonly Preview[]): string {
  const rows = [...Map.groupBy(previews, ({ sample }) => sample.name)]
  const links = rows.map(([name]) => html`<a href="#${name}">${name}</a><br>\n`)
  const sections = rows.map(([name, mails]) => sectionOf(name, mails))
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Mails</title>
<style>${style}</style></head>
<body>
<h1>Mails</h1>
<nav>
${links}
</nav>
${sections}
</body></html>
`.markup
}

const sectionOf = (name: string, mails: readonly Preview[]): Html => html`<section id="${name}"><h2>${name}</h2>
<div class="row" tabindex="0" role="group" aria-label="${name}">
${mails.map(figureOf)}
</div></section>`

function figureOf({ sample, language: { tag, dir }, mail: { subject, text } }: Preview): Html {
  const file = `${tag}/${sample.name}`
  return html`<figure><figcaption>${tag}: <b lang="${tag}" dir="${dir}">${subject}</b>
<a href="${file}.html">HTML</a> <a href="${file}.txt">text</a></figcaption>
<iframe src="${file}.html" title="${tag}: ${subject}" loading="lazy" sandbox></iframe>
<pre lang="${tag}" dir="${dir}">${text}</pre></figure>`
}
