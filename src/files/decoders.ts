import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fairQueue } from '../waiting/fair-queue.ts'
import type { Decoded, DecodeOrder } from './decode-order.ts'

/** Processes that decode pictures. They are started when needed, as each takes half the memory of a server. */
export type Decoders = {
  /**
   * Resolves to undefined if the picture took too much time or memory; its process is then gone.
   * @param network the widest network that the sender may have: networks share the turns fairly, as accounts cost
   * nothing
   * @throws {QueueFullError} if it would have to wait too long
   */
  decode(network: string, order: DecodeOrder): Promise<Decoded | undefined>
  close(): void
}

const places = 2
/**
 * Wall-clock bound set by the parent, should the process hang. Its own bound of two seconds of processor time may take
 * longer than that on a busy machine.
 */
const usualDeadlineMs = 10_000
const startWithinMs = 20_000
const idleMs = 30_000
const program = fileURLToPath(new URL(`./decoder${extname(import.meta.url)}`, import.meta.url))

export function openDecoders({ deadlineMs = usualDeadlineMs } = {}): Decoders {
  const idle = new Set<Decoder>()
  const all = new Set<Decoder>()
  let isClosed = false
  const queue = fairQueue({
    places,
    placesOfOne: 1,
    mostWaiting: 16,
    mostWaitingOfOne: 4,
    deadlineMs: 20_000,
    modestMs: 1000,
  })

  async function decodeWith(decoder: Decoder, order: DecodeOrder): Promise<Decoded | undefined> {
    all.add(decoder)
    let decoded: Decoded | undefined
    try {
      decoded = await decoder.decode(order, deadlineMs)
      return decoded
    } finally {
      if (decoded !== undefined && !isClosed) idle.add(decoder.rest(() => forget(decoder)))
      else forget(decoder)
    }
  }

  function forget(decoder: Decoder): void {
    idle.delete(decoder)
    all.delete(decoder)
    decoder.end()
  }

  return {
    decode: (network, order) =>
      queue(network, () => {
        const [rested] = idle
        if (rested) idle.delete(rested)
        return decodeWith(rested ?? startDecoder(), order)
      }),
    close: () => {
      isClosed = true
      for (const decoder of all) forget(decoder)
    },
  }
}

type Decoder = ReturnType<typeof startDecoder>

function startDecoder() {
  const child = fork(program, {
    // The process gets none of the server's environment, which holds secrets.
    env: { MALLOC_ARENA_MAX: '2' },
    execArgv: ['--max-old-space-size=128'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  child.on('error', () => undefined)
  const ready = answerOf(child, startWithinMs)
  let timer: NodeJS.Timeout | undefined

  const decoder = {
    decode: async (order: DecodeOrder, deadlineMs: number): Promise<Decoded | undefined> => {
      clearTimeout(timer)
      if ((await ready) === undefined) throw new Error('the process that decodes pictures did not start')
      child.send(order, () => undefined)
      return (await answerOf(child, deadlineMs)) as Decoded | undefined
    },
    /** Ends the process after `idleMs` without work. */
    rest: (end: () => void) => {
      timer = setTimeout(end, idleMs).unref()
      return decoder
    },
    end: () => {
      clearTimeout(timer)
      child.kill('SIGKILL')
    },
  }
  return decoder
}

/** The process's next message. Resolves to undefined if it exits, or does not send one in time. */
async function answerOf(child: ChildProcess, withinMs: number): Promise<unknown> {
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), withinMs)
  const abort = (): void => over.abort()
  child.once('exit', abort)
  try {
    const [answer] = await once(child, 'message', { signal: over.signal })
    return answer
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
    child.off('exit', abort)
  }
}
