import { z } from 'zod'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { pagePolicy } from '../docs/layout.ts'
import { faults } from '../errors/fault.ts'
import type { Guard } from '../errors/plugin.ts'
import type { Inbox } from '../mail/inbox.ts'
import { accountPages } from '../tokens/link.ts'
import { accountPage, accountScript } from './account-page.ts'
import { inboxPage } from './inbox-page.ts'
import { localOnlyGuard } from './local-only.ts'
import { presentMessage, presentSearch } from './mailpit.ts'

/** What makes a first start useful without mail server and front end; nothing of it exists in production. */
export function devRoutes(app: App, { config, inbox }: Deps): void {
  const local = localOnlyGuard(config)
  if (inbox) inboxRoutes(app, inbox, local)
  if (config.appEnv === 'development' && config.frontendIsDefault) accountRoutes(app, local)
}

function inboxRoutes(app: App, inbox: Inbox, local: Guard): void {
  const config = { access: 'public', limit: 'none', database: 'none' } as const
  app.route({
    method: 'GET',
    url: '/dev/inbox',
    config,
    onRequest: local,
    schema: { hide: true },
    handler: async (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', pagePolicy)
        .send(inboxPage(inbox.list())),
  })
  app.route({
    method: 'GET',
    url: '/api/v1/search',
    config,
    onRequest: local,
    schema: { hide: true, querystring: z.object({ query: z.string().optional() }) },
    handler: async (request) => {
      const address = /(?:^|\s)to:"?([^\s"]+)"?/i.exec(request.query.query ?? '')?.[1]
      return presentSearch(address === undefined ? inbox.list() : inbox.search(address))
    },
  })
  const fault = faults('system:not_found')
  app.route({
    method: 'GET',
    url: '/api/v1/message/:id',
    config: { ...config, codes: fault.codes },
    onRequest: local,
    schema: { hide: true, params: z.object({ id: z.string() }) },
    handler: async (request) => {
      const mail = inbox.get(request.params.id)
      if (mail === undefined) throw fault('system:not_found')
      return presentMessage(mail)
    },
  })
}

function accountRoutes(app: App, local: Guard): void {
  const config = { access: 'public', database: 'none' } as const
  for (const page of accountPages) {
    app.route({
      method: 'GET',
      url: `/account/${page}`,
      config,
      onRequest: local,
      schema: { hide: true },
      handler: async (_request, reply) =>
        reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy).send(accountPage(page)),
    })
  }
  app.route({
    method: 'GET',
    url: '/account/assets/account.js',
    config,
    onRequest: local,
    schema: { hide: true },
    handler: async (_request, reply) => reply.type('text/javascript; charset=utf-8').send(accountScript),
  })
}
