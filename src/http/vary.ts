import type { FastifyReply } from 'fastify'

/** Adds to what other plugins say of the answer: the headers of a request that it depends on. */
export function addVary(reply: FastifyReply, names: string): void {
  const before = reply.getHeader('vary')
  reply.header('vary', before === undefined ? names : `${String(before)}, ${names}`)
}
