import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import type { TestApp } from './app.ts'
import { keepSecret, keepText } from './canary.ts'
import { freePort } from './free-port.ts'
import { likeFirst } from './one-server.ts'
import { programFile } from './programs.ts'

export type ServerProcess = {
  readonly origin: string
  readonly pid: number
  /** All that it wrote. */
  output(): string
  kill(signal: NodeJS.Signals): void
  stop(): Promise<void>
}

/** Every process would compile the same modules anew. */
const ofTests = { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: join(tmpdir(), 'postern-compile-cache') }

/** The API as a process of its own, as an operator starts it, once it is ready; nothing of the tests' environment gets through. */
export async function startServerProcess(
  env: Readonly<Record<string, string>>,
  file = programFile('main'),
): Promise<ServerProcess> {
  const PORT = String(await freePort())
  const child: ChildProcess = spawn(process.execPath, [file], {
    env: { ...ofTests, PORT, APP_ENV: 'test', LOG_LEVEL: 'trace', ...likeFirst(env.DATABASE_URL), ...env },
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += String(chunk)))
  const ended = once(child, 'close').finally(() => keepText('logs', text))
  const origin = `http://127.0.0.1:${PORT}`
  await vi.waitFor(
    async () => {
      if (child.exitCode !== null) throw new Error(`the server ended: ${text}`)
      const { status } = await fetch(`${origin}/health/ready`)
      if (status !== 200) throw new Error(`the server answered ${status}`)
    },
    { timeout: 20_000, interval: 50 },
  )
  return {
    origin,
    pid: child.pid ?? 0,
    output: () => text,
    kill: (signal) => void child.kill(signal),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** A command of `npm run admin` as an operator runs it, on the database and with the keys of the app. */
export function runAdmin(
  { config }: Pick<TestApp, 'config'>,
  parameters: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<{ code: number; out: string; err: string }> {
  const env = {
    ...ofTests,
    APP_ENV: 'test',
    DATABASE_URL: config.databaseUrl ?? '',
    DATA_DIR: config.dataDir,
    KEYS_DIR: config.keysDir,
    ...more,
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [programFile('cli'), ...parameters], { env, cwd: tmpdir() }, (error, out, err) => {
      keepText('logs', err)
      // Of a webhook: to be shown once, to who added it.
      keepSecret(/^secret (\S+)/m.exec(out)?.[1])
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
  })
}
