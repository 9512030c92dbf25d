import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import { contractOf, forcedHeader } from '../http/headers.ts'
import type { NoteAnswer } from './answer.ts'
import type { Metrics } from './metrics.ts'

type Deps = { readonly config: Config; readonly log: FastifyBaseLogger; readonly metrics: Metrics | undefined }

const informative: ReadonlySet<string> = new Set(['trace', 'debug', 'info'])

/** Logs each answer and counts it in the metrics. Returns undefined if both are off. */
export function answerNoter({ config, log, metrics }: Deps): NoteAnswer | undefined {
  const logsAnswers = informative.has(config.logLevel)
  if (!logsAnswers && metrics === undefined) return undefined
  return (answer) => {
    metrics?.noteAnswer(answer)
    if (!logsAnswers) return
    const { requestId: reqId, method, route, status, code, seconds } = answer
    log.info({ reqId, method, route, status, code, ms: Math.round(seconds * 10_000) / 10 }, 'request')
  }
}

/**
 * Notes every answer except those to health checks and forced ones; for the latter the error lab notes the route's own
 * answer.
 */
export function noteAnswers(app: FastifyInstance, note: NoteAnswer | undefined): void {
  if (note === undefined) return
  app.addHook('onResponse', (request, reply, done) => {
    done()
    if (!reply.hasHeader(forcedHeader)) noteReply(note, request, reply)
  })
}

/** Notes the reply with its present status and code. */
export function noteReply(note: NoteAnswer, request: FastifyRequest, reply: FastifyReply): void {
  const { config, url: route } = request.routeOptions
  if (config.access === 'probe') return
  const code = reply.getHeader('x-error-code')
  note({
    requestId: request.id,
    method: request.method,
    route,
    status: reply.statusCode,
    code: typeof code === 'string' ? code : undefined,
    seconds: reply.elapsedTime / 1000,
    contract: contractOf(request.headers),
  })
}
