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
 * Asks each now and then, as `/health/ready` does: a line when one goes and one when it is back, also while no request
 * needs it.
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
    /** By name, as it was found last; nothing of what was not asked yet. */
    states: states as ReadonlyMap<string, boolean>,
    close: async (): Promise<void> => {
      closing.abort()
      clearInterval(timer)
      await looking
    },
  }
}
