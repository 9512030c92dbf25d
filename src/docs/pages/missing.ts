import { errorCodes } from '../../errors/catalogue.ts'
import { type Html, html } from '../../pages/html.ts'
import type { GuideGroup } from '../guides.ts'
import type { Operation } from '../operations.ts'
import type { Shown } from '../shell.ts'
import { errorLink, routeLink } from './errors.ts'
import { searchField } from './labelled.ts'

/** Says nothing of the address that was asked for, so it is the same for all. */
export function missingPage(operations: readonly Operation[], groups: readonly GuideGroup[]): Shown {
  const guides = groups.flatMap((group) => group.guides)
  return {
    title: 'Page not found',
    body: html`<h1>Page not found</h1>
<p class="lead">There is nothing at this address. <a href="/docs">Start</a> says where things are, and here is every
page.</p>
<form class="filters" role="search" data-filters="pages" hidden>
${searchField('Guide, path, code')}
<p role="status" class="soft"></p>
</form>
<div id="pages">
${
  guides.length > 0 &&
  section(
    'Guides',
    guides.map(({ place, title }) => html`<a href="${place}">${title}</a>`),
  )
}
${section('API reference', operations.map(routeLink))}
${section('Errors', errorCodes.map(errorLink))}</div>`,
  }
}

const section = (title: string, links: readonly Html[]): Html => html`<section><h2>${title}</h2>
<ul class="plain">${links.map((link) => html`<li>${link}</li>\n`)}</ul></section>\n`
