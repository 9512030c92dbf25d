import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { answers } from '../support/debian-package.ts'
import { blocksOf } from '../support/pages.ts'
import { installFromPypi } from '../support/python.ts'

type Identity = {
  readonly userId: string
  readonly sessionId: string
  readonly roles: readonly string[]
  readonly impersonatorId?: string
  readonly readOnly?: boolean
}
export type Verify = (request: { headers: Readonly<Record<string, string | undefined>> }) => Promise<Identity>
type Postern = { readonly origin: string }

/** Beside node_modules, where the page's code looks for what it imports. */
const folder = join(import.meta.dirname, '../../node_modules/.cache/forward-auth')

/** The page's program, with the keys of this Postern; nothing else of it changes. */
const documented = (language: string, { origin }: Postern): string => {
  const [program = ''] = blocksOf('forward-auth.md', 'Signed identity', language)
  return program.replace('https://auth.example.com/.well-known', `${origin}/.well-known`)
}

/** What docs/forward-auth.md tells an application on Node to do, with the keys of this Postern. */
export async function documentedVerification(postern: Postern): Promise<Verify> {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${randomUUID()}.mjs`)
  writeFileSync(file, documented('js', postern))
  const { whoIsSignedIn } = (await import(pathToFileURL(file).href)) as { readonly whoIsSignedIn: Verify }
  rmSync(file)
  return whoIsSignedIn
}

/** What an application says of a header that tells of nobody; it did not fail itself. */
export class Refused extends Error {}

/** An application that does what the page tells. */
export type Application = { readonly verify: Verify; stop(): void }

type Start = (postern: Postern) => Promise<Application | undefined>

/** Nothing where the language cannot be had. */
export const applications: Readonly<Record<'Node' | 'Python' | 'Go', Start>> = {
  Node: async (postern) => {
    const verify = await documentedVerification(postern)
    const refusing: Verify = (request) =>
      verify(request).catch((error: Error & { readonly code?: string }) => {
        throw error.code?.startsWith('ERR_J') ? new Refused(error.message) : error
      })
    return { verify: refusing, stop: () => {} }
  },
  Python: async (postern) => {
    const requirements = join(import.meta.dirname, 'verifiers/requirements.txt')
    const programs = await installFromPypi('verifiers', requirements).catch(() => undefined)
    if (programs === undefined) return undefined
    const home = aroundThePage('identity.py', documented('python', postern))
    return talkTo(spawn(join(programs, 'python'), [join(home, 'application.py')]), home)
  },
  // Compiling what it needs takes minutes the first time.
  Go: async (postern) => {
    if (process.env.PROOF === undefined || !(await answers('go', ['version']))) return undefined
    const home = aroundThePage('identity/identity.go', documented('go', postern))
    const options = { cwd: home, env: { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly' } }
    const go = (...parameters: string[]) => promisify(execFile)('go', parameters, options)
    const isThere = await go('mod', 'download').then(
      () => true,
      () => false,
    )
    if (!isThere) return undefined
    await go('build', '-trimpath', '-o', 'application', '.')
    return talkTo(spawn(join(home, 'application')), home)
  },
}

function aroundThePage(file: string, program: string): string {
  const home = mkdtempSync(join(tmpdir(), 'postern-application-'))
  cpSync(join(import.meta.dirname, 'verifiers'), home, { recursive: true })
  mkdirSync(join(home, file, '..'), { recursive: true })
  writeFileSync(join(home, file), program)
  return home
}

/** A header a line, as JSON, and a line that says who is signed in, or why nobody is. */
function talkTo(child: ChildProcessWithoutNullStreams, home: string): Application {
  let errors = ''
  child.stderr.on('data', (chunk) => (errors += String(chunk)))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    verify: async ({ headers }) => {
      child.stdin.write(`${JSON.stringify(headers['x-postern-identity'] ?? '')}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`the application ended: ${errors}`)
      const { refused, ...identity } = JSON.parse(value)
      if (refused !== undefined) throw new Refused(refused)
      return identity
    },
    stop: () => {
      child.kill()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
