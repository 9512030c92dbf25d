import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { catalogue } from '../../src/errors/catalogue.ts'
import { startApp } from '../support/app.ts'
import { declaredErrors, type ErrorsDocument } from '../support/declared.ts'
import { errorsPage, errorsPageFile, proofLine, proofsOf, proofsOn } from '../support/errors-page.ts'
import { readOpenApi } from '../support/openapi.ts'

// The tests that the page names are held against the run by test/verdict. While npm run proof writes it, it may be old.
test.skipIf(process.env.PROOF)('docs/errors.md says what the tables of errors and the routes say', async () => {
  const app = await startApp()
  const document = await readOpenApi<ErrorsDocument>(app)
  await app.close()
  const page = readFileSync(errorsPageFile, 'utf8')
  const rendered = errorsPage(declaredErrors(document), proofsOn(page))
  if (process.env.UPDATE) writeFileSync(errorsPageFile, rendered)
  else expect(page).toBe(rendered)
})

test('every code has texts of its own: whole sentences, none used twice', () => {
  const texts = Object.values(catalogue).map(({ meaning, advice }) => [meaning, advice])
  for (const text of texts.flat()) expect(text).toMatch(/^[A-Z`].{12,}[.]$/)
  const meanings = texts.map(([meaning]) => meaning)
  expect(new Set(meanings).size).toBe(meanings.length)
})

test('the test that is named names the code itself, asks its example, and is no table over all routes', () => {
  const code = 'totp:invalid_code'
  const operation = 'POST /v0/auth/totp/verify'
  const seen = (file: string, title: string, route = operation) => ({ operation: route, code, file, title })
  const unnamed = seen('test/a.test.ts', 'a wrong code')
  const longer = seen('test/a.test.ts', 'totp:invalid_code_of_another')
  const table = seen('test/contract/guards.test.ts', 'totp:invalid_code where declared')
  const elsewhere = seen('test/b.test.ts', 'totp:invalid_code at disable', 'POST /v0/auth/totp/disable')
  const later = seen('test/d.test.ts', 'totp:invalid_code, again')
  const best = seen('test/c.test.ts', 'totp:invalid_code: five tries')
  const order = [unnamed, longer, table, elsewhere, later, best]
  for (const sightings of [order, order.toReversed()]) {
    expect(proofsOf(sightings).get(code)).toBe(proofLine(best))
    expect(proofsOf(sightings.filter((one) => one !== best && one !== later)).get(code)).toBe(proofLine(elsewhere))
  }
})
