import { changedTypes, marked } from './changed-types.ts'
import type { Change } from './compare.ts'
import { type Compiler, type Complaint, openCompiler } from './compile.ts'

/** Where a project does not handle the changes: `src/login.ts:41`. */
export type Places = {
  readonly of: ReadonlyMap<Change, readonly string[]>
  /** Where something no longer compiles, and the compiler does not say because of what. */
  readonly others: readonly string[]
}

/** Compiles the project against the changed types. Returns undefined if it has no TypeScript or no configuration. */
export async function findPlaces(changes: readonly Change[], project: string): Promise<Places | undefined> {
  const compiler = await openCompiler(project)
  if (compiler === undefined) return undefined
  try {
    return await placesBy(compiler, changes)
  } finally {
    compiler.close()
  }
}

async function placesBy(compiler: Compiler, changes: readonly Change[]): Promise<Places> {
  const found = await compiler.compile(changedTypes(changes, { isMarked: false }))
  if (found.length === 0) return { of: new Map(), others: [] }
  const before = new Set((await compiler.compile(changedTypes([], { isMarked: false }))).map(({ key }) => key))
  const fresh = found.filter(({ key }) => !before.has(key))
  const isShared = hasSharedCodes(changes)
  const withRoutes = isShared ? await compiler.compile(changedTypes(changes, { isMarked: true })) : []
  const routesAt = new Map(withRoutes.map(({ key, message }) => [key, message]))
  const isOf = (change: Change, { key, message }: Complaint): boolean => {
    const said = change.breaks || !isShared ? undefined : routesAt.get(key)
    return said === undefined ? names(message, change) : says(said, marked(change.code ?? '', change.subject))
  }
  const named = changes.filter(({ code, lostField }) => code !== undefined || lostField !== undefined)
  const of = new Map(named.map((change) => [change, placesOf(fresh.filter((one) => isOf(change, one)))]))
  const others = fresh.filter((one) => !named.some((change) => isOf(change, one)))
  return { of, others: placesOf(others) }
}

/** Whether one code came to several routes, which its name alone does not tell apart. */
function hasSharedCodes(changes: readonly Change[]): boolean {
  const gained = changes.flatMap(({ breaks, code }) => (breaks || code === undefined ? [] : [code]))
  return new Set(gained).size < gained.length
}

const says = (message: string, code: string): boolean => message.includes(`"${code}"`)

/** A property that is missing is named between single quotes. */
const names = (message: string, { code, lostField }: Change): boolean =>
  code === undefined
    ? message.includes(`'${lostField?.split(/[.[\]]+/).at(-1)}'`)
    : says(message, code) || message.includes(`'${code}'`)

const placesOf = (complaints: readonly Complaint[]): string[] => [
  ...new Set(complaints.map(({ file, line }) => `${file}:${line}`)),
]
