import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import { faults } from '../errors/fault.ts'
import type { Guard } from '../errors/plugin.ts'

const fault = faults('system:not_found')
const loopback = /^(?:127\.|::1$|::ffff:127\.)/

/**
 * The development pages exist for this machine's own user alone: not for the network, not for a site that points its name at
 * 127.0.0.1 (hence the Host), not for scripts of other origins (hence no CORS headers).
 */
export function localOnlyGuard(config: Config): Guard {
  const hosts = new Set(['localhost', '127.0.0.1', '[::1]', new URL(config.publicUrl).hostname])
  const check = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    for (const name of Object.keys(reply.getHeaders())) if (name.startsWith('access-control-')) reply.removeHeader(name)
    const host = (request.headers.host ?? '').replace(/:\d+$/, '')
    if (!loopback.test(request.socket.remoteAddress ?? '') || !hosts.has(host)) throw fault('system:not_found')
  }
  return Object.assign(check, { codes: fault.codes })
}
