import type { IncomingMessage } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { Config } from '../config/config.ts'
import { faults } from '../errors/fault.ts'
import { type Guard, guard } from '../http/guard.ts'
import { isLoopback } from '../outbound/policy.ts'

const fault = faults('system:not_found')
const loopback = /^(?:127\.|::1$|::ffff:127\.)/

/** Headers that proxies and networks add to a request, in all their spellings. */
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
 * Whether a proxy forwarded the request, as far as one can tell: a proxy on this machine has a loopback address too.
 * Old ones use HTTP/1.0. HAProxy without `option forwardfor`, TCP and TLS pass-through, and nginx since 1.29.7 with a
 * bare proxy_pass add nothing: then only the Host can tell, and a client may send localhost there.
 */
function cameThroughProxy({ httpVersion, headers }: IncomingMessage, clientIpHeader: string): boolean {
  const names = Object.keys(headers).map((name) => name.replaceAll('_', '-'))
  return httpVersion === '1.0' || names.some((name) => name === clientIpHeader || addedByProxies.test(name))
}

/**
 * Whether a request comes from this machine's own user: not from the network, not from a site whose name leads to
 * 127.0.0.1 (hence the Host), not through a proxy [AT8]. Proxies pass on a PUBLIC_URL that others can reach, so only a
 * loopback one counts as local.
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

/** The origin at which this machine's own user reaches the server. */
export const localOrigin = ({ publicUrl, port }: Config): string =>
  isLoopback(new URL(publicUrl).hostname) ? publicUrl : `http://localhost:${port}`

/** Hides the development pages from other machines, and from scripts of other origins (hence no CORS headers). */
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
