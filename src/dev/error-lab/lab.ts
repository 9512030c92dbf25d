import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../../config/config.ts'
import type { DomainError } from '../../errors/fault.ts'
import { answerError, type ErrorOptions } from '../../errors/plugin.ts'
import { forcedHeader, securityHeaders } from '../../http/headers.ts'
import { errorOf, outcomeOf, replaceAnswer, writeMistake, writeProxyPage } from './answer.ts'
import { type DocumentedRoutes, documentedRoutes } from './documented.ts'
import { asksForForce, type FittingOrder, orderFinder } from './find-order.ts'
import { type LabRules, labRules } from './rules.ts'

type Forced = { readonly at: string; readonly route: string; readonly outcome: string }
type AnswerBefore = (request: IncomingMessage, response: ServerResponse) => boolean

export type ErrorLab = {
  readonly rules: LabRules
  readonly routes: DocumentedRoutes
  /** The newest first. */
  readonly answers: () => readonly Forced[]
}

const shownAnswers = 10

/** What answers before Fastify does would not look at the order. */
export const unlessForced =
  (answer: AnswerBefore): AnswerBefore =>
  (request, response) =>
    !asksForForce(request) && answer(request, response)

/**
 * Any error that a route declares, on demand: docs/error-lab.md. Its hooks stand behind those that every answer passes,
 * and before every guard, so that a forced answer counts nothing, costs nothing and says all that the real one says.
 */
export function openErrorLab(app: FastifyInstance, config: Config, errors: ErrorOptions): ErrorLab {
  const routes = documentedRoutes(app)
  const rules = labRules()
  const findOrder = orderFinder(config, routes, rules)
  const always = securityHeaders(config)
  const answers: Forced[] = []
  const afterwards = new WeakMap<FastifyRequest, { order: FittingOrder; error: DomainError }>()
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())

  function note(request: FastifyRequest, order: FittingOrder, route: string): void {
    const outcome = outcomeOf(order)
    request.log.info({ reqId: request.id, route, outcome, phase: order.phase }, 'answered by force')
    answers.unshift({ at: new Date().toISOString(), route, outcome })
    answers.length = Math.min(answers.length, shownAnswers)
  }

  app.addHook('onRequest', async (request, reply) => {
    if (!asksForForce(request.raw)) return
    const found = findOrder(request)
    if (found === undefined) return
    if ('mistake' in found) return reply.serializer(String).send(writeMistake(found.mistake, request, reply, errors))
    const { order, route } = found
    note(request, order, `${route.method} ${route.path}`)
    const error = errorOf(order, route)
    if (order.phase === 'after') {
      afterwards.set(request, { order, error })
      return
    }
    await holdBack(order, request, closing.signal)
    if (order.answer === 'drop') return cut(request, reply)
    reply.header(forcedHeader, '1')
    if (order.answer === 'garbage') return reply.serializer(String).send(writeProxyPage(reply))
    return answerError(error, request, reply, errors)
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const forced = afterwards.get(request)
    if (forced === undefined) return payload
    if (payload instanceof Readable) payload.destroy()
    await holdBack(forced.order, request, closing.signal)
    if (forced.order.answer === 'drop') {
      cut(request, reply)
      // Nothing more is sent, nor waited for.
      return new Promise(() => {})
    }
    const body = replaceAnswer(forced, request, reply, { ...errors, always })
    reply.header(forcedHeader, '1')
    return body
  })
  return { rules, routes, answers: () => answers }
}

/** Not for a client that has left, nor for a server that closes. */
async function holdBack({ delayMs = 0 }: FittingOrder, { raw }: FastifyRequest, closing: AbortSignal): Promise<void> {
  if (delayMs === 0) return
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, closing])
  const left = once(raw.socket, 'close', { signal })
  await Promise.race([sleep(delayMs, undefined, { signal }), left]).catch(() => {})
  over.abort()
  await left.catch(() => {})
}

function cut({ raw }: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack()
  raw.socket.destroy()
  return reply
}
