import { readFileSync } from 'node:fs'
import { catalogue, type ErrorCode, errorCodes } from '../../src/errors/catalogue.ts'
import { isProvenByExample, operationOf } from './declared.ts'

export const errorsPageFile = new URL('../../docs/errors.md', import.meta.url)

/** A code on the wire: the route that answered, and the test that made it. */
export type Sighting = {
  readonly operation: string
  readonly code: string
  readonly file: string
  readonly title: string
}

type Published = { readonly codes: readonly { readonly code: string; readonly route: string }[] }
const published = JSON.parse(readFileSync(new URL('../contract/errors.json', import.meta.url), 'utf8')) as Published
const exampleRoutes = new Map(published.codes.map(({ code, route }) => [code, route]))

const introduction = `# Errors

<!-- Written by npm run proof, from src/*/errors.ts, the OpenAPI document and a run of all tests. Do not edit. -->

Every error that Postern answers with: what is so now (meaning), what raises it (cause), what its caller should do, the routes that
declare it, and one of the tests that produced it over HTTP. Programs decide by \`code\`. A running server shows the same texts
at \`/docs/errors\`, as JSON at \`/v0/errors\`, and the codes of each route in \`/openapi.json\`.
`

/** What the published contract comes to, and how much of it every run of the tests answers. */
export function figuresOf(declared: Iterable<string>): string {
  const lines = [...declared]
  const operations = new Set(lines.map(operationOf)).size
  const examples = lines.filter(isProvenByExample).length
  return (
    `${errorCodes.length} codes on ${operations} operations: ${lines.length} declared answers. ${lines.length - examples} of them are ` +
    `answered over HTTP in every run of the tests; the other ${examples} are system: errors that any operation can meet, which the run ` +
    'answers on some.'
  )
}

/** `proofs` holds the last line of each code's section, \`declared\` the lines of \`declaredErrors\`. */
export function errorsPage(
  declared: ReadonlySet<string> | readonly string[],
  proofs: ReadonlyMap<string, string>,
): string {
  const routes = new Map<string, string[]>()
  const all = new Set<string>()
  for (const line of declared) {
    const [method, path, , code = ''] = line.split(' ')
    all.add(`${method} ${path}`)
    routes.set(code, [...(routes.get(code) ?? []), `${method} ${path}`])
  }
  const sections = errorCodes.map((code) =>
    section(code, routes.get(code) ?? [], { all: all.size, proof: proofs.get(code) }),
  )
  return [introduction, `${figuresOf(declared)}\n`, ...sections].join('\n')
}

function section(
  code: ErrorCode,
  routes: readonly string[],
  { all, proof }: { all: number; proof: string | undefined },
) {
  const { status, title, description, meaning, advice } = catalogue[code]
  if (proof === undefined) throw new Error(`docs/errors.md names no test for ${code}: npm run proof`)
  const names = [...routes].sort(byPath).map((route) => `\`${route}\``)
  const list = routes.length === all ? `all ${all} routes` : names.join(', ')
  return `## ${code}

${status} · ${title}

- **Meaning:** ${meaning}
- **Cause:** ${description}
- **What to do:** ${advice}
- **Answered with ${status} by** ${list}
${proof}
`
}

const byPath = (a: string, b: string): number => {
  const [left, right] = [a, b].map((route) => route.split(' ').reverse().join(' '))
  return compare(left ?? '', right ?? '')
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const proofStart = '- **Proven by** '

export const proofLine = ({ file, title }: Pick<Sighting, 'file' | 'title'>): string =>
  `${proofStart}\`${file}\`: ${title.replace(/[\\`*<[\]]/g, '\\$&').replace(/\s+/g, ' ')}`

/** What the page names now, which only a run of all tests can know. */
export function proofsOn(page: string): ReadonlyMap<string, string> {
  const proofs = new Map<string, string>()
  let code = ''
  for (const line of page.split('\n')) {
    if (line.startsWith('## ')) code = line.slice(3)
    if (line.startsWith(proofStart)) proofs.set(code, line)
  }
  return proofs
}

/**
 * The most telling test of a code: its title names the code, it asks the route that the published list names, it is no table
 * over all routes. What is left is decided by name, so that every run chooses the same.
 */
export function proofsOf(sightings: readonly Sighting[]): ReadonlyMap<string, string> {
  const best = new Map<string, { readonly rank: string; readonly sighting: Sighting }>()
  for (const sighting of sightings) {
    const rank = rankOf(sighting)
    const known = best.get(sighting.code)
    if (known === undefined || rank < known.rank) best.set(sighting.code, { rank, sighting })
  }
  return new Map([...best].map(([code, { sighting }]) => [code, proofLine(sighting)]))
}

function rankOf({ code, operation, file, title }: Sighting): string {
  const names = new RegExp(`(?<![\\w:])${code}(?![\\w]|:\\w)`).test(title)
  const isBeside = title.split(' > ').at(-1)?.startsWith(code) !== true
  const doubts = [!names, file.startsWith('test/contract/'), operation !== exampleRoutes.get(code), isBeside]
  return [...doubts.map(Number), file, title].join('\n')
}
