import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { contractOf } from '../../http/headers.ts'
import { asPropertyName } from '../../http/property-name.ts'
import { requestIdOf } from '../../http/request-id.ts'
import type { AnswerBefore } from '../../http/server.ts'
import type { BeginRequestSpan } from '../../http/trace-requests.ts'
import type { NoteAnswer } from '../../metrics/answer.ts'

/** An answer as Fastify gave it, without what Node and the next request add. */
export type Said = {
  readonly status: number
  /** Names and values in turn. The last value is the request's id, set for each request. */
  readonly headers: string[]
  readonly body: string | undefined
}

export type BeforeFastify = {
  readonly answer: AnswerBefore
  /** Keeps what it needs of the answers that Fastify gives. */
  learn(app: FastifyInstance): void
}

/** Told of each answer before Fastify, if metrics or tracing are on. */
export type Watchers = { readonly note: NoteAnswer | undefined; readonly beginSpan: BeginRequestSpan | undefined }

/** Sends answers in Fastify's place. */
export const sender =
  ({ note, beginSpan }: Watchers) =>
  (request: IncomingMessage, response: ServerResponse, { status, headers, body }: Said, startedAt: number): void => {
    const { method = '', url: route = '', socket } = request
    const requestId = requestIdOf(request)
    const span = beginSpan?.({ id: requestId, method, route, headers: request.headers, socket })
    headers[headers.length - 1] = requestId
    response.writeHead(status, headers)
    // A kept id would outlive the next garbage collection, which would have to copy it.
    headers[headers.length - 1] = ''
    response.end(body)
    span?.note({ 'http.response.status_code': status })
    span?.end()
    const seconds = (performance.now() - startedAt) / 1000
    const contract = contractOf(request.headers)
    note?.({ requestId, method, route, status, code: undefined, seconds, contract })
  }

/** Returns undefined for a refusal, and for headers that are meant for one request only. */
export function readHeaders(reply: FastifyReply): Record<string, string> | undefined {
  const headers = reply.getHeaders()
  if (reply.statusCode >= 300 || 'set-cookie' in headers || 'connection' in headers) return undefined
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

/** Names and values in turn, the last of them those that each request has of its own. */
export function withRoomFor(headers: Readonly<Record<string, string>>, own: readonly string[]): string[] {
  const common = Object.entries(headers).filter(([name]) => !own.includes(name))
  return [...common.flat(), ...own.flatMap((name) => [name, ''])]
}

/** The request headers by which the answer varies. */
export const varyOf = (reply: FastifyReply): string[] =>
  String(reply.getHeader('vary') ?? '')
    .toLowerCase()
    .split(/ *, */)
    .filter(Boolean)
    .map(asPropertyName)
