import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** A program that is started anew whenever it ends, as an operator's supervisor does. */
export type Supervised = {
  readonly name: string
  readonly origin: string
  /** What it did since it serves; counted by whoever sees it. */
  served: number
  /** Serving, as far as is known. */
  isUp(): boolean
  /** How often it was started. */
  starts(): number
  /** Ended by itself after it had served: never what it should do. */
  readonly ownEnds: readonly string[]
  /** Names of the processes that were killed. */
  readonly killed: readonly string[]
  /** Resolves once it serves. */
  up(): Promise<void>
  /** SIGKILL, which resolves when it is dead; it is started at once. */
  kill(): Promise<void>
  signal(signal: NodeJS.Signals): void
  stop(): Promise<void>
}

type Options = {
  readonly name: string
  readonly file: string
  readonly origin: string
  /** A path that answers 2xx or 401 once it serves. */
  readonly readyPath: string
  /** Environment of the start, which has a name of its own. */
  readonly env: (startName: string) => Readonly<Record<string, string>>
}

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null

export function supervise({ name, file, origin, readyPath, env }: Options): Supervised {
  const ownEnds: string[] = []
  const killed: string[] = []
  let starts = 0
  let child: ChildProcess | undefined
  let isUp = false
  let isStopped = false
  let becameUp = Promise.withResolvers<void>()
  const noteDown = (): void => {
    if (isUp) becameUp = Promise.withResolvers<void>()
    isUp = false
  }

  async function untilServing(started: ChildProcess, ended: Promise<unknown>): Promise<void> {
    while (isRunning(started)) {
      const status = await fetch(origin + readyPath, { signal: AbortSignal.timeout(1000) }).then(
        (reply) => reply.status,
        () => 500,
      )
      if (status < 500) return
      await Promise.race([sleep(20), ended])
    }
  }

  async function runOnce(): Promise<void> {
    const startName = `${name}-${++starts}`
    const started = spawn(process.execPath, [file], {
      env: { PATH: process.env.PATH ?? '', ...env(startName) },
      cwd: tmpdir(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    let text = ''
    for (const stream of [started.stdout, started.stderr])
      stream?.on('data', (chunk) => (text = (text + String(chunk)).slice(-4000)))
    const ended = once(started, 'close')
    await untilServing(started, ended)
    isUp = isRunning(started)
    if (isUp) {
      program.served = 0
      becameUp.resolve()
    }
    const wasUp = isUp
    const [code, signal] = await ended
    noteDown()
    if (signal === 'SIGKILL') killed.push(startName)
    else if (wasUp && !isStopped) ownEnds.push(`${startName} ended with ${code ?? signal}: ${text}`)
    // A start that failed, as without PostgreSQL, is tried again.
    if (!wasUp && !isStopped) await sleep(100)
  }
  const program: Supervised = {
    name,
    origin,
    served: 0,
    isUp: () => isUp,
    starts: () => starts,
    ownEnds,
    killed,
    up: () => (isUp ? Promise.resolve() : becameUp.promise),
    kill: async () => {
      const over = dead()
      noteDown()
      child?.kill('SIGKILL')
      await over
    },
    signal: (signal) => void child?.kill(signal),
    stop: async () => {
      isStopped = true
      child?.kill('SIGTERM')
      await running
    },
  }
  const running = (async () => {
    while (!isStopped) await runOnce()
  })()
  const dead = async (): Promise<void> => {
    const dying = child
    if (dying && isRunning(dying)) await once(dying, 'close')
  }
  return program
}
