import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'

type Response = {
  readonly content?: Readonly<
    Record<string, { readonly schema?: { readonly properties?: { readonly code?: { readonly enum?: string[] } } } }>
  >
}
type Document = {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Response>> }>>>
  >
}
type Line = { readonly pair?: string; readonly violation?: string }

/** Can occur wherever there is a database or a mistake, so they are proven where the published list names them. */
const provenByExample: Readonly<Record<string, readonly string[]>> = {
  'system:internal_error': ['POST /v0/auth/signup'],
  'system:database_error': ['GET /v0/user/me', 'POST /v0/auth/login'],
  'system:transaction_error': [],
}

let declared: ReadonlySet<string>
let operations: ReadonlySet<string>
let seen: ReadonlySet<string>
let violations: readonly string[]

beforeAll(() => {
  const dir = inject('recordDir')
  const documentFile = join(dir, 'openapi.json')
  if (!existsSync(documentFile)) {
    throw new Error(
      'The verdict judges what the other tests saw: run them all (vitest run), or leave it out (--project postern).',
    )
  }
  const { paths } = JSON.parse(readFileSync(documentFile, 'utf8')) as Document
  const triples = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { responses }]) => [`${method.toUpperCase()} ${path}`, responses] as const),
  )
  operations = new Set(triples.map(([operation]) => operation))
  declared = new Set(
    triples.flatMap(([operation, responses]) =>
      Object.entries(responses).flatMap(([status, { content }]) =>
        (content?.['application/json']?.schema?.properties?.code?.enum ?? []).map(
          (code) => `${operation} ${status} ${code}`,
        ),
      ),
    ),
  )
  const lines = readdirSync(dir)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as Line)
  violations = [...new Set(lines.flatMap(({ violation }) => violation ?? []))].sort()
  seen = new Set(lines.flatMap(({ pair }) => (pair === undefined ? [] : [documented(pair)])))
})

/** As the document spells it: `{id}` for `:id`, and HEAD is its GET. */
const documented = (pair: string): string => pair.replace(/:(\w+)(?=[/ ])/g, inBraces).replace(/^HEAD /, 'GET ')
const inBraces = (whole: string, name: string, offset: number, pair: string): string =>
  pair[offset - 1] === '/' ? `{${name}}` : whole

const operationOf = (pair: string): string => pair.split(' ', 2).join(' ')

const isExcused = (pair: string): boolean => {
  const examples = provenByExample[pair.split(' ').at(-1) ?? '']
  return examples !== undefined && !examples.includes(operationOf(pair))
}

test('no error left that its route does not declare', () => {
  expect(violations).toEqual([])
})

test('every error that was seen is declared in the OpenAPI document', () => {
  // Operations that the document hides are not of the contract.
  const undeclared = [...seen].filter((pair) => operations.has(operationOf(pair)) && !declared.has(pair))
  expect(undeclared.sort()).toEqual([])
})

test('every error that is declared was seen', () => {
  expect([...declared].filter((pair) => !seen.has(pair) && !isExcused(pair)).sort()).toEqual([])
})
