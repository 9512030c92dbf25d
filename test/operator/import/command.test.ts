import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { useApp } from '../../support/app.ts'
import { useFolder } from '../../support/folder.ts'
import { programFile } from '../../support/programs.ts'
import { runAdmin } from '../../support/server-process.ts'
import { exportFile, importHere } from './support.ts'

const app = useApp()
const dir = useFolder('import')

const admin = (...parameters: string[]) => runAdmin(app, ['import-accounts', ...parameters])

let count = 0
const account = (more: object = {}) => {
  const number = ++count
  return { email: `line${number}@example.com`, handle: `line_${number}`, display_name: `Line ${number}`, ...more }
}
function fileOf(...lines: (object | string)[]): string {
  const file = join(dir, `accounts-${++count}.jsonl`)
  writeFileSync(file, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
  return file
}
const createdAt = async (email: string) =>
  (await app.sql<{ at: Date }>('select created_at as at from users where email = $1', [email]))[0]?.at.toISOString()

describe('the lines of a file', () => {
  test.each(['\u2028', '\u2029', '\u0085'])(
    'end at LF alone: %j within one is of that line, and later ones keep their numbers [FD23]',
    async (character) => {
      const [first, last] = [account({ bio: `one${character}two` }), account()]
      // JSON.stringify leaves them as they are.
      const { fates } = await importHere(app, fileOf(first, 'no JSON', last))
      expect(fates).toEqual([
        `line 1: ${first.handle} kept`,
        'line 2: not a JSON object',
        `line 3: ${last.handle} kept`,
      ])
    },
  )

  test('may end with CR and LF, and the last with neither', async () => {
    const [first, last] = [account(), account()]
    const { fates } = await importHere(app, fileOf(`${JSON.stringify(first)}\r`, '\r', last))
    expect(fates).toEqual([`line 1: ${first.handle} kept`, `line 3: ${last.handle} kept`])
  })
})

describe('fields that may be left out', () => {
  test('null and an empty text are as if they were [FD24]', async () => {
    const lines = [null, ''].map((nothing) =>
      account({ password_hash: nothing, created_at: nothing, email_verified: nothing }),
    )
    const { tally } = await importHere(app, fileOf(...lines))
    expect(tally).toMatchObject({ accepted: 2, withHash: 0, refused: 0 })
  })

  test('a hash that says that there is no password, as Django writes it, is none [FD25]', async () => {
    const nothing = '!bqKr8Vb0kzlA0DEUS2XsZz8GzWGvTYbHXkGYKFTe'
    const { tally } = await importHere(app, fileOf(account({ password_hash: nothing })))
    expect(tally).toMatchObject({ accepted: 1, withHash: 0, refused: 0 })
  })

  test.each([
    ['2024-01-01 00:00:00+00', '2024-01-01T00:00:00.000Z'],
    ['2024-01-01 00:00:00.123456+00', '2024-01-01T00:00:00.123Z'],
    ['2024-01-01 02:00:00+02', '2024-01-01T00:00:00.000Z'],
    ['2024-01-01 05:30:00.5+05:30', '2024-01-01T00:00:00.500Z'],
    ['2023-12-31 19:00:00-0500', '2024-01-01T00:00:00.000Z'],
    ['2024-01-01 00:00:00', '2024-01-01T00:00:00.000Z'],
    ['2024-01-01 00:00:00 UTC', '2024-01-01T00:00:00.000Z'],
    ['2024-01-01T00:00:00.123456Z', '2024-01-01T00:00:00.123Z'],
    ['2024-01-01', '2024-01-01T00:00:00.000Z'],
    [1704067200000, '2024-01-01T00:00:00.000Z'],
    [1704067200, '2024-01-01T00:00:00.000Z'],
    ['1704067200000', '2024-01-01T00:00:00.000Z'],
    [1704067200.5, '2024-01-01T00:00:00.500Z'],
    [1704067200000000, '2024-01-01T00:00:00.000Z'],
    [{ $date: '2024-01-01T00:00:00Z' }, '2024-01-01T00:00:00.000Z'],
    [{ $date: { $numberLong: '1704067200000' } }, '2024-01-01T00:00:00.000Z'],
  ])('created_at as systems write it: %j [FD24]', async (written, instant) => {
    const line = account({ created_at: written })
    expect((await importHere(app, fileOf(line))).tally.accepted).toBe(1)
    expect(await createdAt(line.email)).toBe(instant)
  })

  test.each(['0000-00-00 00:00:00', '0000-01-01', '0001-01-01T00:00:00Z', '0001-01-01 00:00:00+00'])(
    'created_at that says that there is none: %j, as MySQL, Go and .NET write it [FD24]',
    async (written) => {
      const line = account({ created_at: written })
      expect((await importHere(app, fileOf(line))).tally.accepted).toBe(1)
      expect(await createdAt(line.email)).toMatch(/^20/)
    },
  )

  test.each([
    'yesterday',
    '2024-02-30',
    '2024-13-01 00:00:00',
    '2024-01-01 25:00:00',
    'infinity',
    '01/02/2024',
    20240101,
    true,
    [],
  ])('created_at that is no time: %j [FD24]', async (written) => {
    const { fates } = await importHere(app, fileOf(account({ created_at: written })))
    expect(fates).toEqual(['line 1: created_at is missing or malformed'])
  })

  test.each(['a\0b', 'a\ud800b'])(
    'a hash that PostgreSQL cannot keep refuses its line alone: %j in its salt [FD25]',
    async (salt) => {
      const [damaged, whole] = [account({ password_hash: `scrypt$1024$${salt}$8$1$${'A'.repeat(86)}==` }), account()]
      const { fates } = await importHere(app, fileOf(damaged, whole))
      expect(fates).toEqual(['line 1: password_hash is none that is known', `line 2: ${whole.handle} kept`])
    },
  )

  test('an address that the file says is not verified makes no account', async () => {
    const { fates } = await importHere(app, fileOf(account({ email_verified: false })))
    expect(fates).toEqual(['line 1: email is not verified'])
  })
})

test('two imports of one file at the same moment: every account once', async () => {
  const lines = Array.from({ length: 600 }, () => account())
  const file = fileOf(...lines)
  const [one, other] = await Promise.all([importHere(app, file), importHere(app, file)])
  expect([one.tally.refused, other.tally.refused]).toEqual([0, 0])
  expect(one.tally.accepted + other.tally.accepted).toBe(lines.length)
  const [made] = await app.sql<{ count: string }>('select count(*) from users where email = any($1)', [
    lines.map(({ email }) => email),
  ])
  expect(made?.count).toBe(String(lines.length))
})

test('an address or handle that stands twice in a file is of the first', async () => {
  const [first, second] = [account(), account()]
  const { fates } = await importHere(
    app,
    fileOf(first, first, { ...second, email: first.email }, { ...second, handle: first.handle }, second),
  )
  expect(fates).toEqual([
    `line 1: ${first.handle} kept`,
    'line 2: known',
    'line 3: email is taken',
    'line 4: handle is taken',
    `line 5: ${second.handle} kept`,
  ])
})

describe('npm run admin -- import-accounts', () => {
  test('--from SYSTEM FILE, and why accounts were refused; the exit code is 1', async () => {
    const { code, out, err } = await admin('--from', 'cognito', exportFile('cognito.json'))
    expect([code, err]).toEqual([1, ''])
    expect(out.trimEnd().split('\n')).toEqual([
      'account 3 refused: email is not verified',
      'account 4 refused: the account is disabled',
      'account 5 refused: email is missing or malformed',
      '2 accepted, 0 already there, 3 refused',
    ])
  })

  test('--dry-run counts by reason, and says where the first of each are', async () => {
    const file = fileOf(account(), ...Array.from({ length: 7 }, () => 'no JSON'), account({ handle: 'admin' }))
    const before = await app.sql('select count(*) from users')
    const { code, out } = await admin('--dry-run', file)
    expect(code).toBe(1)
    expect(out.trimEnd().split('\n')).toEqual([
      'would be accepted: 1, 0 with a password, 1 without',
      '  handles: 1 as they were, 0 made of a name or address, 0 with digits',
      'already there: 0',
      'would be refused: 8',
      '  7 not a JSON object: line 2, line 3, line 4, line 5, line 6, …',
      '  1 handle breaks the rule reserved: line 9',
      'Nothing was written.',
    ])
    expect(await app.sql('select count(*) from users')).toEqual(before)
  })

  test('1 where there is no account in the file, which is of another system perhaps [FD23]', async () => {
    const file = fileOf('[]')
    expect(await admin('--from', 'auth0', file)).toMatchObject({ code: 1, out: `There is no account in ${file}.\n` })
  })

  test('2 where it is asked for what there is not, and what there is', async () => {
    expect(await admin('--from', 'myspace', exportFile('cognito.json'))).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        'auth0, better-auth, cognito, discourse, firebase, keycloak, kratos, supabase, wordpress',
      ),
    })
    expect(await admin('--form', 'auth0', exportFile('auth0.ndjson'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('Usage: npm run admin -- import-accounts [OPTIONS] FILE'),
    })
    expect(await admin('--from', 'better-auth', '-')).toMatchObject({
      code: 2,
      err: expect.stringContaining('read twice'),
    })
    expect(await admin('--from', 'auth0', '--hashes', join(dir, 'nothing'), exportFile('auth0.ndjson'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('cannot be read'),
    })
  })

  test.runIf(process.platform === 'linux')('on a terminal a bar says how far it is', async () => {
    const file = fileOf(...Array.from({ length: 1500 }, () => account()))
    const { DATABASE_URL, KEYS_DIR, DATA_DIR } = {
      DATABASE_URL: app.config.databaseUrl ?? '',
      KEYS_DIR: app.config.keysDir,
      DATA_DIR: app.config.dataDir,
    }
    const command = `${process.execPath} ${programFile('cli')} import-accounts ${file}`
    const screen = await new Promise<string>((resolve) => {
      const env = { PATH: process.env.PATH, APP_ENV: 'test', DATABASE_URL, KEYS_DIR, DATA_DIR }
      execFile('script', ['-qec', command, '/dev/null'], { env, cwd: dir }, (_error, out) => resolve(out))
    })
    expect(screen).toMatch(/\[=* *\] \d+ %, [\d,]+ accounts, [\d,]+ a second, (?:\d+:\d\d|-:--) left/)
    expect(screen).toMatch(/\[=+\] 100 %, 1,500 accounts, [\d,]+ a second, 0:00 left/)
    expect(screen.replaceAll('\r', '')).toContain('1500 accepted, 0 already there, 0 refused\n')
  })
})
