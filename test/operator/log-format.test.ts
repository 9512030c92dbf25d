import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { asText } from '../../src/process/log-text.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { useFolder } from '../support/folder.ts'
import { startServerProcess } from '../support/server-process.ts'

let database: TestDatabase
const DATA_DIR = useFolder('log-format')
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
})
afterAll(() => database.drop())

/** What the server writes of a request that is refused, whose one query holds what a terminal obeys. */
async function linesOf(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const server = await startServerProcess({ DATABASE_URL: database.url, LOG_LEVEL: 'info', ...env })
  const { status } = await fetch(`${server.origin}/v0/user/me?%1b[31m`)
  expect(status).toBe(401)
  await server.stop()
  return server.output().trim().split('\n')
}

test('LOG_FORMAT=text is for people: a line a request, which names the code', async () => {
  const lines = await linesOf({ LOG_FORMAT: 'text', DATA_DIR })
  const said = /^\[\d\d:\d\d:\d\d\] INFO: GET \/v0\/user\/me 401 user:unauthorized [\d.]+ ms [0-9a-f-]{36}$/
  expect(lines.filter((line) => said.test(line))).toHaveLength(1)
  expect(lines.join('')).not.toMatch(/[^\P{C}\n]/u)
})

test('LOG_FORMAT=auto is JSON wherever no person looks', async () => {
  const lines = await linesOf({ LOG_FORMAT: 'auto', DATA_DIR, APP_ENV: 'development' })
  const parsed = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { msg: string })
  expect(parsed).toEqual(
    expect.arrayContaining([expect.objectContaining({ msg: 'request', code: 'user:unauthorized' })]),
  )
})

test('nothing that a stranger wrote begins a line of the text, and no terminal obeys it [LG3]', () => {
  const forged = 'x\n[02:31:05] INFO: POST /v0/auth/login 204 3 ms \u001b[2J'
  const err = Object.assign(new Error(forged), { stack: `Error: ${forged}\n    at somewhere` })
  const text = asText({
    level: 40,
    msg: forged,
    [forged]: forged,
    cause: { message: forged, stack: err.stack },
    code: forged,
  })
  const [, ...later] = text.split('\n')
  expect(later).toHaveLength(3)
  for (const line of later) expect(line).toMatch(/^ {4}/)
  expect(text).not.toMatch(/[^\P{C}\n]/u)
  const request = asText({ level: 30, msg: 'request', method: 'GET', route: forged, status: 401, code: forged, ms: 1 })
  expect(request).not.toMatch(/\p{C}/u)
})
