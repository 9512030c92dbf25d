import { execFile } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const node = (script: string, cwd = root) =>
  run(process.execPath, ['--input-type=module', '-e', script], { cwd }).then(({ stdout }) => stdout.trim())
const manifest = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))

beforeAll(async () => {
  // publint reads what npm would pack, and fails on its warnings too.
  await run('npm', ['run', 'build:client'], { cwd: root })
})

const answer = "await createClient({ baseUrl: 'http://127.0.0.1:1' }).GET('/v0/user/me')"
const firstCall = `import { createClient } from 'postern/client'; console.log((${answer}).error.code)`

/** As an application's browser gets it. */
async function bundle(name: string, external: readonly string[] = []) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, `dist/client/${name}.js`)],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    write: false,
    metafile: true,
    external: [...external],
  })
  return { zipped: gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).byteLength, metafile }
}

test('postern/client is what the package exports', async () => {
  const names = await node("console.log(Object.keys(await import('postern/client')).join())")
  expect(names).toBe('createClient,isOurSide,memoryTokens')
  expect(await node(firstCall)).toBe('client:unreachable')
})

test('it is published on its own: nothing of the server, and no dependency', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', './dist/client'], { cwd: root })
  const [packed] = JSON.parse(stdout) as [{ name: string; files: { path: string }[] }]
  const files = packed.files.map(({ path }) => path)
  expect(packed.name).toBe('postern')
  expect(files.filter((path) => !/^(?:messages\/)?[\w-]+\.(?:js|d\.ts)$/.test(path)).sort()).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
  ])
  const own = manifest('dist/client/package.json')
  expect([own.version, own.dependencies]).toEqual([manifest('package.json').version, undefined])
})

test('the table of codes and the stand-in for tests are exports of their own [EL7]', async () => {
  const names = (path: string) => node(`console.log(Object.keys(await import('${path}')).join())`)
  expect(await names('postern/client/codes')).toBe('codesOf,routes,statusOf')
  expect(await names('postern/testing')).toBe('createTestingClient,testingFetch')
  expect((await bundle('codes')).zipped).toBeLessThan(4000)
})

test('postern/messages is under 1 kB, and a language under 6 kB', async () => {
  const names = (path: string) => node(`console.log(Object.keys(await import('${path}')).join())`)
  expect(await names('postern/messages')).toBe('fieldSentenceOf,sentenceOf')
  expect(await names('postern/messages/en')).toBe('dir,sentences,tag')
  expect((await bundle('messages')).zipped).toBeLessThan(1000)
  expect((await bundle('messages/en')).zipped).toBeLessThan(6000)
})

test('it is under 6 kB for a browser, and needs nothing else', async () => {
  const { zipped, metafile } = await bundle('client')
  expect(zipped).toBeLessThan(6000)
  expect(Object.keys(metafile.inputs).filter((file) => !/^dist\/client\/[\w-]+\.js$/.test(file))).toEqual([])
  const others = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
  expect(others).toEqual([])
})

test('postern/client/passkeys is under 3 kB beside the client, and needs nothing else', async () => {
  const { zipped, metafile } = await bundle('passkeys')
  expect(zipped).toBeLessThan(3000)
  expect(Object.keys(metafile.inputs).filter((file) => !/^dist\/client\/[\w-]+\.js$/.test(file))).toEqual([])
  expect(Object.keys(metafile.inputs)).not.toContain('dist/client/api.js')
  expect(await node("console.log(Object.keys(await import('postern/client/passkeys')).join())")).toBe(
    [
      ...['deletePasskey', 'finishWithPasskey', 'finishWithPasskeyInApp', 'listPasskeys', 'passkeyCapabilities'],
      ...['reauthenticateWithPasskey', 'registerPasskey', 'signInWithPasskey', 'signInWithPasskeyInApp'],
      ...['signalPasskeyDetails', 'withPasskey'],
    ].join(),
  )
})

test('postern/react is under 2 kB beside the client and React, which it does not bring', async () => {
  const { zipped, metafile } = await bundle('react', ['react'])
  expect(zipped).toBeLessThan(2000)
  expect(Object.keys(metafile.inputs).sort()).toEqual(
    ['react', 'use-action', 'use-session'].map((name) => `dist/client/${name}.js`),
  )
  // A server component may import it.
  expect(readFileSync(join(root, 'dist/client/react.js'), 'utf8')).toMatch(/^'use client'/)
  const { peerDependencies, peerDependenciesMeta } = manifest('dist/client/package.json')
  expect([peerDependencies, peerDependenciesMeta]).toEqual([{ react: '>=18' }, { react: { optional: true } }])
  expect(await node("console.log(Object.keys(await import('postern/react')).join())")).toBe(
    'SessionProvider,useAction,useSession',
  )
})

const frontEnd = `import { createClient, type ErrorOf } from 'postern/client'
import { codesOf } from 'postern/client/codes'
import { registerPasskey, signInWithPasskey } from 'postern/client/passkeys'
import { createTestingClient, testingFetch } from 'postern/testing'
const client = createClient({ baseUrl: location.origin })
const { data, error } = await client.POST('/v0/auth/forgot-password', { body: { email: 'ada@example.com' } })
if (error) error satisfies ErrorOf<'POST', '/v0/auth/forgot-password'>
else data satisfies undefined
const again = await client.forgotPassword({ body: { email: 'ada@example.com' } })
again.error satisfies ErrorOf<'forgotPassword'> | undefined
// @ts-expect-error no such path
await client.POST('/v0/auth/forgot', { body: {} })
const { data: passkey } = await registerPasskey(client, { name: 'Laptop' })
passkey?.credential_id satisfies string | undefined
const entered = await signInWithPasskey(client, { mediation: 'conditional', signal: AbortSignal.timeout(1000) })
if (entered.error?.code === 'browser:failed') entered.error.cause satisfies unknown
import * as english from 'postern/messages/en'
import { fieldSentenceOf, sentenceOf, type Sentences } from 'postern/messages'
if (error) sentenceOf(english, error) satisfies string
fieldSentenceOf(english, { path: '/password', rule: 'min_length', limit: 8 }) satisfies string
// @ts-expect-error a language that lacks sentences
const klingon: Sentences = { required: 'yIghItlh' }
const events = await client.GET('/v0/events')
events.data?.pipeThrough(new TextDecoderStream())
const fetch = testingFetch({ getSession: { session: null } })
const offline = createTestingClient({ baseUrl: location.origin, fetch })
for (const code of codesOf('signIn')) offline.force('signIn', code, { times: 1 })
`

describe('packed and installed in a folder of its own, by npm', () => {
  let home: string

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'postern-front-end-'))
    writeFileSync(join(home, 'package.json'), '{"type":"module","private":true}')
    const tarball = join(root, `dist/postern-${manifest('package.json').version}.tgz`)
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], { cwd: home })
    writeFileSync(join(home, 'front-end.ts'), frontEnd)
    const readme = readFileSync(join(home, 'node_modules/postern/README.md'), 'utf8')
    const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
    writeFileSync(join(home, 'explain.ts'), examples.find((code) => code.includes('satisfies never')) ?? '?')
    writeFileSync(join(home, 'lab.ts'), examples.find((code) => code.includes('postern/testing')) ?? '?')
    const [withReact = '?'] = [...readme.matchAll(/```tsx\n([\s\S]*?)```/g)].map(([, code]) => code)
    writeFileSync(join(home, 'form.tsx'), withReact)
  }, 120_000)
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  test('it is there whole, and brings nothing along [FD81]', async () => {
    expect(readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['postern'])
    expect(lstatSync(join(home, 'node_modules/postern')).isSymbolicLink()).toBe(false)
    expect(await node(firstCall, home)).toBe('client:unreachable')
  })

  test.each([{ module: 'nodenext' }, { module: 'esnext', moduleResolution: 'bundler' }])(
    'its types are whole where there is only a browser, and what its README teaches compiles: %j [FD81 FD84]',
    async (resolution) => {
      const lib = ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable']
      // As an application brings it.
      const types = join(home, 'node_modules/@types')
      if (!existsSync(types)) symlinkSync(join(root, 'node_modules/@types'), types)
      const options = { target: 'es2022', lib, types: [], strict: true, noEmit: true, jsx: 'react-jsx' }
      const compilerOptions = { ...resolution, ...options }
      writeFileSync(
        join(home, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: ['front-end.ts', 'explain.ts', 'lab.ts', 'form.tsx'] }),
      )
      const tsc = join(root, 'node_modules/typescript/bin/tsc')
      await expect(run(process.execPath, [tsc, '-p', home])).resolves.toBeTruthy()
    },
  )
})
