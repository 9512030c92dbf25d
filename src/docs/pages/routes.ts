import { catalogue } from '../../errors/catalogue.ts'
import { policyOf } from '../../http/route-policy.ts'
import { type Html, html } from '../../pages/html.ts'
import { codeBlock } from '../markdown.ts'
import { type Operation, slugOf } from '../operations.ts'
import { policyInWords } from '../policy.ts'
import { type Components, exampleOf, type Field, fieldsOf, typeInWords } from '../schema.ts'
import type { Shown } from '../shell.ts'
import { errorLink, routeLink, statusBadge } from './errors.ts'
import { choice, labelled, searchField } from './labelled.ts'

type Tags = readonly { readonly name: string; readonly description?: string }[]

export function routesPage(operations: readonly Operation[], tags: Tags): Shown {
  const groups = Map.groupBy(operations, ({ tag }) => tag)
  const about = new Map(tags.map(({ name, description }) => [name, description]))
  return {
    title: 'API reference',
    headings: [...groups.keys()].map((name) => ({ id: slugOf(name), text: name, depth: 2 })),
    body: html`<h1>API reference</h1>
<p class="lead">Each route with its fields, its responses, exactly the errors it can return, and a form to
try it. For programs: <a href="/openapi.json">/openapi.json</a>.</p>
<form class="filters" role="search" data-filters="routes" hidden>
${searchField('Path, summary, who may call it')}
<p role="status" class="soft"></p>
</form>
<div id="routes">
${[...groups].map(
  ([
    name,
    list,
  ]) => html`<section><h2 id="${slugOf(name)}">${name}</h2>${about.get(name) ? html`<p>${about.get(name)}</p>` : ''}
<ul class="rows">${list.map(routeRow)}</ul></section>\n`,
)}</div>`,
  }
}

const routeRow = (operation: Operation): Html => {
  const { who } = policyOf(operation.config)
  return html`<li data-words="${who}"><h3>${routeLink(operation)}</h3><p>${operation.summary}</p></li>\n`
}

type About = { readonly components: Components; readonly showsPolicy: boolean; readonly canForce: boolean }

export function routePage(operation: Operation, { components, showsPolicy, canForce }: About): Shown {
  const { method, path, summary = '', description, parameters = [], requestBody, codes } = operation
  const body = Object.entries(requestBody?.content ?? {})[0]
  const given = parameters.map(
    ({ name, required = false, description: about = '', schema = {}, ...rest }): Field => ({
      name: `${name} (${rest.in})`,
      type: typeInWords(schema, components),
      required,
      about: about || (schema.description ?? ''),
    }),
  )
  const byStatus = Map.groupBy(codes, (code) => catalogue[code].status)
  return {
    title: `${method} ${path}`,
    body: html`<p class="crumb"><a href="/docs/routes#${slugOf(operation.tag)}">API reference</a></p>
<h1 class="route"><code><span class="method">${method}</span> ${path}</code></h1>
<p class="lead">${summary}</p>
${showsPolicy ? policyList(operation) : html`<p>${description}</p>`}
${given.length > 0 ? html`<h2 id="parameters">Parameters</h2>${fieldTable(given)}` : ''}
${body && html`<h2 id="body">Body</h2><p class="soft"><code>${body[0]}</code></p>`}
${body && fieldTable(fieldsOf(body[1].schema ?? {}, components))}
<h2 id="answers">Responses</h2>
${answers(operation, components)}
<h2 id="errors">Errors</h2>
<table class="codes"><tbody>${[...byStatus]
      .sort(([a], [b]) => a - b)
      .map(
        ([status, list]) => html`<tr><th scope="row">${statusBadge(status)}</th><td>
${[...list].sort().map((code) => html`${errorLink(code)} `)}</td></tr>\n`,
      )}</tbody></table>
${tryIt(operation, { components, canForce })}`,
  }
}

/** The policy as a list, with the figures of the limits. */
const policyList = ({ config }: Operation): Html => html`<h2 id="policy">Policy</h2>
<dl class="policy">
${policyInWords(policyOf(config)).map(([name, words]) => html`<dt>${name}</dt><dd>${words}</dd>\n`)}</dl>`

const fieldTable = (fields: readonly Field[]): Html => html`<div class="scroll" tabindex="0">
<table><thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">About</th></tr></thead><tbody>
${fields.map(
  ({
    name,
    type,
    required,
    about,
  }) => html`<tr><th scope="row"><code>${name}</code>${required ? html` <span class="must">required</span>` : ''}</th>
<td><code>${type}</code></td><td>${about}</td></tr>\n`,
)}</tbody></table></div>`

function answers({ responses = {} }: Operation, components: Components): Html {
  const successes = Object.entries(responses).filter(([status]) => Number(status) < 400)
  return html`${successes.map(([status, { description = '', content = {} }]) => {
    const [kind, schema] = Object.entries(content).map(([name, one]) => [name, one.schema] as const)[0] ?? []
    const fields = schema === undefined ? [] : fieldsOf(schema, components)
    const about = kind ?? (description === 'Default Response' ? '' : description)
    return html`<p>${statusBadge(Number(status))} <span class="soft">${about}</span></p>
${fields.length > 0 ? fieldTable(fields) : ''}\n`
  })}`
}

type Trying = { readonly components: Components; readonly canForce: boolean }

/** The page's script sends the form with this browser's cookies, as a front end on this origin would. */
function tryIt(operation: Operation, { components, canForce }: Trying): Html {
  const { method, path, parameters = [], requestBody, codes } = operation
  const [kind, { schema = {} } = {}] = Object.entries(requestBody?.content ?? {})[0] ?? []
  const isJson = kind === 'application/json'
  const sample = JSON.stringify(exampleOf(schema, components), null, 2) ?? '{}'
  const inAddress = parameters.filter((parameter) => parameter.in === 'path' || parameter.in === 'query')
  const forced = [...codes].sort().map((code) => html`<option>${code}</option>`)
  return html`<h2 id="try">Try it</h2>
<form class="try" data-method="${method}" data-path="${path}" hidden>
${inAddress.map(({ name, in: place, required }) =>
  textField(`${place}:${name}`, html`${name} <span class="soft">${place}</span>`, required === true),
)}
${isJson && bodyField(sample)}
${kind !== undefined && !isJson && labelled('file', 'File', (id) => html`<input ${id} type="file">`)}
${textField('bearer', html`Bearer token <span class="soft">instead of cookies</span>`)}
${canForce && choice('force', 'Force an error', 'none: ask the server', forced)}
<p><button type="submit">Send</button></p>
<div class="answer" role="status"></div>
</form>
<noscript><p>The form needs JavaScript. From a shell:</p></noscript>
${curl(method, path, isJson ? exampleOf(schema, components) : undefined)}`
}

const textField = (name: string, label: Html, isRequired = false): Html =>
  labelled(name, label, (id) => html`<input ${id}${isRequired && requiredField} autocomplete="off">`)

const bodyField = (sample: string): Html =>
  labelled(
    'body',
    'Body',
    (id) => html`<textarea ${id} rows="${sample.split('\n').length}" spellcheck="false">${sample}</textarea>`,
  )

const requiredField = html` required`

function curl(method: string, path: string, body: unknown): Html {
  const data =
    body === undefined
      ? ''
      : ` \\\n  -H 'content-type: application/json' -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`
  return codeBlock(`curl -i -b jar -c jar -X ${method} "$API${path}"${data}`, 'bash')
}
