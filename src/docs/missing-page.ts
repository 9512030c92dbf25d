import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import { accepts } from '../http/accepts.ts'
import { asPage, pagePolicy } from '../pages/layout.ts'
import type { LoadSite } from './load-site.ts'

const acceptsPage = accepts('text/html')

/** Browsers name HTML, and no JSON, when somebody opens an address; scripts and programs do not. */
const isOpened = ({ method, headers: { accept = '' } }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && acceptsPage(accept) && !/json/i.test(accept)

/** Whoever opens an address below `/docs` or `/dev` that leads nowhere gets a page that leads on. */
export function missingPages({ appEnv }: Config, site: LoadSite) {
  const ours = appEnv === 'production' ? /^\/docs(?:[/?]|$)/ : /^\/(?:docs|dev)(?:[/?]|$)/
  return (request: FastifyRequest, reply: FastifyReply): Promise<string> | undefined => {
    if (reply.statusCode !== 404 || !isOpened(request) || !ours.test(request.url)) return undefined
    asPage(reply, pagePolicy)
    return site().then(({ missing }) => missing())
  }
}
