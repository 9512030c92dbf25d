import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Contract, readContract } from '../../src/client/contract/contract.ts'
import { version } from '../../src/process/version.ts'
import { declaredAnswers, eachInTurns, urlOf } from '../dev/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { clientAnswers, clientTypes, type FirstRuledFields, type OpenApiDocument } from '../support/client-types.ts'
import { readOpenApi } from '../support/openapi.ts'

let app: TestApp
let document: OpenApiDocument
let contract: Contract
beforeAll(async () => {
  app = await startApp()
  document = await readOpenApi<OpenApiDocument>(app)
  contract = (await app.client().get('/v0/contract')).body as Contract
})
afterAll(() => app.close())

const contractFile = new URL('../../src/client/contract.json', import.meta.url)

/** With UPDATE=1 the file is written instead. */
function expectInFile(name: string, wanted: string): void {
  const file = new URL(`../../src/client/${name}`, import.meta.url)
  if (process.env.UPDATE) writeFileSync(file, wanted)
  else expect(readFileSync(file, 'utf8')).toBe(wanted)
}

test('src/client/api.ts is what the OpenAPI document says', () => {
  expectInFile('api.ts', clientTypes(document, contract.digest))
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

test('src/client/contract.json is what the running server says; a code that is new there is since this version', () => {
  const recorded = readContract(readFileSync(contractFile, 'utf8'))
  const isNew = (code: string) => recorded?.since[code] === undefined
  for (const [code, since] of Object.entries(contract.since)) {
    expect([code, since]).toEqual([code, isNew(code) ? version : recorded?.since[code]])
  }
  expectInFile('contract.json', `${JSON.stringify(contract, undefined, 2)}\n`)
})
