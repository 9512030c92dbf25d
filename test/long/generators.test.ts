import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { installFromPypi } from '../support/python.ts'

const here = join(import.meta.dirname, 'generators')
const cache = join(import.meta.dirname, '../../node_modules/.cache')
const minutes = 60_000

/** What people generate clients with, at exact versions. They come from npm and PyPI, so this is a command of its own: `npm run generators`. */
describe.runIf(process.env.GENERATORS)('/openapi.json', () => {
  let folder: string
  let python: string
  const run = async (program: string, ...parameters: string[]): Promise<string> => {
    const env = { ...process.env, PATH: `${python}:${process.env.PATH}` }
    const { stdout, stderr } = await promisify(execFile)(program, parameters, { cwd: folder, env })
    return stdout + stderr
  }
  beforeAll(async () => {
    mkdirSync(cache, { recursive: true })
    folder = mkdtempSync(join(cache, 'generators-'))
    cpSync(join(here, 'package.json'), join(folder, 'package.json'))
    python = await installFromPypi('generators-python', join(here, 'requirements.txt'))
    await run('npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund')
    const app = await startApp()
    writeFileSync(join(folder, 'openapi.json'), JSON.stringify((await app.client().get('/openapi.json')).body))
    await app.close()
  }, 5 * minutes)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const compile = (file: string) =>
    run(
      'node_modules/.bin/tsc',
      ...['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable'],
      ...['--module', 'esnext', '--moduleResolution', 'bundler', '--allowImportingTsExtensions', file],
    )

  test.each([
    ['openapi-typescript', ['openapi.json', '-o', 'types.ts'], 'types.ts'],
    ['openapi-ts', ['-i', 'openapi.json', '-o', 'hey', '-c', '@hey-api/client-fetch'], 'hey/index.ts'],
    ['orval', ['--input', './openapi.json', '--output', './orval.ts'], 'orval.ts'],
  ])(
    '%s generates from it without a warning what compiles',
    async (program, parameters, file) => {
      expect(await run(`node_modules/.bin/${program}`, ...parameters)).not.toMatch(/warn|error|deprecat/i)
      await compile(file)
    },
    3 * minutes,
  )

  test(
    'openapi-python-client generates from it without a warning what compiles',
    async () => {
      // It knows no pictures, only bytes.
      writeFileSync(join(folder, 'python.yml'), 'content_type_overrides:\n  image/webp: application/octet-stream\n')
      const parameters = ['--path', 'openapi.json', '--output-path', 'client', '--config', 'python.yml']
      expect(await run('openapi-python-client', 'generate', ...parameters)).not.toMatch(/warn|error|skip/i)
      await run('python3', '-m', 'compileall', '-q', 'client')
    },
    3 * minutes,
  )
})
