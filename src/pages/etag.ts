import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

export const etagOf = (body: string | Buffer): string => `"${createHash('sha256').update(body).digest('base64url')}"`

/** RFC 9110 section 13.1.2: a list of tags, compared weakly, because a compressing proxy marks the tag as weak. */
export function isKnown(etag: string, ifNoneMatch = ''): boolean {
  const known = ifNoneMatch.split(',').map((one) => one.trim().replace(/^W\//, ''))
  return known.includes(etag) || known.includes('*')
}

type Content = { readonly body: string | Buffer; readonly etag: string }

/** Makes browsers ask each time whether their copy is current, and sends the body only if it is not. */
export function sendUnlessKnown(request: FastifyRequest, reply: FastifyReply, { body, etag }: Content): FastifyReply {
  reply.headers({ etag, 'cache-control': 'no-cache' })
  return isKnown(etag, request.headers['if-none-match']) ? reply.code(304).send() : reply.send(body)
}
