import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Exchange } from '../exchange.ts'
import type { FuzzedServer } from '../fuzzed-server.ts'
import { described, type Ledger } from '../ledger.ts'
import { installSchemathesis } from './install.ts'

export type Exploration = {
  readonly server: FuzzedServer
  readonly ledger: Ledger
  /** Who asks: nobody, or the session of somebody. */
  readonly token?: string
  readonly examplesAnOperation: number
  readonly seed: number
}

/** Its stream never ends; the other parts read its head. */
const excluded = ['GET /v0/events']
/** Would leave the rest of the run signed out; nobody, and the model of a life, ask them. */
const endsOwnSession = ['POST /v0/auth/logout', 'DELETE /v0/auth/sessions/{management_id}']

/** It adds an empty cookie to a header that is right and demands a refusal; an empty cookie is none. Nobody's run has the check. */
const unfit = ['--exclude-checks', 'ignored_auth']

/** Lets schemathesis ask what the OpenAPI document permits and forbids; throws with what it, or our own oracle, found. */
export async function explore({ server, ledger, token, examplesAnOperation, seed }: Exploration): Promise<void> {
  const program = await installSchemathesis()
  const folder = mkdtempSync(join(tmpdir(), 'postern-schemathesis-'))
  const report = join(folder, 'report.ndjson')
  const skipped = token === undefined ? excluded : [...excluded, ...endsOwnSession]
  const child = spawn(
    program,
    [
      ...['--no-color', '--config-file', join(import.meta.dirname, 'schemathesis.toml')],
      ...['run', `${server.origin}/openapi.json`, '--url', server.origin, '--workers', '1'],
      ...['--max-examples', String(examplesAnOperation), '--seed', String(seed)],
      ...['--report', 'ndjson', '--report-ndjson-path', report],
      ...skipped.flatMap((name) => ['--exclude-name', name]),
      ...(token === undefined ? [] : ['--header', `Authorization: Bearer ${token}`, ...unfit]),
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const [code] = (await once(child, 'close')) as [number]
  const broken = await judgeAll(report, ledger)
  rmSync(folder, { recursive: true, force: true })
  if (broken.length > 0)
    throw new Error(`${broken.length} answers break the contract; the shortest:\n${shortest(broken)}`)
  if (code !== 0) throw new Error(`schemathesis, seed ${seed}:\n${output.slice(0, 20_000)}`)
}

const shortest = (texts: readonly string[]): string | undefined => texts.toSorted((a, b) => a.length - b.length)[0]

type Bytes = { readonly $base64: string }
type Names = Readonly<Record<string, readonly string[]>>
type Interaction = {
  readonly request: { readonly method: string; readonly uri: string; readonly headers: Names; readonly body?: Bytes }
  readonly response?: { readonly status_code: number; readonly headers: Names; readonly content?: Bytes }
}
type Line = {
  readonly ScenarioFinished?: { readonly recorder: { readonly interactions: Readonly<Record<string, Interaction>> } }
}

/** Every answer that schemathesis was given, by the same oracle as all others; gives what breaks the contract. */
async function judgeAll(report: string, ledger: Ledger): Promise<string[]> {
  const broken: string[] = []
  for await (const text of createInterface({ input: createReadStream(report) })) {
    const { ScenarioFinished: finished } = JSON.parse(text) as Line
    for (const interaction of Object.values(finished?.recorder.interactions ?? {})) {
      const exchange = exchangeOf(interaction)
      const breaches = ledger.note('schemathesis', exchange)
      if (breaches.length > 0) broken.push(`${breaches.join('\n')}\n${described(exchange)}`)
    }
  }
  return broken
}

function exchangeOf({ request, response }: Interaction): Exchange {
  const { pathname, search } = new URL(request.uri)
  const lower = (names: Names) =>
    Object.fromEntries(Object.entries(names).map(([name, values]) => [name.toLowerCase(), values]))
  return {
    method: request.method,
    target: pathname + search,
    sent: lower(request.headers),
    status: response?.status_code ?? 0,
    headers: lower(response?.headers ?? {}),
    body: Buffer.from(response?.content?.$base64 ?? '', 'base64'),
  }
}
