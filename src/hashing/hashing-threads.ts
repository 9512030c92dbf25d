import { readdirSync, readFileSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import type { FastifyBaseLogger } from 'fastify'
import { describeCause } from '../errors/cause.ts'

/** The default of libuv. */
const fewestThreads = 4
/** Threads for file access, DNS look-ups and compression, which must not wait behind passwords. */
const otherThreads = 2

/**
 * Gives libuv enough threads for all concurrent hashes. libuv reads the variable when it first uses its thread pool.
 */
export function makeRoomForHashing(concurrency: number): void {
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(fewestThreads, concurrency + otherThreads))
}

/** Like `nice -n 5`: a third of the event loop's share when both want the same core. */
const niceness = 5

/**
 * Lowers the priority of the threads that hash passwords. At the same priority the event loop, which all requests wait
 * for, would wait for whole time slices of theirs. Only Linux has priorities of threads, and libuv starts its threads
 * when the first of them is used.
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
