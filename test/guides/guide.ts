import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { startServerProcess } from '../support/server-process.ts'

const root = join(import.meta.dirname, '../..')

export const textOf = (name: string): string => readFileSync(join(root, 'docs/guides', `${name}.md`), 'utf8')

type Variables = Readonly<Record<string, string>>

type Block = { readonly language: string; readonly text: string }

export const blocksOf = (name: string): Block[] =>
  [...textOf(name).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({ language, text }))

/** The first line of a block names the file that it is, as a comment of its language. */
const fileName = /^(?:\/\/|#|--|<!--|\/\*) *([\w@.[\]()/+-]*\.?\w+)(?: *(?:-->|\*\/))?\n/

/** The block's first line where it is not for the project's folder but for Postern's. */
const ofPostern = "# In Postern's folder\n"

/** What a newcomer does: each file written as it stands there, each command given, in their order. */
export function scriptOf(name: string): string {
  return blocksOf(name)
    .map(({ language, text }) => {
      if (language === 'sh') return text.startsWith(ofPostern) ? '' : text
      const [, file] = fileName.exec(text) ?? []
      return file === undefined
        ? ''
        : `mkdir -p "$(dirname '${file}')"\ncat > '${file}' <<'END OF FILE'\n${text}END OF FILE\n`
    })
    .join('')
}

/** A file of the guide, by the name in its first line. */
export function fileOf(name: string, file: string): string {
  const block = blocksOf(name).find(({ text }) => fileName.exec(text)?.[1] === file)
  if (block === undefined) throw new Error(`docs/guides/${name}.md has no ${file}`)
  return block.text
}

/** The variables with which the guide starts Postern. */
function variablesOf(name: string): Variables {
  const commands = blocksOf(name).filter(({ text }) => text.startsWith(ofPostern))
  const assigned = commands.flatMap(({ text }) => [...text.matchAll(/\b([A-Z][A-Z_]+)=(\S+)/g)])
  return Object.fromEntries(assigned.map(([, variable = '', value = '']) => [variable, value]))
}

/** A first start, in development, with the server's own defaults. */
export async function startPostern(variables: Variables = {}) {
  const database = await createDatabase(inject('postgresUrl'))
  const folder = mkdtempSync(join(tmpdir(), 'postern-guide-data-'))
  const env = { APP_ENV: 'development', DATABASE_URL: database.url, DATA_DIR: join(folder, 'data') }
  const server = await startServerProcess({ ...env, ...variables })
  return {
    origin: server.origin.replace('127.0.0.1', 'localhost'),
    stop: async () => {
      await server.stop()
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type Followed = {
  /** Where Postern is. */
  readonly postern: string
  /** Where what the guide builds is. */
  readonly origin: string
  stop(): Promise<void>
}

/**
 * The guide followed to its end in a fresh folder, until what it builds answers. Nothing of it changes but two ports, so that it runs beside
 * whatever else this machine does: Postern's 8080, and its own, which is that of `place`.
 */
export async function follow(name: string, place: string, own: Variables = {}): Promise<Followed> {
  const written = new URL(place).port
  const port = String(await freePort())
  const local = (text: string): string => text.replaceAll(written, port)
  const variables = Object.entries({ ...variablesOf(name), ...own }).map(([variable, value]) => [
    variable,
    local(value),
  ])
  const postern = await startPostern(Object.fromEntries(variables))
  const script = local(scriptOf(name)).replaceAll('localhost:8080', new URL(postern.origin).host)
  const project = run(script, port)
  const stop = async (): Promise<void> => {
    await project.stop()
    await postern.stop()
  }
  const origin = local(place)
  try {
    while (!(await answers(origin))) {
      project.expectRunning()
      await sleep(200)
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { postern: postern.origin, origin, stop }
}

const answers = (origin: string): Promise<boolean> =>
  fetch(origin, { redirect: 'manual' }).then(
    () => true,
    () => false,
  )

function run(script: string, port: string) {
  const home = mkdtempSync(join(tmpdir(), 'postern-guide-'))
  const folder = join(home, 'projects')
  mkdirSync(folder)
  // Beside the project, as the guides have it.
  symlinkSync(root, join(folder, 'postern'))
  const child: ChildProcess = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    // At a terminal npx asks whether it may install what it runs.
    env: { ...withoutVitest(process.env), npm_config_yes: 'true', CI: '1', PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, which ends as a whole: commands start others.
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)))
  const ended = once(child, 'close')
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, signal)
  }
  const killNow = (): void => signalGroup('SIGKILL')
  process.once('exit', killNow)
  return {
    expectRunning: () => {
      if (child.exitCode !== null) throw new Error(`the guide's commands ended with ${child.exitCode}: ${output}`)
    },
    stop: async () => {
      signalGroup('SIGTERM')
      await ended
      process.off('exit', killNow)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

const withoutVitest = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(?:NODE_ENV|NODE_OPTIONS|VITEST.*|GUIDES|TEST)$/.test(name)),
  )
