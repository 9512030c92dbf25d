import type { IncomingMessage } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { Config } from '../config/config.ts'
import { faults } from '../errors/fault.ts'
import { type Guard, guard } from '../http/guard.ts'
import { isLoopback } from '../outbound/policy.ts'

const fault = faults('system:not_found')
const loopback = /^(?:127\.|::1$|::ffff:127\.)/

/** What proxies and networks before a server add to a request, under whatever spelling they pass it on. */
const addedByProxies = new RegExp(
  `^(?:${[
    'via',
    'cdn-loop',
    'max-forwards',
    'proxy-.*',
    '(?:x-)?forwarded.*',
    '(?:x-)?(?:http-)?(?:real|client|remote|cluster-client|proxyuser|originating)-?ip',
    'x-(?:original|envoy|amzn|amz-cf|azure|arr|appengine|cloud|vercel|nf|proxy|rewrite|scheme|ssl)(?:-.*)?',
    '(?:true|fastly|fly|wl-proxy)-client-?ip',
    '(?:cf|fastly|fly|front-end)-.*',
  ].join('|')})$`,
)

/**
 * As far as it can be told: a proxy on this machine has a loopback address as well. Older ones give themselves away by
 * HTTP/1.0. HAProxy without `option forwardfor`, what passes TCP or TLS through, and nginx since 1.29.7 with nothing
 * but a proxy_pass add nothing at all: of those only the Host can tell, where a client may write localhost.
 */
function cameThroughProxy({ httpVersion, headers }: IncomingMessage, clientIpHeader: string): boolean {
  const names = Object.keys(headers).map((name) => name.replaceAll('_', '-'))
  return httpVersion === '1.0' || names.some((name) => name === clientIpHeader || addedByProxies.test(name))
}

/**
 * Whether a request is of this machine's own user: not of the network, not of a site that points its name at 127.0.0.1
 * (hence the Host), not of whom a proxy lets in [AT8]. A PUBLIC_URL that others can reach is what proxies pass on.
 */
export function localRequests(config: Config): (request: IncomingMessage) => boolean {
  const clientIpHeader = config.clientIpHeader.toLowerCase()
  const ownName = new URL(config.publicUrl).hostname
  const hosts = new Set(['localhost', '127.0.0.1', '[::1]', ...(isLoopback(ownName) ? [ownName] : [])])
  return (request) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '')
    const isLocal = loopback.test(request.socket.remoteAddress ?? '') && hosts.has(host)
    return isLocal && !cameThroughProxy(request, clientIpHeader)
  }
}

/** Where this machine's own user finds them. */
export const localOrigin = ({ publicUrl, port }: Config): string =>
  isLoopback(new URL(publicUrl).hostname) ? publicUrl : `http://localhost:${port}`

/** The development pages are not there for others, nor for scripts of other origins (hence no CORS headers). */
export function localOnlyGuard(config: Config): Guard {
  const isLocal = localRequests(config)
  return guard('request', fault.codes, (request, reply) => {
    hideFromOtherOrigins(reply)
    if (!isLocal(request.raw)) throw fault('system:not_found')
  })
}

export function hideFromOtherOrigins(reply: FastifyReply): void {
  for (const name of Object.keys(reply.getHeaders())) if (name.startsWith('access-control-')) reply.removeHeader(name)
}
