import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startApp } from '../support/app.ts'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
const walk = /## Walk through it[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''

test("the README's walk prints, word for word, what it says", async () => {
  // As on a first start: development, the server's own defaults.
  const env = { APP_ENV: 'development', PUBLIC_URL: undefined, FRONTEND_URL: undefined, RATE_LIMITS: undefined }
  const { origin, close } = await startApp(env)
  const { stdout } = await promisify(execFile)('bash', ['-euc', walk], {
    cwd: mkdtempSync(join(tmpdir(), 'postern-walk-')),
    env: { ...process.env, API: origin },
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
  await close()
})
