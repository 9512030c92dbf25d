import { catalogue, type ErrorCode, errorCodes } from '../../errors/catalogue.ts'
import { type ErrorStyle, errorDocument } from '../../errors/document.ts'
import { DomainError } from '../../errors/fault.ts'
import type { Language } from '../../messages/language.ts'
import { type Html, html } from '../../pages/html.ts'
import { codeBlock } from '../markdown.ts'
import type { Operation } from '../operations.ts'
import type { Shown } from '../shell.ts'
import { choice, searchField } from './labelled.ts'

export const errorPlace = (code: ErrorCode): string => `/docs/errors/${code}`
export const routePlace = ({ slug }: Operation): string => `/docs/routes/${slug}`

const domainOf = (code: string): string => (code.includes(':') ? code.split(':', 1).join() : 'general')

/** What caused the error, as far as the status tells. */
function causeOf(status: number): string {
  if (status === 401 || status === 403) return 'the caller'
  if (status === 404 || status === 409 || status === 410) return 'the current state'
  if (status === 429) return 'too many requests'
  return status >= 500 ? 'the server' : 'the request'
}

export const errorLink = (code: ErrorCode): Html => html`<a href="${errorPlace(code)}"><code>${code}</code></a>`

export const statusBadge = (status: number): Html =>
  html`<span class="status s${Math.floor(status / 100)}">${status}</span>`

const options = (values: Iterable<string>): Html[] =>
  [...new Set(values)].sort().map((value) => html`<option>${value}</option>`)

export function errorsPage(operations: readonly Operation[]): Shown {
  const statuses = errorCodes.map((code) => catalogue[code].status)
  const routes = operations.map(({ method, path }, index) => html`<option value="${index}">${method} ${path}</option>`)
  return {
    title: 'Errors',
    body: html`<h1>Errors</h1>
<p class="lead">Every error that this server can return. Let programs decide by <code>code</code>. The same list
as JSON: <a href="/v0/errors">/v0/errors</a>.</p>
<form class="filters" role="search" data-filters="errors" hidden>
${searchField('Code, meaning, cause, what to do')}
${choice('domain', 'Domain', 'all', options(errorCodes.map(domainOf)))}
${choice('status', 'Status', 'all', options(statuses.map(String)))}
${choice('cause', 'Cause', 'all', options(statuses.map(causeOf)))}
${choice('route', 'Route', 'all', routes)}
<p role="status" class="soft"></p>
</form>
<ul class="rows" id="errors">
${errorCodes.map((code) => errorRow(code, operations))}</ul>`,
  }
}

function errorRow(code: ErrorCode, operations: readonly Operation[]): Html {
  const { status, title, meaning, description, advice } = catalogue[code]
  const routes = operations.flatMap(({ codes }, index) => (codes.includes(code) ? [index] : []))
  return html`<li id="${code}" data-domain="${domainOf(code)}" data-status="${status}" data-cause="${causeOf(status)}"
data-route="${routes.join(' ')}" data-words="${title} ${description} ${advice}">
<h2>${errorLink(code)} ${statusBadge(status)}</h2><p>${meaning}</p></li>\n`
}

/** Example fields for the answers with this code. */
const circumstancesOf = (code: ErrorCode) => {
  if (code === 'general:validation_error')
    return { fields: [{ path: '/password', rule: 'min_length', limit: 12 }] } as const
  if (code === 'general:bad_request') return { fields: [{ path: '/email', rule: 'required' }] } as const
  return {}
}

function answerOf(code: ErrorCode, accept: string, style: ErrorStyle): string {
  const { status, contentType, headers, body } = errorDocument(
    new DomainError(code, circumstancesOf(code)),
    { accept },
    style,
  )
  const head = Object.entries({ 'content-type': contentType, ...headers }).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${status}`, ...head, '', JSON.stringify(JSON.parse(body), null, 2)].join('\n')
}

type About = {
  readonly operations: readonly Operation[]
  readonly style: ErrorStyle
  readonly canForce: boolean
  readonly languages: readonly Language[]
}

export function errorPage(code: ErrorCode, { operations, style, canForce, languages }: About): Shown {
  const { status, title, meaning, description, advice } = catalogue[code]
  const routes = operations.filter(({ codes }) => codes.includes(code))
  const [first] = routes
  return {
    title: code,
    body: html`<p class="crumb"><a href="/docs/errors">Errors</a></p>
<h1><code>${code}</code></h1>
<p>${statusBadge(status)} ${title}</p>
<h2 id="meaning">Meaning</h2><p>${meaning}</p>
<h2 id="cause">Cause</h2><p>${sentence(description)}</p>
<h2 id="what-to-do">What to do</h2><p>${advice}</p>
<h2 id="sentence">What users read</h2>
<p class="soft">Each language has a sentence for it (<a href="/v0/locales">/v0/locales</a>). Mails, front ends and this
table have the same texts; the rest of these pages is in English.</p>
<table><tbody>
${languages.map((language) => sentenceRow(code, language))}</tbody></table>
<h2 id="answer">The response</h2>
${codeBlock(answerOf(code, 'application/json', style))}
<p>With <code>Accept: application/problem+json</code>:</p>
${codeBlock(answerOf(code, 'application/problem+json', style))}
${canForce && first ? forceIt(code, first, style) : ''}
<h2 id="routes">Routes that return it</h2>
<p class="soft">${routes.length} of ${operations.length}</p>
<ul class="plain">${routes.map((route) => html`<li>${routeLink(route)}</li>\n`)}</ul>`,
  }
}

const sentenceRow = (code: ErrorCode, { tag, name, dir, texts }: Language): Html =>
  html`<tr><th scope="row" lang="${tag}" dir="${dir}">${name}</th><td lang="${tag}" dir="${dir}">${
    texts[`error.${code}`]
  }</td></tr>\n`

export const routeLink = (route: Operation): Html =>
  html`<a href="${routePlace(route)}"><code><span class="method">${route.method}</span> ${route.path}</code></a>`

const forceIt = (
  code: ErrorCode,
  route: Operation,
  { publicUrl }: ErrorStyle,
): Html => html`<h2 id="force">See it now</h2>
<p>Any of its routes returns it on demand, here or from your code (<a href="/docs/guides/error-lab">error lab</a>):</p>
${codeBlock(`curl -i -X ${route.method} '${publicUrl}${route.path}' -H 'X-Postern-Force: ${code}'`, 'bash')}
<p><a class="button" href="${routePlace(route)}?force=${code}#try">Force it in the browser</a></p>`

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!]$/.test(text) ? '' : '.'}`
