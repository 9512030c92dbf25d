import { escapeHtml } from '../pages/html.ts'
import { htmlPage, plainStyle } from '../pages/layout.ts'

export const docsPage = htmlPage({
  title: 'Postern API',
  head: '<link rel="stylesheet" href="/docs/assets/swagger-ui.css">',
  body: `<div id="ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/start.js"></script>`,
})

type ErrorEntry = {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly description: string
  readonly meaning: string
  readonly advice: string
}

export const errorsPage = (errors: readonly ErrorEntry[]): string =>
  htmlPage({
    title: 'Postern errors',
    head: plainStyle,
    body: `<h1>Errors</h1>
<p>Every error that this server answers with. Programs decide by <code>code</code>; the same list as JSON is at
<a href="/v0/errors">/v0/errors</a>, and which route answers with which code at <a href="/docs">/docs</a>.</p>
${errors.map(errorSection).join('\n')}`,
  })

const errorSection = ({
  code,
  status,
  title,
  description,
  meaning,
  advice,
}: ErrorEntry): string => `<section id="${escapeHtml(code)}">
<h2><a href="#${escapeHtml(code)}"><code>${escapeHtml(code)}</code></a></h2>
<p>${status} · ${escapeHtml(title)}</p>
<p>${escapeHtml(meaning)}</p>
<p><b>Cause:</b> ${escapeHtml(description)}</p>
<p><b>What to do:</b> ${escapeHtml(advice)}</p>
</section>`
