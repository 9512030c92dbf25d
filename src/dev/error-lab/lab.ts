import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Config } from '../../config/config.ts'
import type { DomainError } from '../../errors/fault.ts'
import { answerError, type ErrorOptions } from '../../errors/plugin.ts'
import { forcedHeader, securityHeaders } from '../../http/headers.ts'
import type { AnswerBefore } from '../../http/server.ts'
import type { NoteAnswer } from '../../metrics/answer.ts'
import { noteReply } from '../../metrics/answers.ts'
import { errorOf, outcomeOf, replaceAnswer, writeMistake, writeProxyPage } from './answer.ts'
import { type DocumentedRoutes, documentedRoutes } from './documented.ts'
import { asksForForce, type FittingOrder, orderFinder } from './find-order.ts'
import { type LabRules, labRules } from './rules.ts'

type Forced = { readonly at: string; readonly route: string; readonly outcome: string }
/** A forced answer that replaces the route's own after the request was carried out. */
type Lost = { readonly order: FittingOrder; readonly error: DomainError }
type Options = {
  readonly routes: readonly RouteOptions[]
  readonly errors: ErrorOptions
  readonly note: NoteAnswer | undefined
}

export type ErrorLab = {
  readonly rules: LabRules
  readonly routes: DocumentedRoutes
  /** Newest first. */
  readonly answers: () => readonly Forced[]
}

const shownAnswers = 10

/** Keeps requests with an order from being answered before Fastify, where the order would be ignored. */
export const unlessForced =
  (answer: AnswerBefore): AnswerBefore =>
  (request, response) =>
    !asksForForce(request) && answer(request, response)

/**
 * Answers with any error that a route declares, on demand: docs/error-lab.md. Its hooks come after those that every
 * answer passes and before every guard, so a forced answer has all headers of a real one and uses up no limit.
 */
export function openErrorLab(
  app: FastifyInstance,
  config: Config,
  { routes: declared, errors, note }: Options,
): ErrorLab {
  const routes = documentedRoutes(declared)
  const rules = labRules()
  const findOrder = orderFinder(config, routes, rules)
  const always = securityHeaders(config)
  const answers: Forced[] = []
  const afterwards = new WeakMap<FastifyRequest, Lost>()
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())

  function remember(request: FastifyRequest, order: FittingOrder, route: string): void {
    const outcome = outcomeOf(order)
    request.log.info({ route, outcome, phase: order.phase }, 'answered by force')
    answers.unshift({ at: new Date().toISOString(), route, outcome })
    answers.length = Math.min(answers.length, shownAnswers)
  }

  /** Returns whether the request has been answered. */
  async function answerByForce(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const found = findOrder(request)
    if (found === undefined) return false
    if ('mistake' in found) return isSent(reply.serializer(String), writeMistake(found.mistake, request, reply, errors))
    const { order, route } = found
    remember(request, order, `${route.method} ${route.path}`)
    const error = errorOf(order, route)
    if (order.phase === 'after') {
      afterwards.set(request, { order, error })
      return false
    }
    await holdBack(order, request, closing.signal)
    if (order.answer === 'drop') return cut(request, reply)
    reply.header(forcedHeader, '1')
    if (order.answer === 'garbage') return isSent(reply.serializer(String), writeProxyPage(reply))
    answerError(error, request, reply, errors)
    return true
  }
  app.addHook('onRequest', (request, reply, done) => {
    if (!asksForForce(request.raw)) return done()
    answerByForce(request, reply).then((isAnswered) => isAnswered || done(), done)
  })

  /** Returns what is sent in place of the route's own answer, or undefined if the connection was cut. */
  async function loseAnswer(forced: Lost, request: FastifyRequest, reply: FastifyReply): Promise<string | undefined> {
    await holdBack(forced.order, request, closing.signal)
    if (forced.order.answer === 'drop') {
      cut(request, reply)
      return undefined
    }
    const body = replaceAnswer(forced, request, reply, { ...errors, always })
    reply.header(forcedHeader, '1')
    return body
  }
  app.addHook('onSend', (request, reply, payload, done) => {
    const forced = afterwards.get(request)
    if (forced === undefined) return done(null, payload)
    // The request was carried out, and its real answer can be noted only here.
    if (note) noteReply(note, request, reply)
    if (payload instanceof Readable) payload.destroy()
    loseAnswer(forced, request, reply).then((body) => body === undefined || done(null, body), done)
  })
  return { rules, routes, answers: () => answers }
}

/** Waits for the order's delay, unless the client leaves or the server closes. */
async function holdBack({ delayMs = 0 }: FittingOrder, { raw }: FastifyRequest, closing: AbortSignal): Promise<void> {
  if (delayMs === 0) return
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, closing])
  const left = once(raw.socket, 'close', { signal })
  await Promise.race([sleep(delayMs, undefined, { signal }), left]).catch(() => {})
  over.abort()
  await left.catch(() => {})
}

function isSent(reply: FastifyReply, body: string): true {
  reply.send(body)
  return true
}

function cut({ raw }: FastifyRequest, reply: FastifyReply): true {
  reply.hijack()
  raw.socket.destroy()
  return true
}
