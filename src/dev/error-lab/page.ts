import { catalogue, type ErrorCode } from '../../errors/catalogue.ts'
import { html } from '../../pages/html.ts'
import { searchIn, toolPage } from '../tool-page.ts'
import type { Documented } from './documented.ts'

/** The page's script fills it with the answers of /dev/errors/table and /dev/force. */
export const labPage = toolPage({
  title: 'Error lab',
  assets: '/dev/errors/assets/lab',
  bar: html`${searchIn('routes and codes', 'Search routes and codes')}
<label>Answer <select id="how">
<option value="before">instead of the request</option>
<option value="after">after the request was carried out</option>
<option value="drop">by cutting the connection</option>
<option value="garbage">with a proxy’s page</option>
</select></label>
<label>How often <select id="times"><option value="">always</option><option value="1">once</option></select></label>
<button id="off" type="button" class="quiet" hidden>Turn all off</button>`,
  links: { Errors: '/docs/errors', Example: '/dev/app' },
  body: html`<main>
<section id="routes" aria-label="Routes"></section>
<aside aria-labelledby="last">
<h2 id="last">Last ten forced answers</h2>
<ol id="answers"></ol>
<p id="none" class="soft">None yet. Turn a code on, then use your front end in this browser.</p>
</aside>
</main>
<template id="route"><details><summary><code></code> <span class="soft"></span> <strong></strong></summary
  ><ul></ul></details></template>
<template id="code"><li><button type="button" role="switch" aria-checked="false"><code></code></button><span
  class="soft"></span><p></p></li></template>
<template id="answer"><li><time></time> <code></code><br><code></code></li></template>`,
})

/** The codes of each route, and the status and meaning of each code. */
export const labTable = (routes: readonly Documented[]) => ({
  routes: routes.map(({ method, path, codes }) => ({ method, path, codes })),
  codes: Object.fromEntries(
    [...new Set(routes.flatMap(({ codes }) => codes))].map((code: ErrorCode) => {
      const { status, meaning } = catalogue[code]
      return [code, { status, meaning }]
    }),
  ),
})
