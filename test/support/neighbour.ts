import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { vi } from 'vitest'

/** A program that stands before what Postern uses. */
export type Neighbour = { signal(signal: NodeJS.Signals): void; stop(): Promise<void> }

type Options = {
  readonly program: string
  readonly parameters: readonly string[]
  readonly port: number
  /** Some do not run as root, and some sockets are for one account alone. */
  readonly account?: { readonly uid: number; readonly gid: number }
}

/** Resolves once it takes connections. */
export async function startNeighbour({ program, parameters, port, account }: Options): Promise<Neighbour> {
  const child = spawn(program, [...parameters], { stdio: ['ignore', 'pipe', 'pipe'], ...account })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)))
  const ended = once(child, 'close')
  const killNow = (): boolean => child.kill('SIGKILL')
  process.once('exit', killNow)
  await vi.waitFor(
    async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended: ${text}`)
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect').finally(() => socket.destroy())
    },
    { timeout: 10_000, interval: 50 },
  )
  return {
    signal: (signal) => void child.kill(signal),
    stop: async () => {
      killNow()
      await ended
      process.off('exit', killNow)
    },
  }
}
