import { readFileSync, writeFileSync } from 'node:fs'
import type { RouteOptions } from 'fastify'
import { expect, test } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { policyOf } from '../../src/http/route-policy.ts'
import { startApp } from '../support/app.ts'
import { declaredErrors, type ErrorsDocument } from '../support/declared.ts'
import { withoutRefs } from '../support/openapi.ts'

const file = new URL('../../docs/routes.md', import.meta.url)

const introduction = `# Routes

<!-- Written by npm run write, from what each route declares. Do not edit. -->

The policy of the server on one page. **Who**: \`session or access token\` takes either; \`optional\` knows who is signed in where somebody is.
**Fresh**: the session was opened or proven again in the last five minutes. **Banned**: what somebody who is banned may still do. **Impersonated**: what an
administrator in the account may do ([impersonation.md](impersonation.md)). **Limit**: the network's, by the name that \`RateLimit-Policy\` says. **Hashes**: a stranger's password, which must find room. **Codes**: how many errors it can answer with; [errors.md](errors.md) says which.

| Route | Who | Role | Fresh | Banned | Impersonated | Limit | Bot check | Hashes | Cookies | Codes |
|---|---|---|---|---|---|---|---|---|---|---|
`

const yes = (is: boolean): string => (is ? 'yes' : '')

function row({ method, url, config = {} }: RouteOptions, codes: number): string {
  const { who, role, fresh, evenBanned, impersonated, limit, botCheck, hashes, cookies } = policyOf(config)
  const cells = [
    who,
    role,
    yes(fresh),
    yes(evenBanned),
    impersonated,
    limit,
    yes(botCheck),
    yes(hashes),
    yes(cookies),
    codes,
  ]
  return `| \`${String(method)} ${url.replace(/:(\w+)/g, '{$1}')}\` | ${cells.join(' | ')} |`
}

test('docs/routes.md has the policy of every route of the document: npm run write', async () => {
  const running = await startApp()
  const routes: RouteOptions[] = []
  const app = await buildApp(running.deps, { onRoute: (route) => routes.push(route) })
  await app.ready()
  // The plugin's type of a document is looser than what ours are written as.
  const declared = [...declaredErrors(withoutRefs<ErrorsDocument>(app.swagger()))]
  await app.close()
  await running.close()
  const operations = new Map<string, number>()
  for (const line of declared) {
    const [method, path] = line.split(' ')
    operations.set(`${method} ${path}`, (operations.get(`${method} ${path}`) ?? 0) + 1)
  }
  const rows = routes.flatMap((route) => {
    const codes = operations.get(`${String(route.method)} ${route.url.replace(/:(\w+)/g, '{$1}')}`)
    return codes === undefined ? [] : [row(route, codes)]
  })
  expect(new Set(rows).size).toBe(operations.size)
  const rendered = `${introduction}${rows.sort().join('\n')}\n`
  if (process.env.UPDATE) writeFileSync(file, rendered)
  expect(readFileSync(file, 'utf8')).toBe(rendered)
})
