import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { findRanges } from '../../src/operator/breached/ranges.ts'
import { fileHashes } from '../../src/ports/breached-passwords.file.ts'
import { startApp, useApp } from '../support/app.ts'
import { useFolder } from '../support/folder.ts'
import { newPerson } from '../support/people.ts'
import { sha1Of } from '../support/range-service.ts'
import { runAdmin } from '../support/server-process.ts'

const app = useApp()
const dir = useFolder('breached-passwords')
const leaked = 'a passphrase that leaked'

const suffix = () => randomBytes(18).toString('hex').slice(1).toUpperCase()

/** Of a million ranges the few that hold enough, the first and the last among them; as the official downloader writes them. */
function writeRanges(folder: string, end = '.txt'): string {
  mkdirSync(folder)
  for (const prefix of ['00000', sha1Of(leaked).slice(0, 5), '7FFFF', 'FFFFF']) {
    const lines = Array.from({ length: 200 }, (_, index) => `${suffix()}:${index}`)
    if (sha1Of(leaked).startsWith(prefix)) lines.push(`${sha1Of(leaked).slice(5)}:12`)
    writeFileSync(join(folder, `${prefix}${end}`), lines.sort().join('\r\n'))
  }
  return folder
}
const ranges = writeRanges(join(dir, 'ranges'))

/** What a list as long as that has, by a plain look at each line. */
const expected = (folder: string, least: number): bigint[] =>
  readdirSync(folder)
    .flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\r\n')
        .map((line) => [name.slice(0, 5) + line.slice(0, 11), Number(line.split(':')[1])] as const),
    )
    .flatMap(([digits, count]) => (count >= least ? [BigInt(`0x${digits}`)] : []))
    .sort((one, other) => (one < other ? -1 : 1))

function entriesOf(file: string): bigint[] {
  const bytes = readFileSync(file)
  return Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readBigUInt64BE(index * 8))
}

/** Where a build that was interrupted leaves what it has. */
const partOf = (out: string, folder = ranges) => `${out}.min-1.${findRanges(folder).mark}.part`

const build = (folder: string, out: string, ...more: readonly string[]) =>
  runAdmin(app, ['breached-passwords', 'build', folder, out, ...more])

describe('npm run admin -- breached-passwords build', () => {
  test('makes the sorted file in which a server finds what leaked [PW7]', async () => {
    const out = join(dir, 'pwned.bin')
    const { code, out: says } = await build(ranges, out, '--incomplete', '--json')
    const url = pathToFileURL(out).href
    expect([code, JSON.parse(says)]).toMatchObject([
      0,
      { file: out, url, entries: 797, bytes: 6376, ranges: 4, minCount: 1 },
    ])
    expect(entriesOf(out)).toEqual(expected(ranges, 1))

    const server = await startApp({ BREACHED_PASSWORDS_URL: url })
    const signUp = async (password: string) =>
      (await server.client().post('/v0/auth/signup', { ...newPerson(), password })).body.fields
    expect(await signUp(leaked)).toEqual([{ path: '/password', rule: 'breached' }])
    expect(await signUp('a passphrase that did not')).toBeUndefined()
    await server.close()
  })

  test('--min-count leaves out what was seen less often; what is padding is never there', async () => {
    const out = join(dir, 'often.bin')
    expect((await build(ranges, out, '--incomplete', '--min-count', '100')).code).toBe(0)
    expect(entriesOf(out)).toEqual(expected(ranges, 100))
  })

  test('takes files without an end, and lines in another order or case', async () => {
    const folder = writeRanges(join(dir, 'bare'), '')
    const all = expected(folder, 1)
    for (const name of readdirSync(folder)) {
      const lines = readFileSync(join(folder, name), 'utf8').toLowerCase().split('\r\n').reverse()
      writeFileSync(join(folder, name), `${[...lines, lines[5]].join('\n')}\n`)
    }
    const out = join(dir, 'bare.bin')
    expect((await build(folder, out, '--incomplete')).code).toBe(0)
    expect(entriesOf(out)).toEqual(all)
  })

  test('a range that is missing or is none is refused, and what was there stays', async () => {
    const out = join(dir, 'kept.bin')
    writeFileSync(out, 'as it was')
    expect(await build(ranges, out)).toEqual({
      code: 1,
      out: '',
      err: 'Of 1,048,576 ranges 4 are there, and 00001 is missing: download the rest, or say --incomplete.\n',
    })
    for (const line of [
      `${suffix()}${suffix()}`,
      `${suffix().slice(3)}:1`,
      `${suffix()}:`,
      `${suffix()}:x`,
      '<html>',
    ]) {
      const folder = join(dir, 'broken')
      cpSync(ranges, folder, { recursive: true })
      writeFileSync(join(folder, '80000.txt'), `${suffix()}:1\r\n${line}`)
      const { code, err } = await build(folder, out, '--incomplete')
      expect([line, code, err]).toEqual([line, 1, expect.stringContaining('80000.txt is no range of SHA-1 hashes')])
      rmSync(folder, { recursive: true })
    }
    expect((await build(join(dir, 'nowhere'), out)).err).toContain('is no folder')
    expect((await build(dir, out)).err).toContain('has no ranges')
    expect(readFileSync(out, 'utf8')).toBe('as it was')
  })

  test.each([
    ['in the middle of an entry', 3 * 200 * 8 - 5],
    ['in the middle of a range', 2 * 200 * 8 + 400],
    ['before anything', 0],
  ])('interrupted %s, it goes on where it was, to the same file', async (_, written) => {
    const out = join(dir, `resumed-${written}.bin`)
    expect((await build(ranges, out, '--incomplete')).code).toBe(0)
    const whole = readFileSync(out)
    rmSync(out)
    const part = partOf(out)
    writeFileSync(part, whole)
    truncateSync(part, written)
    const { code, out: says } = await build(ranges, out, '--incomplete', '--json')
    expect(code).toBe(0)
    expect(readFileSync(out).equals(whole)).toBe(true)
    expect('continuedAt' in JSON.parse(says)).toBe(written > 0)
    expect(readdirSync(dir).filter((name) => /^resumed.*part$/.test(name))).toEqual([])
  })

  test('interrupted, and more was downloaded in between: what is new is in it, wherever it belongs', async () => {
    const folder = writeRanges(join(dir, 'growing'))
    const late = join(folder, '00000.txt')
    const first = readFileSync(late)
    rmSync(late)
    const out = join(dir, 'growing.bin')
    expect((await build(folder, out, '--incomplete')).code).toBe(0)
    const part = partOf(out, folder)
    writeFileSync(part, readFileSync(out).subarray(0, 2 * 200 * 8))
    writeFileSync(late, first)
    const { out: says } = await build(folder, out, '--incomplete', '--json')
    expect('continuedAt' in JSON.parse(says)).toBe(false)
    expect(entriesOf(out)).toEqual(expected(folder, 1))
    expect(existsSync(part)).toBe(false)
  })

  test('what another count left, or is not in order, is not gone on with', async () => {
    const out = join(dir, 'anew.bin')
    writeFileSync(`${out}.min-7.part`, randomBytes(800))
    writeFileSync(partOf(out), randomBytes(800))
    const { out: says } = await build(ranges, out, '--incomplete', '--json')
    expect('continuedAt' in JSON.parse(says)).toBe(false)
    expect(entriesOf(out)).toEqual(expected(ranges, 1))
    rmSync(`${out}.min-7.part`)
  })

  test('a server takes the new file without a restart, and finds in it what is there', async () => {
    const out = join(dir, 'renewed.bin')
    const folder = writeRanges(join(dir, 'renewed'))
    await build(folder, out, '--incomplete', '--min-count', '100')
    const hashes = fileHashes(out)
    const sha1 = Buffer.from(sha1Of(leaked), 'hex')
    expect(await hashes.has(sha1)).toBe(false)
    await build(folder, out, '--incomplete')
    expect(await hashes.has(sha1)).toBe(true)
  })
})
