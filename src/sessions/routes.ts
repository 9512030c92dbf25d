import { z } from 'zod'
import type { App } from '../app.ts'
import type { Deps } from '../deps.ts'
import { clientOf } from '../http/client.ts'
import { clearCookie } from '../http/cookies.ts'
import { signedInUser } from '../http/credential.ts'
import { logOut } from './log-out.ts'

export function sessionRoutes(app: App, deps: Deps): void {
  app.route({
    method: 'POST',
    url: '/v0/auth/logout',
    config: { access: 'session' },
    schema: { summary: 'End the session', tags: ['sessions'], response: { 204: z.void() } },
    handler: async (request, reply) => {
      await logOut(deps, signedInUser(request), clientOf(request))
      clearCookie(reply, deps.config, 'session_id')
      return reply.code(204).send()
    },
  })
}
