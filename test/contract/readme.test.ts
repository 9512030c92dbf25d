import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { programFile, sourceFile } from '../support/programs.ts'
import { startServerProcess } from '../support/server-process.ts'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
const walk = /## Walk through it[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''

test.each([
  ['its source', sourceFile('main')],
  ['the built program', programFile('main')],
])("the README's walk prints, word for word, what it says, of %s [ST1]", async (_, program) => {
  const database = await createDatabase(inject('postgresUrl'))
  const folder = mkdtempSync(join(tmpdir(), 'postern-walk-'))
  // As on a first start: development, the server's own defaults.
  const env = { APP_ENV: 'development', DATABASE_URL: database.url, DATA_DIR: join(folder, 'data') }
  const server = await startServerProcess(env, program)
  const { stdout } = await promisify(execFile)('bash', ['-euc', walk], {
    cwd: folder,
    env: { ...process.env, API: server.origin },
  })
  const printed = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(-3))
  const promised = [...walk.matchAll(/# (\d{3})$/gm)].map((match) => match[1])
  expect(promised.length).toBeGreaterThan(5)
  expect(printed).toEqual(promised)
  expect(stdout).toContain('{"status":"device_verification_required"}')
  expect(stdout).toContain('"code":"user:invalid_session"')
  await server.stop()
  await database.drop()
})
