import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { declaredAnswers, eachInTurns, urlOf } from '../dev/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { clientAnswers, clientTypes, type FirstRuledFields, type OpenApiDocument } from '../support/client-types.ts'
import { readOpenApi } from '../support/openapi.ts'

let app: TestApp
let document: OpenApiDocument
beforeAll(async () => {
  app = await startApp()
  document = await readOpenApi<OpenApiDocument>(app)
})
afterAll(() => app.close())

/** With UPDATE=1 the file is written instead. */
function expectInFile(name: string, wanted: string): void {
  const file = new URL(`../../src/client/${name}`, import.meta.url)
  if (process.env.UPDATE) writeFileSync(file, wanted)
  else expect(readFileSync(file, 'utf8')).toBe(wanted)
}

test('src/client/api.ts is what the OpenAPI document says', () => {
  expectInFile('api.ts', clientTypes(document))
})

test('src/client/answers.ts is what the running server says', async () => {
  const refusals = declaredAnswers(document).filter(({ code }) => code === 'general:validation_error')
  const firstFields: Record<string, string> = {} satisfies FirstRuledFields
  await eachInTurns(refusals, async ({ method, path, code }) => {
    const answer = await app
      .client()
      .send(method, urlOf(path), { headers: { host: 'localhost', 'x-postern-force': code } })
    const [first] = (answer.body.fields ?? []) as readonly { readonly path: string }[]
    if (first) firstFields[`${method} ${path}`] = first.path
  })
  expectInFile('answers.ts', clientAnswers(document, firstFields))
})
