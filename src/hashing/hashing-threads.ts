import { readdirSync, readFileSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import type { FastifyBaseLogger } from 'fastify'
import { describeCause } from '../errors/cause.ts'

/** Those that libuv has by itself. */
const fewestThreads = 4
/** For file access, names that are looked up, and compression: they must not wait behind passwords. */
const otherThreads = 2

/**
 * libuv has four threads for what blocks, however many hashes may run at once; it reads this with the first work for
 * them.
 */
export function makeRoomForHashing(concurrency: number): void {
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(fewestThreads, concurrency + otherThreads))
}

/** As `nice -n 5`: a third of what the event loop is given where both want the same core. */
const niceness = 5

/**
 * Puts the threads that hash passwords behind the event loop, which everybody waits for, and mostly for microseconds:
 * of equal rank it waits for whole time slices of theirs. Only Linux ranks threads. They are there once one of them was
 * used.
 */
export function rankHashingThreads(log: FastifyBaseLogger): void {
  if (process.platform !== 'linux') return
  try {
    const rank = Math.min(getPriority() + niceness, constants.priority.PRIORITY_LOW)
    for (const thread of readdirSync('/proc/self/task')) {
      const name = readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim()
      if (name === 'libuv-worker') setPriority(Number(thread), rank)
    }
  } catch (error) {
    log.debug({ cause: describeCause(error) }, 'the threads that hash passwords keep their rank')
  }
}
