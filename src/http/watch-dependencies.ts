import type { FastifyBaseLogger } from 'fastify'
import { describeCause } from '../errors/cause.ts'
import { within } from '../waiting/within.ts'
import type { HealthCheck } from './health.ts'

const deadlineMs = 2000

type Options = {
  readonly checks: Readonly<Record<string, HealthCheck>>
  readonly log: FastifyBaseLogger
  readonly everyMs: number
}

/**
 * Runs each check at intervals, as `/health/ready` does, and logs when a dependency is lost and when it is back, even
 * while no request needs it.
 */
export function watchDependencies({ checks, log, everyMs }: Options) {
  const states = new Map<string, boolean>()
  const closing = new AbortController()

  async function look(name: string, check: HealthCheck): Promise<void> {
    const error = await within(deadlineMs, check()).then(
      () => undefined,
      (cause: unknown) => cause ?? new Error('it does not answer'),
    )
    const wasUp = states.get(name) ?? true
    states.set(name, error === undefined)
    if (closing.signal.aborted || wasUp === (error === undefined)) return
    if (error === undefined) log.info({ dependency: name }, 'a dependency is back')
    else log.warn({ dependency: name, cause: describeCause(error) }, 'a dependency is lost')
  }

  let looking: Promise<unknown> | undefined
  const timer = setInterval(() => {
    looking ??= Promise.all(Object.entries(checks).map(([name, check]) => look(name, check))).finally(() => {
      looking = undefined
    })
  }, everyMs)
  timer.unref()
  return {
    /** The last result of each check by name; a check that has not run yet is missing. */
    states: states as ReadonlyMap<string, boolean>,
    close: async (): Promise<void> => {
      closing.abort()
      clearInterval(timer)
      await looking
    },
  }
}
