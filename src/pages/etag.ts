import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

export const etagOf = (body: string | Buffer): string => `"${createHash('sha256').update(body).digest('base64url')}"`

/** RFC 9110 section 13.1.2: one of a list, compared weakly, as a compressing proxy marks the tag as weak. */
export function isKnown(etag: string, ifNoneMatch = ''): boolean {
  const known = ifNoneMatch.split(',').map((one) => one.trim().replace(/^W\//, ''))
  return known.includes(etag) || known.includes('*')
}

type Content = { readonly body: string | Buffer; readonly etag: string }

/** Whoever has it asks each time whether it is still the same, and is sent nothing if so. */
export function sendUnlessKnown(request: FastifyRequest, reply: FastifyReply, { body, etag }: Content): FastifyReply {
  reply.headers({ etag, 'cache-control': 'no-cache' })
  return isKnown(etag, request.headers['if-none-match']) ? reply.code(304).send() : reply.send(body)
}
