import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, beforeEach } from 'vitest'

/** What Fastify handled since the test began: an answer before Fastify is none of it. */
export function useHandled(): { count: number } {
  const handled = { count: 0 }
  const note = (): void => void handled.count++
  beforeEach(() => {
    handled.count = 0
    subscribe('tracing:fastify.request.handler:start', note)
  })
  afterEach(() => void unsubscribe('tracing:fastify.request.handler:start', note))
  return handled
}
