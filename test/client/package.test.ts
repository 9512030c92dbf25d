import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
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
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Contract } from '../../src/client/contract/contract.ts'
import { startOther } from './support.ts'

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
  expect(files.filter((path) => !/^(?:(?:messages|contract)\/)?[\w-]+\.(?:js|d\.ts)$/.test(path)).sort()).toEqual([
    'LICENSE',
    'README.md',
    'contract.json',
    'package.json',
  ])
  const own = manifest('dist/client/package.json')
  expect([own.version, own.dependencies]).toEqual([manifest('package.json').version, undefined])
})

test('the table of codes and the stand-in for tests are exports of their own [EL7]', async () => {
  const names = (path: string) => node(`console.log(Object.keys(await import('${path}')).join())`)
  expect(await names('postern/client/codes')).toBe('codesOf,routes,statusOf')
  expect(await names('postern/testing')).toBe('createTestingClient,testingFetch')
  expect((await bundle('codes')).zipped).toBeLessThan(5000)
})

test('postern/messages is under 1 kB, and a language under 6 kB', async () => {
  const names = (path: string) => node(`console.log(Object.keys(await import('${path}')).join())`)
  expect(await names('postern/messages')).toBe('fieldSentenceOf,fillIn,sentenceOf')
  expect(await names('postern/messages/en')).toBe('dir,sentences,tag')
  expect((await bundle('messages')).zipped).toBeLessThan(1000)
  expect((await bundle('messages/en')).zipped).toBeLessThan(6000)
})

test('it is under 6 kB for a browser, and needs nothing else', async () => {
  const { zipped, metafile } = await bundle('client')
  // Half of it is the names and paths of the operations, those of administration too.
  expect(zipped).toBeLessThan(6 * 1024)
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

  describe('postern-contract', () => {
    let contract: Contract
    let text: string
    beforeAll(() => {
      text = readFileSync(join(home, 'node_modules/postern/contract.json'), 'utf8')
      contract = JSON.parse(text)
      for (const name of ['typescript', '@types']) {
        const place = join(home, 'node_modules', name)
        if (!existsSync(place)) symlinkSync(join(root, 'node_modules', name), place)
      }
      writeFileSync(join(home, 'sign-out.ts'), exhaustive('signOut', 'POST /v0/auth/logout'))
      writeFileSync(join(home, 'devices.ts'), exhaustive('listDevices', 'GET /v0/auth/devices'))
      writeFileSync(join(home, 'me.ts'), profile)
      const compilerOptions = { module: 'esnext', moduleResolution: 'bundler', target: 'es2022', strict: true }
      const files = ['sign-out.ts', 'devices.ts', 'me.ts']
      writeFileSync(join(home, 'tsconfig.app.json'), JSON.stringify({ compilerOptions, files }))
      writeFileSync(join(home, 'tsconfig.all.json'), '{"files":[],"references":[{"path":"./tsconfig.app.json"}]}')
    })

    /** A switch over every code of an operation. */
    function exhaustive(operation: string, name: string): string {
      const codes = contract.operations.find(({ method, route }) => `${method} ${route}` === name)?.codes ?? []
      return `import type { CodeOf } from 'postern/client'
export function say(code: CodeOf<'${operation}'>): string {
  switch (code) {
${codes.map((code) => `    case '${code}':`).join('\n')}
      return 'known'
    default:
      return code satisfies never
  }
}
`
    }
    const profile = `import type { DataOf } from 'postern/client'
export const bio = (me: DataOf<'getMe'>) => me.bio
export const name = (me: DataOf<'getMe'>) => me.display_name
`
    const lineOf = (file: string, part: string) =>
      `${file}:${
        1 +
        readFileSync(join(home, file), 'utf8')
          .split('\n')
          .findIndex((line) => line.includes(part))
      }`

    /** As `npx postern-contract` in the front end's folder. */
    async function contractCommand(...args: readonly string[]) {
      const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` }
      const file = join(home, 'node_modules/.bin/postern-contract')
      const done = run(file, [...args], { cwd: home, env }).then(({ stdout, stderr }) => ({ code: 0, stdout, stderr }))
      const { code, stdout, stderr } = await done.catch((error) => error)
      return { code, out: stdout, err: stderr }
    }
    const changedTo = (change: (after: Contract) => void): string => {
      const after = structuredClone(contract)
      change(after)
      writeFileSync(join(home, 'after.json'), JSON.stringify(after))
      return 'after.json'
    }
    const operation = ({ operations }: Contract, name: string) => {
      const found = operations.find(({ method, route }) => `${method} ${route}` === name)
      if (found === undefined) throw new Error(`no ${name}`)
      return found as { codes: readonly string[]; fields: readonly string[] }
    }

    const gain = (after: Contract, name: string, what: 'codes' | 'fields', item: string) => {
      const one = operation(after, name)
      one[what] = [...one[what], item]
    }
    const lose = (after: Contract, name: string, what: 'codes' | 'fields', item: string) => {
      const one = operation(after, name)
      one[what] = one[what].filter((other) => other !== item)
    }

    test('lock keeps the contract of the installed package, of a file or of a server; without network but for that', async () => {
      const said = `Postern ${contract.version}, ${contract.operations.length} operations, ${Object.keys(contract.status).length} codes, ${contract.digest}\n`
      expect(await contractCommand('lock')).toEqual({ code: 0, out: `postern.lock.json: ${said}`, err: '' })
      expect(readFileSync(join(home, 'postern.lock.json'), 'utf8')).toBe(text)
      expect(await contractCommand('diff')).toEqual({
        code: 0,
        out: `0 break, 0 new; ${contract.operations.length} operations unchanged\n`,
        err: '',
      })
      const file = changedTo((after) => gain(after, 'GET /v0/user/me', 'fields', 'shoe_size'))
      expect((await contractCommand('lock', '--file', file, '--lock', 'other.json')).out).toBe(`other.json: ${said}`)
      const server = await startOther((request, response) => {
        void response.writeHead(request.url === '/v0/contract' ? 200 : 404).end(readFileSync(join(home, file)))
      })
      const diff = await contractCommand('diff', '--server', `${server.baseUrl}/`, '--project', 'tsconfig.app.json')
      expect([diff.code, diff.out]).toEqual([
        2,
        `GET /v0/user/me   + field shoe_size\n0 break, 1 new; ${contract.operations.length - 1} operations unchanged\n`,
      ])
      expect((await contractCommand('diff', '--server', server.baseUrl, '--lock', 'other.json')).code).toBe(0)
      await server.close()
    })

    test.each(['tsconfig.app.json', 'tsconfig.all.json'])(
      'diff names the lines that do not handle what is new, and those that use what is gone: %s',
      async (project) => {
        await contractCommand('lock')
        const file = changedTo((after) => {
          for (const name of ['POST /v0/auth/logout', 'GET /v0/auth/devices', 'POST /v0/auth/login'])
            gain(after, name, 'codes', 'user:impersonated')
          Object.assign(after.status, { 'user:impersonated': 403 })
          Object.assign(after.since, { 'user:impersonated': '0.4.0' })
          lose(after, 'GET /v0/user/me', 'fields', 'bio')
          lose(after, 'GET /v0/auth/devices', 'codes', 'user:banned')
        })
        const added = '+ user:impersonated (since 0.4.0)'
        expect(await contractCommand('diff', '--file', file, '--project', project)).toEqual({
          code: 1,
          out: [
            `GET /v0/auth/devices   - user:banned                       used: ${lineOf('devices.ts', 'user:banned')}`,
            `GET /v0/auth/devices   ${added}   not handled: ${lineOf('devices.ts', 'never')}`,
            `POST /v0/auth/login    ${added}`,
            `POST /v0/auth/logout   ${added}   not handled: ${lineOf('sign-out.ts', 'never')}`,
            'GET /v0/user/me        - field bio                         used: me.ts:2',
            `2 break, 3 new; ${contract.operations.length - 4} operations unchanged`,
            '',
          ].join('\n'),
          err: '',
        })
        expect(readdirSync(join(home, 'node_modules/.cache'))).toEqual([])
      },
    )

    test('without TypeScript it says so, and what it can; --all names the rest', async () => {
      await contractCommand('lock')
      const file = changedTo((after) => gain(after, 'POST /v0/auth/logout', 'codes', 'user:impersonated'))
      const { code, out, err } = await contractCommand('diff', '--file', file, '--project', 'none.json', '--all')
      expect([code, out.match(/^.*= unchanged \(\d+ codes\)$/gm)?.length]).toEqual([2, contract.operations.length - 1])
      expect(err).toBe('No TypeScript or no none.json is here, so what is not handled was not looked for.\n')
    })

    test('exits with 3 and a sentence where it cannot tell', async () => {
      writeFileSync(join(home, 'garbage.json'), randomBytes(1000))
      writeFileSync(join(home, 'page.json'), '<html>')
      writeFileSync(join(home, 'huge.json'), `{"version":"${'x'.repeat(50_000_000)}"}`)
      const noContract = 'is no contract, which GET /v0/contract answers and postern-contract lock writes.\n'
      const server = await startOther((request, response) => {
        if (request.url === '/huge/v0/contract') return void response.end(readFileSync(join(home, 'huge.json')))
        if (request.url === '/cut/v0/contract') {
          return void response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy())
        }
        if (request.url === '/page/v0/contract') return void response.end('<html>')
        void response.writeHead(404).end()
      })
      const { baseUrl } = server
      for (const [args, err] of [
        [['diff', '--lock', 'none.json'], 'There is no none.json. postern-contract lock writes it.\n'],
        [['diff', '--file', 'none.json'], 'There is no none.json.\n'],
        [['diff', '--file', '.'], '. cannot be read: EISDIR.\n'],
        [['diff', '--file', 'garbage.json'], `garbage.json ${noContract}`],
        [['lock', '--file', 'page.json'], `page.json ${noContract}`],
        [['lock', '--file', 'huge.json'], 'huge.json is no contract: it is longer than 5 MB.\n'],
        [['lock', '--server', 'x'], 'x is no address of a server, such as https://auth.example.com.\n'],
        [['lock', '--server', 'http://127.0.0.1:1'], 'http://127.0.0.1:1/v0/contract does not answer.\n'],
        [['lock', '--server', `${baseUrl}/page`], `${baseUrl}/page/v0/contract ${noContract}`],
        [['lock', '--server', `${baseUrl}/cut`], `${baseUrl}/cut/v0/contract did not answer completely.\n`],
        [
          ['lock', '--server', `${baseUrl}/huge`],
          `${baseUrl}/huge/v0/contract answers no contract: it is longer than 5 MB.\n`,
        ],
        [
          ['lock', '--server', `${baseUrl}/x`],
          `${baseUrl}/x/v0/contract answers 404. Is it a Postern, and one that has GET /v0/contract?\n`,
        ],
      ] as const) {
        if (args[0] === 'diff') await contractCommand('lock')
        expect([args, await contractCommand(...args)]).toEqual([args, { code: 3, out: '', err }])
      }
      await server.close()
      for (const args of [
        [],
        ['look'],
        ['lock', 'more'],
        ['diff', '--what'],
        ['lock', '--file', 'a', '--server', 'b'],
      ]) {
        const { code, out, err } = await contractCommand(...args)
        expect([args, code, out, err.includes('postern-contract lock    keeps')]).toEqual([args, 3, '', true])
      }
    })
  })
})
