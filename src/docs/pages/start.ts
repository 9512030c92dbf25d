import type { Config } from '../../config/config.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Shown } from '../shell.ts'

/** What the server runs on and which features are on, without any address, name or secret. */
function featuresOf(config: Config): readonly (readonly [name: string, state: string])[] {
  const onOff = (value: unknown): string => (value === undefined || value === 'off' ? 'off' : 'on')
  return [
    ['Database', config.databaseUrl === undefined ? 'embedded PostgreSQL' : 'PostgreSQL'],
    ['Mail', config.smtpUrl === undefined && config.workerUrl === undefined ? 'built-in inbox' : 'mail server'],
    ['Worker', config.workerUrl === undefined ? 'in this process' : 'its own process'],
    ['Limits and sessions', config.redisUrl === undefined ? 'PostgreSQL' : 'Redis'],
    ['Search', config.meilisearchUrl === undefined ? 'PostgreSQL' : 'Meilisearch'],
    ['Pictures', config.fileStoreUrl.startsWith('s3:') ? 'S3' : 'disk'],
    ['Device links', onOff(config.deviceGate)],
    ['Rate limits', onOff(config.rateLimits)],
    ['Google', onOff(config.googleClientId)],
    ['GitHub', onOff(config.githubClientId)],
    ['Turnstile', onOff(config.turnstileSecret)],
    ['Metrics', onOff(config.metricsPort ?? config.metricsToken)],
    ['Traces', onOff(config.otelExporterOtlpEndpoint)],
  ]
}

type Start = {
  readonly config: Config
  readonly version: string
  readonly codes: number
  readonly operations: number
  readonly hasInbox: boolean
}

export function startPage({ config, version, codes, operations, hasInbox }: Start): Shown {
  const isProduction = config.appEnv === 'production'
  return {
    title: 'Start',
    body: html`<h1>Authentication whose errors are a contract</h1>
<p class="lead">Every error that a route can return is declared by that route, typed in the client, and explained here:
${codes} codes on ${operations} operations.</p>
${isProduction ? '' : nextSteps(hasInbox)}
<h2 id="where">Where things are</h2>
<div class="cards">
${card('/docs/errors', 'Errors', 'Each code: what it means, what raises it, what to do, and the exact response.')}
${card('/docs/routes', 'API reference', 'Each route: its fields, its responses, its codes, and a form to try it.')}
${card('/openapi.json', 'OpenAPI document', 'The same for programs: generate a client in any language from it.')}
${isProduction ? '' : card('/docs/guides/client', 'Typed client', 'For TypeScript: a forgotten code does not compile.')}
</div>
${
  isProduction
    ? ''
    : html`<h2 id="running">What is running</h2>
<dl class="facts"><div><dt>Version</dt><dd>${version}</dd></div><div><dt>Environment</dt><dd>${config.appEnv}</dd></div>
${featuresOf(config).map(([name, state]) => html`<div><dt>${name}</dt><dd>${state}</dd></div>\n`)}</dl>`
}`,
  }
}

const card = (href: string, title: string, text: string): Html =>
  html`<a class="card" href="${href}"><strong>${title}</strong><span>${text}</span></a>\n`

const nextSteps = (hasInbox: boolean): Html => html`<h2 id="next">The next three steps</h2>
<ol class="steps">
<li><strong>See it work.</strong> <a href="/dev/app">The example</a> has every flow. Sign up with any address${
  hasInbox ? html`; its mails are in the <a href="/dev/inbox">inbox</a> and never leave this machine` : ''
}.</li>
<li><strong>Call it from your code.</strong> There is a <a href="/docs/guides">guide</a> for your framework. The
<a href="/docs/guides/client">client</a> gives data, or an error whose <code>code</code> is one of exactly those that
the route declares.</li>
<li><strong>Show every error.</strong> <a href="/docs/guides/error-lab">The error lab</a> makes a route answer any
of its errors: send <code>X-Postern-Force</code>, or choose one in the form of any
<a href="/docs/routes">route</a>.</li>
</ol>`
