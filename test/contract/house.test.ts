import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findCircular, readImports, readSource } from '../support/imports.ts'

const imports = readImports()

test('the imports of src are read: types, what is loaded later, and what is loaded for its effect', () => {
  expect(imports.size).toBeGreaterThan(400)
  expect(imports.get('deps.ts')).toContain('metrics/metrics.ts')
  expect(imports.get('open-deps.ts')).toContain('mail/inbox.ts')
})

describe('circles', () => {
  test('are found where there are some', () => {
    const some = new Map(Object.entries({ a: ['b'], b: ['c', 'd'], c: ['a'], d: ['e'], e: ['d'], f: ['a'] }))
    expect(findCircular(some)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('no file of src imports itself by way of others, types included', () => {
    expect(findCircular(imports)).toEqual([])
  })
})

test('what a database lacks is looked for in every file of tables', () => {
  const isOfTables = (path: string) => path.startsWith('db/schema/') && path !== 'db/schema/columns.ts'
  const files = [...imports.keys()].filter(isOfTables)
  expect(imports.get('db/needed-columns.ts')?.filter(isOfTables).toSorted()).toEqual(files.toSorted())
})

const folders = new Set(
  [...imports.keys()].filter((file) => file.includes('/')).map((file) => file.split('/')[0] ?? ''),
)

/** Lowest first. A file imports from its own storey or a lower one. A folder that is named nowhere else is a room. */
const storeys = {
  ground: [
    ...[
      'client',
      'config',
      'crypto',
      'db',
      'errors',
      'hashing',
      'http',
      'messages',
      'metrics',
      'outbound',
      'pages',
      'ports',
    ],
    ...['process', 'text', 'tracing', 'waiting'],
  ],
  'what an account is': ['accounts', 'credentials', 'mail', 'mailed-tokens', 'throttling'],
  hallway: ['guards', 'sign-in'],
  rooms: [] as string[],
  roof: ['account', 'console', 'dev', 'docs', 'operator', 'worker'],
  tower: ['admin'],
}
const named: readonly string[] = Object.values(storeys).flat()
storeys.rooms = [...folders].filter((folder) => !named.includes(folder))
const levels = Object.values(storeys)
const levelOf = (file: string): number => {
  const [folder = '', ...rest] = file.split('/')
  return rest.length === 0 ? levels.length : levels.findIndex((folders) => folders.includes(folder))
}

/** They join what each room declares, one line a room. */
const joiningTables = [
  'accounts/all-rows.ts',
  'errors/catalogue.ts',
  'mail/letters.ts',
  'sign-in/factors.ts',
  'sign-in/hallway.ts',
]
/** Types of everything that the process has opened: what they name, they only hand on. */
const handedOn = ['deps.ts', 'context.ts']

const decisions = join(import.meta.dirname, '../../docs/decisions')

const pairs = [...imports].flatMap(([file, found]) => found.map((path) => ({ file, path })))

describe('storeys', () => {
  test('name only folders that there are, and leave rooms beside', () => {
    expect(named.filter((folder) => !folders.has(folder))).toEqual([])
    expect(storeys.rooms).toContain('password')
  })

  test('no file imports from a higher one but those that join the rooms', () => {
    const up = pairs.filter(({ file, path }) => levelOf(path) > levelOf(file) && !handedOn.includes(path))
    const others = up.filter(({ file }) => !joiningTables.includes(file))
    process.stdout.write(
      `imports: ${pairs.length}, up a storey: ${up.length}, of which not in a joining table: ${others.length}\n`,
    )
    expect(others).toEqual([])
  })

  test('outside its room a second factor is named by the tables that join rooms, and by the map', () => {
    const isOfTotp = (file: string) => file.startsWith('totp/')
    const naming = pairs.filter(({ file, path }) => isOfTotp(path) && !isOfTotp(file)).map(({ file }) => file)
    const files = [...new Set(naming)].sort()
    process.stdout.write(`files outside totp/ that import from it: ${files.length}\n`)
    expect(files).toEqual(['app.ts', ...joiningTables].sort())
  })

  test.each(['rooms', 'roof'] as const)('none on the storey %s imports from its neighbour', (name) => {
    const folderOf = (file: string) => file.split('/')[0] ?? ''
    const isHere = (file: string) => storeys[name].includes(folderOf(file))
    const beside = pairs.filter(({ file, path }) => isHere(file) && isHere(path) && folderOf(file) !== folderOf(path))
    expect(beside).toEqual([])
  })

  test('a route spells no code but those that it raises itself: the others it spreads from its use case', () => {
    const declared = /\bfaults\(([^)]*)\)/g
    const spelt = [...imports.keys()]
      .filter((file) => /routes\.ts$/.test(file))
      .flatMap((file) => {
        const source = readSource(file)
        const codes = [...source.matchAll(declared)].flatMap(([, codes = '']) => codes.match(/'[^']+'/g) ?? [])
        const rest = source.replaceAll(declared, '')
        return codes.map((code) => ({ file, code, isRaised: rest.includes(code) }))
      })
    expect(spelt.length).toBeGreaterThan(4)
    expect(spelt.filter(({ isRaised }) => !isRaised)).toEqual([])
  })

  test('no line of src is longer than 120 columns but a regular expression', () => {
    const long = [...imports.keys()]
      .filter(
        (file) => file !== 'client/api.ts' && !/^(?:client\/messages|pages\/browser\/console\/languages)\//.test(file),
      )
      .flatMap((file) =>
        readSource(file)
          .split('\n')
          .map((line) => ({ file, line })),
      )
      .filter(({ line }) => [...line].length > 120 && !/^\s*\/.*\/[a-z]*,?$/.test(line))
    expect(long).toEqual([])
  })

  test('every decision that a comment cites has its page, and says context, decision and consequences', () => {
    const pages = readdirSync(decisions).toSorted()
    const cited = [...imports.keys()].flatMap((file) =>
      [...readSource(file).matchAll(/\[D(\d+)\]/g)].map(([, n]) => Number(n)),
    )
    expect(cited.length).toBeGreaterThan(4)
    for (const number of cited) expect(pages[number - 1]).toMatch(new RegExp(`^0*${number}-`))
    for (const page of pages) {
      const text = readFileSync(join(decisions, page), 'utf8')
      for (const part of ['**Context.**', '**Decision.**', '**Consequences.**']) expect(text, page).toContain(part)
    }
  })

  test('the root of src holds the processes, the map, and what a process has opened', () => {
    expect([...imports.keys()].filter((file) => !file.includes('/')).sort()).toEqual([
      'app.ts',
      'cli.ts',
      'context.ts',
      'deps.ts',
      'main.ts',
      'open-deps.ts',
      'worker.ts',
    ])
  })
})
