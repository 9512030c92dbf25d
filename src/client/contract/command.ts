#!/usr/bin/env node
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Change, compareContracts } from './compare.ts'
import { type Contract, nameOf } from './contract.ts'
import { findPlaces, type Places } from './find-places.ts'
import { NoContract, openContract, type Source } from './sources.ts'

const usage = `postern-contract lock    keeps the contract that your code is written against
postern-contract diff    says what another contract changes for your code

  --server URL    takes the contract of a running server
  --file FILE     takes the contract in a file, as GET /v0/contract answered it
                  without either, it is that of the installed package
  --lock FILE     where the contract is kept (postern.lock.json)
  --project FILE  what TypeScript compiles to find what is not handled (tsconfig.json)
  --all           names what is unchanged as well

diff exits with 0 if nothing changed, 1 if something breaks, 2 if something is merely new,
and 3 if it cannot tell.
`

const exits = { same: 0, breaks: 1, isNew: 2, unable: 3 } as const

const options = {
  server: { type: 'string' },
  file: { type: 'string' },
  lock: { type: 'string', default: 'postern.lock.json' },
  project: { type: 'string', default: 'tsconfig.json' },
  all: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

class Misuse extends Error {}

function readCall() {
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    throw new Misuse((error as Error).message)
  }
}

async function main(): Promise<number> {
  const { values, positionals } = readCall()
  if (values.help) {
    process.stdout.write(usage)
    return exits.same
  }
  const [command, ...more] = positionals
  if (values.server !== undefined && values.file !== undefined) throw new Misuse('Give --server or --file, not both.')
  if (more.length > 0 || (command !== 'lock' && command !== 'diff')) throw new Misuse('Say lock or diff.')
  const source = sourceOf(values)
  return command === 'lock' ? lock(source, values.lock) : diff(source, values)
}

const sourceOf = ({ server, file }: { readonly server?: string; readonly file?: string }): Source =>
  server !== undefined ? { server } : file !== undefined ? { file } : 'package'

async function lock(source: Source, path: string): Promise<number> {
  const contract = await openContract(source)
  writeFileSync(path, `${JSON.stringify(contract, undefined, 2)}\n`)
  const { version, digest, operations, status } = contract
  const codes = Object.keys(status).length
  process.stdout.write(`${path}: Postern ${version}, ${operations.length} operations, ${codes} codes, ${digest}\n`)
  return exits.same
}

type Asked = { readonly lock: string; readonly project: string; readonly all: boolean }

async function diff(source: Source, { lock: path, project, all }: Asked): Promise<number> {
  const before = await openContract({ file: path }).catch((error: unknown) => {
    throw error instanceof NoContract ? new NoContract(`${error.message} postern-contract lock writes it.`) : error
  })
  const after = await openContract(source)
  const changes = compareContracts(before, after)
  const places = changes.length > 0 ? await findPlaces(changes, project) : undefined
  process.stdout.write(report(changes, { places, unchanged: unchangedOf(after, changes), all }))
  if (changes.length > 0 && places === undefined) {
    process.stderr.write(`No TypeScript or no ${project} is here, so what is not handled was not looked for.\n`)
  }
  if (changes.some(({ breaks }) => breaks)) return exits.breaks
  return changes.length > 0 ? exits.isNew : exits.same
}

function unchangedOf({ operations }: Contract, changes: readonly Change[]): readonly Line[] {
  const changed = new Set(changes.map(({ subject }) => subject))
  const same = operations.filter((one) => !changed.has(nameOf(one)))
  return same.map((one) => ({ subject: nameOf(one), says: `= unchanged (${one.codes.length} codes)`, ends: '' }))
}

type Line = { readonly subject: string; readonly says: string; readonly ends: string }
type Shown = { readonly places: Places | undefined; readonly unchanged: readonly Line[]; readonly all: boolean }

function report(changes: readonly Change[], { places, unchanged, all }: Shown): string {
  const changed = changes.map((change) => ({ ...change, ends: endOf(change, places?.of.get(change) ?? []) }))
  const lines = inColumns([...changed, ...(all ? unchanged : [])])
  const others = (places?.others ?? []).map((place) => `no longer compiles: ${place}`)
  const breaks = changes.filter((change) => change.breaks).length
  const counts = `${breaks} break, ${changes.length - breaks} new; ${unchanged.length} operations unchanged`
  return `${[...lines, ...others, counts].join('\n')}\n`
}

const mostPlaces = 5

function endOf({ breaks }: Change, places: readonly string[]): string {
  if (places.length === 0) return ''
  const more = places.length > mostPlaces ? ` and ${places.length - mostPlaces} more` : ''
  return `${breaks ? 'used' : 'not handled'}: ${places.slice(0, mostPlaces).join(', ')}${more}`
}

function inColumns(lines: readonly Line[]): string[] {
  const widest = (read: (line: Line) => string) => Math.max(0, ...lines.map((line) => read(line).length))
  const [subjects, sayings] = [widest(({ subject }) => subject), widest(({ says }) => says)]
  return lines.map(({ subject, says, ends }) =>
    `${subject.padEnd(subjects)}   ${says.padEnd(sayings)}   ${ends}`.trimEnd(),
  )
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof NoContract || error instanceof Misuse)) throw error
  process.stderr.write(`${error.message}\n${error instanceof Misuse ? `\n${usage}` : ''}`)
  process.exitCode = exits.unable
}
