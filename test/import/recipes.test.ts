import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importOptions } from '../../src/import/command.ts'
import { formats } from '../../src/import/formats.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { exportFile, importHere } from './support.ts'

const page = readFileSync(new URL('../../docs/import.md', import.meta.url), 'utf8')
const commands = [...page.matchAll(/^ {4}npm run admin -- import-accounts (--from (?!SYSTEM).*)$/gm)].map(
  ([, line = '']) => line,
)

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const read = (command: string) =>
  parseArgs({ args: command.split(' '), options: importOptions, allowPositionals: true })

test('docs/import.md has a recipe for every system that --from takes, and names it in its table', () => {
  const systems = Object.keys(formats).toSorted()
  expect(commands.map((command) => read(command).values.from).toSorted()).toEqual(systems)
  expect([...page.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, name]) => name).toSorted()).toEqual(systems)
})

describe('the recipe', () => {
  test.each(commands)('%s imports an export of that system [FD25]', async (command) => {
    const { values, positionals } = read(command)
    const files = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, name === 'from' ? value : exportFile(String(value))]),
    )
    const { tally } = await importHere(app, exportFile(positionals[0] ?? ''), { ...files, 'dry-run': true })
    expect(tally.accepted).toBeGreaterThan(0)
    // Whoever follows it gets passwords over, but from Cognito, which gives none away.
    expect(tally.withHash > 0).toBe(values.from !== 'cognito')
  })

  test('of WordPress names the columns that are read', () => {
    const fields = /--fields=(\S+)/.exec(page)?.[1]?.split(',') ?? []
    const [header = ''] = readFileSync(exportFile('wordpress.csv'), 'utf8').split('\n')
    expect(header.split(',')).toEqual(expect.arrayContaining(fields))
    expect(fields).toEqual(
      expect.arrayContaining(['user_login', 'user_pass', 'user_email', 'user_registered', 'display_name']),
    )
  })
})
