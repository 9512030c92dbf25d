import { html } from '../../pages/html.ts'
import type { GuideGroup } from '../guides.ts'
import type { Shown } from '../shell.ts'

export function guidesPage(groups: readonly GuideGroup[]): Shown {
  return {
    title: 'Guides',
    body: html`<h1>Guides</h1>
<p class="lead">How to build on this server, and how to run it. Each of the first groups takes about ten minutes.</p>
${groups.map(
  ({ title, guides }) => html`<h2>${title}</h2>
<div class="cards">
${guides.map(
  ({ place, title: name, sentence }) =>
    html`<a class="card" href="${place}"><strong>${name}</strong><span>${sentence}</span></a>\n`,
)}</div>\n`,
)}`,
  }
}
