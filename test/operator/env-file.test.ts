import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { readEnvironment } from '../../src/config/environment.ts'
import { ConfigError } from '../../src/config/load-config.ts'
import { programFile } from '../support/programs.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'postern-env-file-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** As a process reads a `.env` with such a content. */
function readWith(content: Uint8Array | string | undefined, env: Record<string, string> = {}) {
  const file = join(mkdtempSync(join(folder, 'home-')), '.env')
  if (content === undefined) mkdirSync(file)
  else writeFileSync(file, content, { mode: 0o600 })
  return readEnvironment(env, file)
}

const text = '# settings\nLOG_LEVEL=info\nAPP_ENV=production\n'
const swapped = Buffer.from(text, 'utf16le').swap16()

describe('.env', () => {
  test.each([
    ['with a byte order mark', `\uFEFF${text.split('\n').toReversed().join('\n').trim()}`],
    ['with Windows line ends', text.replaceAll('\n', '\r\n')],
    ['with line ends of CR alone', text.replaceAll('\n', '\r')],
    ['put together from files with marks', `LOG_LEVEL=info\n\uFEFFAPP_ENV=production`],
    ['in UTF-16, as PowerShell writes it', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['in UTF-16 the other way round', Buffer.concat([Buffer.from([0xfe, 0xff]), swapped])],
    ['with export, spaces and quotes', ' export APP_ENV = "production" # live\nLOG_LEVEL=info'],
  ])('%s is read [FD62]', (_, content) => {
    expect(readWith(content)).toEqual({ APP_ENV: 'production', LOG_LEVEL: 'info' })
  })

  test.each([
    ['in UTF-16 without its mark', Buffer.from(text, 'utf16le'), /is no text in UTF-8/],
    ['in UTF-32', Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), Buffer.from('A\0\0\0')]), /is no text in UTF-8/],
    ['in Latin-1', Buffer.from(`${text}MAIL_FROM=Grüße <a@example.com>`, 'latin1'), /is no text in UTF-8/],
    ['that is a folder', undefined, /^The file \.env cannot be read \(EISDIR\)$/],
    ['in YAML', 'APP_ENV: production\n', /^APP_ENV is in \.env without a value: the line must read APP_ENV=VALUE$/],
    ['of a Windows shell', 'set APP_ENV=production\n', /^APP_ENV is in \.env without a value/],
    ['of PowerShell', '$env:APP_ENV="production"\n', /^APP_ENV is in \.env without a value/],
    ['in JSON', '{\n  "APP_ENV": "production"\n}\n', /^APP_ENV is in \.env without a value/],
    ['with a space that is none', 'APP_ENV\u00a0=production\n', /^APP_ENV is in \.env without a value/],
  ])('%s is refused: a start without it could be one in development [FD62]', (_, content, says) => {
    expect(() => readWith(content)).toThrow(ConfigError)
    expect(() => readWith(content)).toThrow(says)
  })

  test('what is set already stays, and a comment or no file sets nothing [FD62]', () => {
    const content = '# APP_ENV: production\n#export PORT=1\nAPP_ENV=production\nPORT\n'
    const env = { APP_ENV: 'development', PORT: '80' }
    expect(readWith(content, env)).toEqual({ APP_ENV: 'development', PORT: '80' })
    expect(readEnvironment({}, join(folder, 'none'))).toEqual({})
  })

  test.each([
    ['by a file with a mark', '\uFEFFAPP_ENV=production\n', /^DATABASE_URL must be set in production/],
    [
      'by one in UTF-16',
      Buffer.from('\uFEFFAPP_ENV=production\n', 'utf16le'),
      /^DATABASE_URL must be set in production/,
    ],
    ['by one in YAML', 'APP_ENV: production\n', /^APP_ENV is in \.env without a value/],
    [
      'by a slip',
      'APP_ENV=production\nDATABSE_URL=postgres://a:secret-of-pg@db/postern\n',
      /^DATABASE_URL must be set in .+\nDATABSE_URL is set, but unknown: is DATABASE_URL meant\?\n$/s,
    ],
  ])('production is not left %s: a process says so [FD62]', async (_, content, says) => {
    const cwd = mkdtempSync(join(folder, 'home-'))
    writeFileSync(join(cwd, '.env'), content, { mode: 0o600 })
    const started = run(process.execPath, [programFile('cli'), 'keys', 'init'], { cwd, env: {} })
    await expect(started).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(says) })
    await expect(started).rejects.toMatchObject({ stderr: expect.not.stringContaining('secret-of-pg') })
  })
})
