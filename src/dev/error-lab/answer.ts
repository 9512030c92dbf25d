import type { FastifyReply, FastifyRequest } from 'fastify'
import { catalogue } from '../../errors/catalogue.ts'
import { DomainError, type FieldProblem } from '../../errors/fault.ts'
import { type ErrorOptions, writeError } from '../../errors/plugin.ts'
import { forcedHeader } from '../../http/headers.ts'
import type { Documented } from './documented.ts'
import type { FittingOrder } from './find-order.ts'

/** The error that the route would have thrown. */
export function errorOf({ code, fields, retryAfterSeconds }: FittingOrder, { ruledFields }: Documented): DomainError {
  const [first] = ruledFields
  // A real one always names a field.
  const usual = code === 'general:validation_error' && first && [{ path: `/${first}`, rule: 'format' }]
  const problems = (fields ?? (usual || undefined)) as readonly FieldProblem[] | undefined
  return new DomainError(code, {
    ...(problems && { fields: problems }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  })
}

const proxyPage = `<html>
<head><title>502 Bad Gateway</title></head>
<body>
<center><h1>502 Bad Gateway</h1></center>
<hr><center>nginx</center>
</body>
</html>
`

/** Headers that every answer has; the others, which the route set for its own answer, are removed. */
const common = /^(?:access-control-.*|ratelimit.*|vary|connection|x-request-id|date)$/

/** Turns the reply into the forced answer, in place of the route's own. Returns the body. */
export function replaceAnswer(
  { order, error }: { readonly order: FittingOrder; readonly error: DomainError },
  request: FastifyRequest,
  reply: FastifyReply,
  { always, ...options }: ErrorOptions & { readonly always: Readonly<Record<string, string>> },
): string {
  for (const name of Object.keys(reply.getHeaders())) if (!common.test(name)) reply.removeHeader(name)
  reply.headers(always)
  return order.answer === 'garbage' ? writeProxyPage(reply) : writeError(error, request, reply, options)
}

export function writeProxyPage(reply: FastifyReply): string {
  reply.code(502).type('text/html')
  return proxyPage
}

/**
 * Answers an order that cannot be obeyed. Says what is wrong in every environment that has the lab: it is no secret.
 */
export function writeMistake(mistake: string, request: FastifyRequest, reply: FastifyReply, options: ErrorOptions) {
  const error = new DomainError('general:bad_request', { details: mistake })
  reply.header(forcedHeader, 'refused')
  return writeError(error, request, reply, { ...options, withDetails: true })
}

/** The outcome in words, for the log and the page. */
export const outcomeOf = ({ code, answer }: FittingOrder): string =>
  answer === undefined ? `${catalogue[code].status} ${code}` : answer
