import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** An error of the compiler. */
export type Complaint = { readonly file: string; readonly line: number; readonly key: string; readonly message: string }

/** Compiles a project against other types of this package. */
export type Compiler = {
  /** @param types what stands in place of the package's own `api.d.ts` */
  compile(types: string): Promise<readonly Complaint[]>
  close(): void
}

type Shown = {
  readonly compilerOptions?: { readonly paths?: Readonly<Record<string, readonly string[]>> }
  readonly files?: readonly string[]
  readonly references?: readonly { readonly path: string }[]
}
type Configuration = { readonly file: string; readonly shown: Shown }

const packageRoot = fileURLToPath(new URL('..', import.meta.url))

/** Opens the project with the TypeScript that it has installed. Returns undefined if there is none, or no project. */
export async function openCompiler(project: string): Promise<Compiler | undefined> {
  const folder = dirname(resolve(project))
  const tsc = findTsc(folder)
  if (tsc === undefined) return undefined
  const configurations = await readConfigurations(tsc, resolve(project))
  if (configurations.length === 0) return undefined
  // Beside the project's packages, so that the types of these are found from there.
  const cache = join(folder, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const home = mkdtempSync(join(cache, 'postern-contract-'))
  cpSync(packageRoot, home, { recursive: true, filter: (path) => !/\.(?:js|json|tgz)$/.test(path) })
  renameSync(join(home, 'api.d.ts'), join(home, 'installed.d.ts'))
  return {
    compile: async (types) => {
      writeFileSync(join(home, 'api.d.ts'), types)
      const all = await Promise.all(configurations.map((one) => complaintsOf(tsc, one, home)))
      return all.flat()
    },
    close: () => rmSync(home, { recursive: true, force: true }),
  }
}

function findTsc(folder: string): string | undefined {
  try {
    const manifest = createRequire(join(folder, 'package.json')).resolve('typescript/package.json')
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly bin: { readonly tsc: string } }
    return join(dirname(manifest), bin.tsc)
  } catch {
    return undefined
  }
}

/** Runs the compiler, and gives what it prints whether or not it found errors. */
const run = (tsc: string, ...args: readonly string[]): Promise<string> =>
  new Promise((done) => {
    execFile(process.execPath, [tsc, ...args], { maxBuffer: 64 * 1024 * 1024 }, (_error, stdout) => done(stdout))
  })

/** The configuration, or those that it refers to if it has no files of its own. */
async function readConfigurations(tsc: string, file: string): Promise<readonly Configuration[]> {
  const shown = readShown(await run(tsc, '--showConfig', '-p', file))
  if (shown === undefined) return []
  if ((shown.files ?? []).length > 0) return [{ file, shown }]
  const referred = (shown.references ?? []).map(({ path }) => {
    const place = resolve(dirname(file), path)
    return basename(place).endsWith('.json') ? place : join(place, 'tsconfig.json')
  })
  return (await Promise.all(referred.map((one) => readConfigurations(tsc, one)))).flat()
}

function readShown(text: string): Shown | undefined {
  try {
    return JSON.parse(text) as Shown
  } catch {
    return undefined
  }
}

async function complaintsOf(tsc: string, { file, shown }: Configuration, home: string): Promise<Complaint[]> {
  const from = dirname(file)
  const own = Object.entries(shown.compilerOptions?.paths ?? {})
  const paths = Object.fromEntries(own.map(([name, places]) => [name, places.map((place) => resolve(from, place))]))
  const configuration = join(home, `${basename(file)}.changed.json`)
  writeFileSync(
    configuration,
    JSON.stringify({
      extends: file,
      compilerOptions: {
        paths: { ...paths, ...exportedTypes(home) },
        ...{ noEmit: true, composite: false, incremental: false, tsBuildInfoFile: null },
        ...{ skipLibCheck: true, noErrorTruncation: true },
      },
      files: shown.files?.map((one) => resolve(from, one)),
      include: [],
      references: [],
    }),
  )
  return readComplaints(await run(tsc, '-p', configuration, '--pretty', 'false'))
}

/** Where the compiler finds what the package exports. */
function exportedTypes(home: string): Readonly<Record<string, readonly string[]>> {
  const { name, exports } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly exports: Readonly<Record<string, { readonly types: string }>>
  }
  return Object.fromEntries(Object.entries(exports).map(([path, { types }]) => [join(name, path), [join(home, types)]]))
}

/** Lines that are indented go on with what is above them. */
function readComplaints(output: string): Complaint[] {
  return output.split(/\r?\n(?! )/).flatMap((text) => {
    const [, file, line, column, code, message] = /^(.+?)\((\d+),(\d+)\): error (TS\d+): ([\s\S]*)$/.exec(text) ?? []
    if (file === undefined || message === undefined) return []
    return [{ file, line: Number(line), key: `${file} ${line} ${column} ${code}`, message }]
  })
}
