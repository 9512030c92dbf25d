import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import type { Guard } from '../http/guard.ts'
import type { Inbox } from '../mail/inbox.ts'
import { htmlWithPictures, type InboxMail } from '../mail/inbox-mail.ts'
import { assetRoutes } from '../pages/asset-routes.ts'
import { asPage, inboxPolicy } from '../pages/layout.ts'
import { openInboxNews } from './inbox-news.ts'
import { inboxPage, mailPolicy } from './inbox-page.ts'
import { presentMessage, presentSearch } from './mailpit.ts'

const config = { access: 'public', limit: 'none', database: 'none' } as const

/** The inbox page, and the part of Mailpit's API that it needs: https://mailpit.axllent.org/docs/api-v1/ */
export function inboxRoutes(app: App, inbox: Inbox, local: Guard): void {
  const closed = { config, onRequest: local } as const
  app.route({
    method: 'GET',
    url: '/dev/inbox',
    ...closed,
    schema: { hide: true },
    handler: async (_request, reply) => asPage(reply, inboxPolicy).send(inboxPage.markup),
  })
  assetRoutes(app, { at: '/dev/inbox/assets', folder: 'inbox', onRequest: local })
  newsRoute(app, inbox, local)
  app.route({
    method: 'GET',
    url: '/api/v1/search',
    ...closed,
    schema: { hide: true, querystring: z.object({ query: z.string().optional() }) },
    handler: async (request) => presentSearch(inbox.find(request.query.query ?? '')),
  })
  app.route({
    method: 'PUT',
    url: '/api/v1/messages',
    ...closed,
    schema: { hide: true, body: z.object({ IDs: z.array(z.string()).default([]), Read: z.literal(true) }) },
    handler: async (request, reply) => done(reply, inbox.markRead(request.body.IDs)),
  })
  app.route({
    method: 'DELETE',
    url: '/api/v1/messages',
    ...closed,
    schema: { hide: true, body: z.object({ IDs: z.array(z.string()).default([]) }) },
    handler: async (request, reply) => done(reply, inbox.delete(request.body.IDs)),
  })
  mailRoutes(app, inbox, local)
}

async function done(reply: FastifyReply, change: Promise<void>): Promise<FastifyReply> {
  await change
  return reply.type('text/plain; charset=utf-8').send('ok')
}

/** The routes of one mail: as JSON, as it came, and its HTML for the frame on the page. */
function mailRoutes(app: App, inbox: Inbox, local: Guard): void {
  const fault = faults('system:not_found')
  const one = (url: string, present: (mail: InboxMail, reply: FastifyReply) => unknown): void => {
    app.route({
      method: 'GET',
      url,
      config: { ...config, codes: fault.codes },
      onRequest: local,
      schema: { hide: true, params: z.object({ id: z.string() }) },
      handler: async (request, reply) => {
        const mail = inbox.get((request.params as { readonly id: string }).id)
        if (mail === undefined) throw fault('system:not_found')
        return present(mail, reply)
      },
    })
  }
  one('/api/v1/message/:id', presentMessage)
  one('/api/v1/message/:id/raw', ({ raw }, reply) => reply.type('text/plain; charset=utf-8').send(raw))
  one('/dev/inbox/html/:id', (mail, reply) => asPage(reply, mailPolicy).send(htmlWithPictures(mail)))
}

function newsRoute(app: App, inbox: Inbox, local: Guard): void {
  const news = openInboxNews(inbox)
  // An open stream would delay the close of the server; pages connect to the next one.
  app.addHook('preClose', async () => news.close())
  app.route({
    method: 'GET',
    url: '/dev/inbox/news',
    config,
    onRequest: local,
    schema: { hide: true },
    handler: async (_request, reply) => {
      const stream = news.listen()
      // A browser does not connect again after a 204.
      if (stream === undefined) return reply.code(204).send()
      return reply.type('text/event-stream').send(stream)
    },
  })
}
