import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { clientTypes, type OpenApiDocument } from '../support/client-types.ts'
import { readOpenApi } from '../support/openapi.ts'

const file = new URL('../../src/client/api.ts', import.meta.url)

test('src/client/api.ts is what the OpenAPI document says', async () => {
  const app = await startApp()
  const document = await readOpenApi<OpenApiDocument>(app)
  await app.close()
  const wanted = clientTypes(document)
  // With UPDATE=1 the file is written instead.
  if (process.env.UPDATE) writeFileSync(file, wanted)
  else expect(readFileSync(file, 'utf8')).toBe(wanted)
})
