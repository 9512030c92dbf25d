import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { blocksOf } from '../support/pages.ts'

type Identity = { readonly userId: string; readonly sessionId: string; readonly roles: readonly string[] }
export type Verify = (request: { headers: Readonly<Record<string, string | undefined>> }) => Promise<Identity>

/** Beside node_modules, where the page's code looks for what it imports. */
const folder = join(import.meta.dirname, '../../node_modules/.cache/forward-auth')

/** What docs/forward-auth.md tells an application on Node to do, with the keys of this Postern. */
export async function documentedVerification({ origin }: { readonly origin: string }): Promise<Verify> {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${randomUUID()}.mjs`)
  const [program = ''] = blocksOf('forward-auth.md', 'Signed identity', 'js')
  writeFileSync(file, program.replace('https://auth.example.com/.well-known', `${origin}/.well-known`))
  const { whoIsSignedIn } = (await import(pathToFileURL(file).href)) as { readonly whoIsSignedIn: Verify }
  rmSync(file)
  return whoIsSignedIn
}
