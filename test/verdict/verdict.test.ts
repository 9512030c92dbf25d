import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'
import {
  declaredErrors,
  type ErrorsDocument,
  isProvenByExample,
  operationOf,
  operationsOf,
} from '../support/declared.ts'
import {
  errorsPage,
  errorsPageFile,
  figuresOf,
  proofLine,
  proofsOf,
  proofsOn,
  type Sighting,
} from '../support/errors-page.ts'

type Line = {
  readonly pair?: string
  readonly violation?: string
  readonly file?: string
  readonly title?: string
}

let declared: ReadonlySet<string>
let operations: ReadonlySet<string>
let seen: ReadonlySet<string>
let violations: readonly string[]
let sightings: readonly Sighting[]

beforeAll(() => {
  const dir = inject('recordDir')
  const documentFile = join(dir, 'openapi.json')
  if (!existsSync(documentFile)) {
    throw new Error(
      'The verdict judges what the other tests saw: run them all (vitest run), or leave it out (--project postern).',
    )
  }
  const document = JSON.parse(readFileSync(documentFile, 'utf8')) as ErrorsDocument
  operations = new Set(operationsOf(document).map(([name]) => name))
  declared = new Set(declaredErrors(document))
  const lines = readdirSync(dir)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as Line)
  violations = [...new Set(lines.flatMap(({ violation }) => violation ?? []))].sort()
  seen = new Set(lines.flatMap(({ pair }) => (pair === undefined ? [] : [documented(pair)])))
  sightings = lines.flatMap(sightingOf)
})

function sightingOf({ pair, file, title }: Line): Sighting[] {
  if (pair === undefined || file === undefined || title === undefined) return []
  const name = documented(pair)
  return declared.has(name) ? [{ operation: operationOf(name), code: name.split(' ').at(-1) ?? '', file, title }] : []
}

/** As the document spells it: `{id}` for `:id`, and HEAD is its GET. */
const documented = (pair: string): string => pair.replace(/:(\w+)(?=[/ ])/g, inBraces).replace(/^HEAD /, 'GET ')
const inBraces = (whole: string, name: string, offset: number, pair: string): string =>
  pair[offset - 1] === '/' ? `{${name}}` : whole

test('no error left that its route does not declare', () => {
  expect(violations).toEqual([])
})

test('every error that was seen is declared in the OpenAPI document', () => {
  // Operations that the document hides are not of the contract.
  const undeclared = [...seen].filter((pair) => operations.has(operationOf(pair)) && !declared.has(pair))
  expect(undeclared.sort()).toEqual([])
})

test('every error that is declared was seen', () => {
  expect([...declared].filter((pair) => !seen.has(pair) && !isProvenByExample(pair)).sort()).toEqual([])
})

test('docs/errors.md names for every code a test that produced it in this run: npm run proof writes it', () => {
  if (process.env.PROOF) {
    writeFileSync(errorsPageFile, errorsPage(declared, proofsOf(sightings)))
    const answered = [...declared].filter((pair) => seen.has(pair)).length
    process.stdout.write(`\n${figuresOf(declared)}\nAnswered in this run: ${answered}.\n`)
  }
  const produced = new Set(sightings.map((sighting) => `${sighting.code} ${proofLine(sighting)}`))
  const named = [...proofsOn(readFileSync(errorsPageFile, 'utf8'))].map(([code, proof]) => `${code} ${proof}`)
  expect(named.filter((line) => !produced.has(line))).toEqual([])
})
