import { createHash, timingSafeEqual } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'

/** Serves the metrics to callers with METRICS_TOKEN. */
export function metricsRoutes(app: App, { config, metrics }: Deps): void {
  const { metricsToken } = config
  if (metrics === undefined || metricsToken === undefined) return
  const fault = faults('user:unauthorized')
  const expected = digestOf(`Bearer ${metricsToken}`)
  app.route({
    method: 'GET',
    url: '/metrics',
    config: { access: 'public', database: 'none', codes: fault.codes },
    schema: { hide: true },
    handler: async (request, reply) => {
      if (!timingSafeEqual(digestOf(request.headers.authorization ?? ''), expected)) throw fault('user:unauthorized')
      const { contentType, text } = await metrics.read()
      return reply.type(contentType).send(text)
    },
  })
}

/** Digests have one length, so that they can be compared in constant time. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
