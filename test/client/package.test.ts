import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { beforeAll, expect, onTestFinished, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const node = (script: string) =>
  run(process.execPath, ['--input-type=module', '-e', script], { cwd: root }).then(({ stdout }) => stdout.trim())

beforeAll(async () => {
  // publint reads what npm would pack, and fails on its warnings too.
  await run('npm', ['run', 'build:client'], { cwd: root })
})

test('postern/client is what the package exports', async () => {
  const names = await node("console.log(Object.keys(await import('postern/client')).join())")
  expect(names).toBe('createClient,memoryTokens')
  const answer = "await createClient({ baseUrl: 'http://127.0.0.1:1' }).GET('/v0/user/me')"
  const script = `import { createClient } from 'postern/client'; console.log((${answer}).error.code)`
  expect(await node(script)).toBe('client:unreachable')
})

test('it is published on its own: nothing of the server, and one dependency', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', './dist/client'], { cwd: root })
  const [packed] = JSON.parse(stdout) as [{ name: string; files: { path: string }[] }]
  const files = packed.files.map(({ path }) => path)
  expect(packed.name).toBe('postern')
  expect(files.filter((path) => !/^\w+\.(?:js|d\.ts)$/.test(path)).sort()).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
  ])
  const manifest = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))
  const { version, dependencies } = manifest('package.json')
  expect(manifest('dist/client/package.json')).toMatchObject({
    version,
    dependencies: { 'openapi-fetch': dependencies['openapi-fetch'] },
  })
})

test('with openapi-fetch it is under 6 kB for a browser, and needs nothing else', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, 'dist/client/client.js')],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    write: false,
    metafile: true,
  })
  expect(gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).byteLength).toBeLessThan(6000)
  const packages = Object.keys(metafile.inputs).flatMap((file) => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [])
  expect([...new Set(packages)]).toEqual(['node_modules/openapi-fetch'])
  const others = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
  expect(others).toEqual([])
})

const frontEnd = `import { createClient, type ErrorOf } from 'postern/client'
const client = createClient({ baseUrl: location.origin })
const { data, error } = await client.POST('/v0/auth/forgot-password', { body: { email: 'ada@example.com' } })
if (error) error satisfies ErrorOf<'POST', '/v0/auth/forgot-password'>
else data satisfies undefined
// @ts-expect-error no such path
await client.POST('/v0/auth/forgot', { body: {} })
const events = await client.GET('/v0/events')
events.data?.pipeThrough(new TextDecoderStream())
`

test.each([{ module: 'nodenext' }, { module: 'esnext', moduleResolution: 'bundler' }])(
  'its types are whole where there is only a browser: %j',
  async (resolution) => {
    const home = mkdtempSync(join(tmpdir(), 'postern-front-end-'))
    onTestFinished(() => rmSync(home, { recursive: true, force: true }))
    mkdirSync(join(home, 'node_modules'))
    symlinkSync(join(root, 'dist/client'), join(home, 'node_modules/postern'))
    writeFileSync(join(home, 'front-end.ts'), frontEnd)
    writeFileSync(join(home, 'package.json'), '{"type":"module"}')
    const lib = ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable']
    const compilerOptions = { ...resolution, target: 'es2022', lib, types: [], strict: true, noEmit: true }
    writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['front-end.ts'] }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    await expect(run(process.execPath, [tsc, '-p', home])).resolves.toBeTruthy()
  },
)
