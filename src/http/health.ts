import { z } from 'zod'
import type { App } from './app.ts'

/** Checks one dependency; rejects if it is not there. */
export type HealthCheck = () => Promise<void>

const report = z.object({
  status: z.enum(['up', 'degraded', 'down']),
  checks: z.record(z.string(), z.enum(['up', 'down'])),
})

const deadlineMs = 2000

/** The server cannot work without these; if another dependency is down, it is degraded. */
const essential: ReadonlySet<string> = new Set(['postgres', 'keys'])

export function healthRoutes(app: App, checks: Readonly<Record<string, HealthCheck>>): void {
  const look = lookerAt(checks)
  for (const [operationId, url] of Object.entries({ checkHealth: '/health-check', getLiveness: '/health/live' })) {
    app.route({
      method: 'GET',
      url,
      config: { access: 'probe', database: 'none' },
      schema: { operationId, summary: 'The process answers', tags: ['service'], response: { 204: z.void() } },
      handler: async (_request, reply) => reply.code(204).send(),
    })
  }
  app.route({
    method: 'GET',
    url: '/health/ready',
    config: { access: 'probe', database: 'none' },
    schema: {
      operationId: 'getReadiness',
      summary: 'The server can do its work',
      tags: ['service'],
      response: { 200: report, 503: report },
    },
    handler: async (_request, reply) => {
      const states = await look()
      const down = states.flatMap(([name, state]) => (state === 'down' ? [name] : []))
      const report = { checks: Object.fromEntries(states) }
      if (down.some((name) => essential.has(name))) return reply.code(503).send({ status: 'down', ...report })
      return reply.code(200).send({ status: down.length > 0 ? 'degraded' : 'up', ...report })
    },
  })
}

/** Whoever asks while one look is under way shares it: anybody may ask, and each look needs connections [AT2 AT23]. */
function lookerAt(checks: Readonly<Record<string, HealthCheck>>) {
  const lookNow = () =>
    Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await stateOf(check)] as const))
  let looking: ReturnType<typeof lookNow> | undefined
  return () => {
    looking ??= lookNow().finally(() => {
      looking = undefined
    })
    return looking
  }
}

async function stateOf(check: HealthCheck): Promise<'up' | 'down'> {
  const deadline = new Promise<'down'>((resolve) => setTimeout(resolve, deadlineMs, 'down').unref())
  const answer = check().then(
    () => 'up' as const,
    () => 'down' as const,
  )
  return Promise.race([answer, deadline])
}
